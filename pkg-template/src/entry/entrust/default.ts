import { inlined as systems } from '../../core/wasm/systems-inline.js'
import { makeEntrust } from '../../entrust/relying-party.js'
import { unpackSync } from '../../host/inflate.js'
export * from '../../entrust/public.js'

/** The client for a relying party of Entrust IDaaS, see `RelyingParty`. */
export const { relyingParty } = /* @__PURE__ */ makeEntrust(/* @__PURE__ */ unpackSync(systems))
