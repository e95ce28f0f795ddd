import { default as compiled } from '../ask.wasm'
import { makeTopics } from '../enquiry.js'
export type * from '../enquiry-public.js'

/** For the settings `introspection` and `userinfo` of a verifier; the module is loaded when one asks. */
export const { introspection, userinfo } = /* @__PURE__ */ makeTopics(() => compiled)
