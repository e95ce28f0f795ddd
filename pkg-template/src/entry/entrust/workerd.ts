import { default as systems } from '../../systems.wasm'
import { makeEntrust } from '../../entrust/relying-party.js'
export * from '../../entrust/public.js'

/** The client for a relying party of Entrust IDaaS, see `RelyingParty`. */
export const { relyingParty } = /* @__PURE__ */ makeEntrust(() => systems)
