import { inlined as edge } from '../../core/wasm/edge-inline.js'
import { inlined as systems } from '../../core/wasm/systems-inline.js'
import { unpackSync } from '../../host/inflate.js'
import { makeEam } from '../../eam/external-method.js'
export * from '../../eam/public.js'

/** Makes an external authentication method of Microsoft Entra, see `ExternalMethodConfig`. */
export const { createExternalMethod } = /* @__PURE__ */ makeEam(
  /* @__PURE__ */ unpackSync(edge), /* @__PURE__ */ unpackSync(systems), {})
