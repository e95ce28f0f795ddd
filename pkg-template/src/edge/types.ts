/** The public types of a verifier: what an API says, and what it gets. */

import type { Enquiries, Enquirer } from '../introspection/types.js'
import type { Backend } from '../shared/backend.js'
import type { KeyCache, ReplayStore } from '../adapters/ports.js'
import type { OidcError } from '../shared/error.js'
import type { Waiting } from '../page/types.js'

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
  /** Lets each token (`jti`) pass once. */
  replay?: ReplayStore
  /** The origins of the pages that may call this API: exact, e.g. `https://app.example.com`. */
  cors?: { origins: string[] }
  /**
   * Answers `GET /.well-known/oauth-protected-resource…` with the metadata of RFC 9728, and names
   * them in challenges. Members besides what is known: `resource_name`, `scopes_supported`, ….
   */
  resourceMetadata?: Record<string, unknown>
  /** How `introspect` asks the issuer; with it `guard` asks for every token, opaque ones too. */
  introspection?: Introspection
  /** How `userinfo` asks the issuer. */
  userinfo?: Userinfo
  /**
   * Opens encrypted tokens, and no other token is accepted then: what `decryptionKeys` of
   * `countersign/jose` makes out of private keys.
   */
  decryptionKeys?: Opener
  /** Judges signatures instead of the runtime's own cryptography. */
  backend?: Backend
  /** Instead of the platform's `fetch`. */
  fetch?: typeof globalThis.fetch
  /** Instead of the platform's clock: seconds since 1970. For tests. */
  now?: () => number
  /** Hears hints for the developer. No secret and no token is in them. */
  log?: (hint: string) => void
}

/** Gives the signed token that is inside an encrypted one, or rejects. */
export type Opener = (token: string) => Promise<string>

/** Settings, or what makes them of the platform's bindings (`env` of a Workers runtime). */
export type GivenConfig = VerifierConfig | ((env: unknown) => VerifierConfig)

/** How the issuer is asked about a token (RFC 7662). */
export interface IntrospectionSettings {
  /** `client_id` of this API at the issuer. */
  clientId: string
  /** Its secret. */
  clientSecret: string
  /** Where the secret goes; default `client_secret_basic`. */
  authMethod?: 'client_secret_basic' | 'client_secret_post'
  /** The endpoint; default the `introspection_endpoint` of the issuer's metadata. */
  endpoint?: string
  /** Asks for a signed answer (RFC 9701), and takes no other. */
  signed?: boolean
  /** The members that an answer must have, e.g. `['aud', 'exp']`; what is there must be right. */
  required?: ('iss' | 'aud' | 'client_id' | 'exp' | 'iat' | 'sub' | 'jti' | 'scope')[]
  /**
   * How long an answer is kept, in seconds; default 60, never beyond the token's end. A token that
   * is revoked passes for so long.
   */
  keep?: number
}

/** How the issuer is asked for the person (OpenID Connect Core 5.3). */
export interface UserinfoSettings {
  /** The client that a signed answer must be for. */
  clientId?: string
  /** The endpoint; default the `userinfo_endpoint` of the issuer's metadata. */
  endpoint?: string
  /** Takes nothing but a signed answer. */
  signed?: boolean
}

/** What `introspection(settings)` of `countersign/introspection` gives. */
export interface Introspection {
  readonly settings: IntrospectionSettings
  /** The verifier's to call. */
  readonly open: (enquirer: Enquirer) => Enquiries
}

/** What `userinfo(settings)` of `countersign/introspection` gives. */
export interface Userinfo {
  readonly settings: UserinfoSettings
  /** The verifier's to call. */
  readonly open: (enquirer: Enquirer) => Enquiries
}

/** Options of `userinfo`. */
export interface UserinfoOptions extends Waiting {
  /** `sub` of the ID token or the access token: claims of anybody else are refused. */
  sub: string
}

/** What a route needs of a token. */
export interface Need {
  /** Words of scope, all of which were granted. */
  scope?: string | string[]
  /** The `acr` values that will do. */
  acrValues?: string | string[]
  /** How long ago the person may have signed in, in seconds. */
  maxAge?: number
}

/** What a platform gives with a request. */
export interface Surroundings {
  /** The bindings, for settings that are a function of them. */
  env?: unknown
  /** Lets work go on after the response. */
  ctx?: { waitUntil(work: Promise<unknown>): void }
}

/** Whether a request may pass. */
export type Pass =
  | {
      readonly ok: true
      /** The claims of its token. */
      readonly claims: TokenClaims
      /** The token, to ask others with. */
      readonly token: string
      /** What your own response must have so that a page may read it; empty without `cors`. */
      readonly headers: Record<string, string>
    }
  | {
      readonly ok: false
      /** The answer: a challenge, or what a preflight or a reader of the metadata asked for. */
      readonly response: Response
      /** Why; nothing when the answer is no refusal. */
      readonly error: OidcError | undefined
    }

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

/** What is known of a token: its claims, or what the issuer says of it. Frozen to the bottom. */
export interface TokenClaims {
  readonly iss?: string
  readonly sub?: string
  readonly aud?: string | readonly string[]
  /** Seconds since 1970. */
  readonly exp?: number
  readonly [name: string]: unknown
}

/** The claims of a token in which everything was checked. */
export interface VerifiedClaims extends TokenClaims {
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
  /**
   * Whether a request may pass: one Bearer token in its header, verified, with what the route needs.
   * Else the answer to give, in the words of RFC 6750, 9470 and 9728. An issuer that cannot be asked
   * is a 503, never a 401. Rejects only when the settings or `need` are wrong.
   */
  guard(request: Request, need?: Need, surroundings?: Surroundings): Promise<Pass>
  /**
   * What the issuer says of an active token, which may be opaque; else rejects with
   * `OIDC_TOKEN_INACTIVE` or what is wrong with the answer.
   */
  introspect(token: string, options?: Waiting): Promise<TokenClaims>
  /** The claims of the person a token speaks for, from the issuer's UserInfo. */
  userinfo(token: string, options: UserinfoOptions): Promise<TokenClaims>
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
