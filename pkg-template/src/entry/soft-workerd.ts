import type { Backend } from '../backend.js'
import { makeSoft } from '../soft.js'
import { default as compiled } from '../soft.wasm'
export type { Backend, PublicJwk } from '../backend.js'

/** Signatures checked in Rust: the `backend` of a client or a verifier. Loads when it is asked. */
export const soft: Backend = /* @__PURE__ */ makeSoft(() => compiled)
