/** What every entry of an edge gives, besides its `createVerifier`. */

export type { Backend } from '../shared/backend.js'
export * from '../adapters/public.js'
export { OidcError } from '../shared/error.js'
export type { Blame, OidcCode } from '../shared/error.js'
export type { Expected, GivenConfig, Opener, VerifiedClaims, Verifier, VerifierConfig } from './types.js'
