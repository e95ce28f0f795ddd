import { inlined } from '../ask-inline.js'
import { makeTopics } from '../enquiry.js'
import { unpack } from '../load.js'
export type * from '../enquiry-public.js'

/** For the settings `introspection` and `userinfo` of a verifier; the module is loaded when one asks. */
export const { introspection, userinfo } = /* @__PURE__ */ makeTopics(/* @__PURE__ */ unpack(inlined))
