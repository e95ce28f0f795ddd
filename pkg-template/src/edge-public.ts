/** What every entry of an edge gives, besides its `createVerifier`. */

export type { Backend } from './backend.js'
export * from './adapters.js'
export { OidcError } from './error.js'
export type { Blame, OidcCode } from './error.js'
export type { Expected, GivenConfig, Opener, VerifiedClaims, Verifier, VerifierConfig } from './verifier-types.js'
