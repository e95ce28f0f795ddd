import { default as edge } from '../../edge.wasm'
import { default as systems } from '../../systems.wasm'
import { makeImplicit } from '../../implicit/client.js'
export * from '../../implicit/public.js'

/** Makes a client with the deprecated implicit flow, see `ImplicitConfig`. */
export const { createImplicitClient } = /* @__PURE__ */ makeImplicit(() => edge, () => systems)
