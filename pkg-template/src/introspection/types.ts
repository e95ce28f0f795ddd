/** What a verifier and whoever asks its issuer know of each other. */

import type { OidcError } from '../shared/error.js'
import type { Waiting } from '../page/types.js'
import type { TokenClaims, UserinfoOptions } from '../edge/types.js'

/** What is asked. */
export type Topic = 'introspection' | 'userinfo'

/** The verbs that ask the issuer. */
export interface Enquiries {
  introspect(token: string, options?: Waiting): Promise<TokenClaims>
  userinfo(token: string, options: UserinfoOptions): Promise<TokenClaims>
}

/** What was answered about a token: claims or a refusal, and until when (seconds since 1970). */
export interface Kept {
  readonly claims?: TokenClaims
  readonly error?: OidcError
  readonly until: number
}

/** What an issuer said of a topic. Verifiers with the same settings share it. */
export interface Answers {
  /** Where it is asked; empty while nobody knows. */
  endpoint: string
  /** By the whole token: a part of it may be another's. */
  readonly kept: Map<string, Kept>
}

/** What a verifier gives to whoever asks its issuer. */
export interface Enquirer {
  /** The JSON text of its settings. */
  readonly text: string
  readonly fetch: typeof globalThis.fetch
  readonly answers: Answers
  /** The claims of a signed answer, verified. */
  verify(jwt: string): Promise<object>
  now(): number
}
