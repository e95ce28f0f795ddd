import { inlined } from '../jose-inline.js'
import { makeJose } from '../jose.js'
import { unpackAtOnce } from '../host/zlib.js'
export { OidcError } from '../error.js'
export type { Blame, OidcCode } from '../error.js'
export type * from '../jose-types.js'

/** Tokens and keys by themselves. Each loads the module when it is called first. */
export const { verifyJws, verifySignature, decryptJwe, decryptionKeys, thumbprint } =
  /* @__PURE__ */ makeJose(/* @__PURE__ */ unpackAtOnce(inlined))
