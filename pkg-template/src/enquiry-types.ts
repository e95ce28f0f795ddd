/** What a verifier and whoever asks its issuer know of each other. */

import type { Waiting } from './types.js'
import type { TokenClaims, UserinfoOptions } from './verifier-types.js'

/** What is asked. */
export type Topic = 'introspection' | 'userinfo'

/** The verbs that ask the issuer. */
export interface Enquiries {
  introspect(token: string, options?: Waiting): Promise<TokenClaims>
  userinfo(token: string, options: UserinfoOptions): Promise<TokenClaims>
}

/** What a verifier gives to whoever asks its issuer. */
export interface Enquirer {
  /** The JSON text of its settings. */
  readonly text: string
  readonly fetch: typeof globalThis.fetch
  /** The claims of a signed answer, verified. */
  verify(topic: Topic, jwt: string): Promise<object>
  now(): number
}
