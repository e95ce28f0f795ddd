/** What every entry of an edge gives, besides its `createVerifier`. */

export type { Backend } from './backend.js'
export type { KeyCache } from './cache.js'
export { OidcError } from './error.js'
export type { Blame, OidcCode } from './error.js'
export type { Expected, GivenConfig, VerifiedClaims, Verifier, VerifierConfig } from './verifier-types.js'
