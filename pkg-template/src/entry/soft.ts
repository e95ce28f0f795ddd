import type { Backend } from '../backend.js'
import { unpack } from '../load.js'
import { inlined } from '../soft-inline.js'
import { makeSoft } from '../soft.js'
export type { Backend, PublicJwk } from '../backend.js'

/** Signatures checked in Rust: the `backend` of a client or a verifier. Loads when it is asked. */
export const soft: Backend = /* @__PURE__ */ makeSoft(/* @__PURE__ */ unpack(inlined))
