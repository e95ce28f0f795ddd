import { inlined as edge } from '../../core/wasm/edge-inline.js'
import { inlined as systems } from '../../core/wasm/systems-inline.js'
import { unpackSync } from '../../host/inflate.js'
import { makeImplicit } from '../../implicit/client.js'
export * from '../../implicit/public.js'

/** Makes a client with the deprecated implicit flow, see `ImplicitConfig`. */
export const { createImplicitClient } = /* @__PURE__ */ makeImplicit(
  /* @__PURE__ */ unpackSync(edge), /* @__PURE__ */ unpackSync(systems))
