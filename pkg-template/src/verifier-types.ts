/** The public types of a verifier: what an API says, and what it gets. */

import type { Backend } from './backend.js'
import type { KeyCache } from './cache.js'

/** A verifier's settings. Checked in shape by `createVerifier`, in value by the first verb. */
export interface VerifierConfig {
  /** The issuer, exactly as its tokens spell it, or several; `{tenantid}` stands for any tenant. */
  issuer: string | string[]
  /** The names of this API, of which a token must be for one; for an ID token the client's id. */
  audience: string | string[]
  /** What is verified; default `access_token`. */
  kind?: 'access_token' | 'id_token' | 'logout_token'
  /**
   * What access tokens look like: as RFC 9068 says (default), or older ones: `typ` is JWT or
   * absent, and `client_id`, `iat` and `jti` may be missing.
   */
  profile?: 'rfc9068' | 'jwt'
  /** The only algorithms a token may be signed with, as JOSE spells them. */
  algorithms?: string[]
  /** How far clocks may differ, in seconds; default 30, at most 300. */
  clockTolerance?: number
  /** How far ahead a token's end may lie, in seconds; default a day. */
  maxTokenAge?: number
  /** The tenants that an issuer with `{tenantid}` may speak for; default all of them. */
  tenants?: string[]
  /** What an ID token may name in `aud` beside the client. */
  trustedAudiences?: string[]
  /** The issuer's keys, pinned (RFC 7517 section 5): nothing is fetched then. */
  jwks?: { keys: readonly object[] }
  /** Where the issuer's keys lie, when it announces no metadata. */
  jwksUri?: string
  /** How long a key that vanished from its set is honoured, in seconds; default 3600. */
  keyGrace?: number
  /** Accepts an issuer at `http://localhost`, `127.0.0.1` or `[::1]`: for development. */
  allowLoopbackIssuer?: boolean
  /** Where keys are kept for other isolates; default nowhere. */
  keys?: KeyCache
  /** Judges signatures instead of the runtime's own cryptography. */
  backend?: Backend
  /** Instead of the platform's `fetch`. */
  fetch?: typeof globalThis.fetch
  /** Instead of the platform's clock: seconds since 1970. For tests. */
  now?: () => number
  /** Hears hints for the developer. No secret and no token is in them. */
  log?: (hint: string) => void
}

/** Settings, or what makes them of the platform's bindings (`env` of a Workers runtime). */
export type GivenConfig = VerifierConfig | ((env: unknown) => VerifierConfig)

/** What `verify` expects of this very token. */
export interface Expected {
  /**
   * The `nonce` that was sent; `null`: none was; `'any'`: the token answers somebody else's
   * request. Required for ID tokens, and for them alone.
   */
  nonce?: string | null
  /** The access token of the same response: `at_hash` must be its hash, where it is there. */
  accessToken?: string
  /** The code of the same response: `c_hash` must be its hash, where it is there. */
  code?: string
  /** Whether the hashes of `accessToken` and `code` must be there. */
  requireHashes?: boolean
  /** How long ago the person may have signed in, in seconds. */
  maxAge?: number
  /** The `acr` values that will do. */
  acrValues?: string | string[]
}

/** The claims of a token in which everything was checked; frozen to the bottom. */
export interface VerifiedClaims {
  readonly iss: string
  readonly sub?: string
  readonly aud: string | readonly string[]
  /** Seconds since 1970. */
  readonly exp: number
  readonly [name: string]: unknown
}

/** Verifies tokens. Every failure is an `OidcError`. */
export interface Verifier {
  /**
   * The claims of a token in which everything was checked. Rejects with the code of the first thing
   * that is wrong, in one order everywhere.
   */
  verify(token: string, expected?: Expected): Promise<VerifiedClaims>
  /** Resolves when `verifySync` can be used: the module is loaded, the keys are here. */
  ready(): Promise<void>
  /**
   * The same as `verify`, at once: where the runtime has `node:crypto`, or with a backend. Throws
   * `OIDC_NOT_READY` before `ready()` and where nothing judges at once.
   */
  verifySync(token: string, expected?: Expected): VerifiedClaims
  /**
   * From now on, this key verifies nothing: here at once, and where the cache of `keys` is shared
   * within half a minute.
   */
  drop(kid: string): Promise<void>
}
