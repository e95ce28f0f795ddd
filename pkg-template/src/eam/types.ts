/** The public types of `countersign/eam`. */

import type { KeyCache, ReplayStore } from '../adapters/ports.js'
import type { OidcError } from '../shared/error.js'

/**
 * The settings of an external authentication method. `createExternalMethod` or the first verb refuses an invalid one with
 * `OIDC_CONFIG_INVALID`, and names it in `at`.
 */
export interface ExternalMethodConfig {
  /**
   * The address of this provider, without a slash at its end. `/.well-known/openid-configuration`, `/keys` and
   * `/authorize` are below it. It is `iss` of every answer, and Entra compares it with the host of the discovery address.
   */
  issuer: string
  /** The application id of your registration in Entra, a GUID: the audience of every hint. */
  appId: string
  /** The client id that you gave to Entra: `client_id` of every request, the audience of every answer. */
  clientId: string
  /**
   * The tenants whose users may come, by their GUIDs. The tenant that signs the user in and the user's own tenant, which
   * differ for a guest, must both be on the list.
   */
  tenants: string[]
  /** The keys that sign answers. With more than one, each needs `publishedAt`. */
  signingKeys: readonly SigningKeyConfig[]
  /**
   * Seals the references of pending attempts: at least 32 random characters. The first seals; older ones still open.
   */
  secret: string | string[]
  /**
   * Your own step. It gets a request whose hint is verified, and returns a page, or the outcome at once. The page carries
   * `attempt.reference` to a route of yours, which calls `complete`. A hint says who the user is, and proves nothing: do not
   * begin a session with it.
   */
  step: (attempt: Attempt, request: Request) => Response | Outcome | Promise<Response | Outcome>
  /**
   * The cloud of the registration. Each cloud has its own one, so make one external method for each.
   * @default 'login.microsoftonline.com'
   */
  cloud?: 'login.microsoftonline.com' | 'login.microsoftonline.us' | 'login.partner.microsoftonline.cn'
  /**
   * `'ca-custom-control'` answers as a custom control of Conditional Access, the preview that external methods replace.
   * @default 'external-method'
   */
  profile?: 'external-method' | 'ca-custom-control'
  /** The custom controls of the profile `'ca-custom-control'`. */
  controls?: readonly CustomControl[]
  /**
   * By how many seconds clocks may differ; at most 300. A hint is refused 300 seconds and this time after its `iat`.
   * @default 300
   */
  clockTolerance?: number
  /**
   * A store that lets each hint begin one attempt, and each attempt be completed once. Without it, a hint may be posted
   * again for some minutes, each isolate has its own memory of attempts, and the cookie of the attempt ends with its
   * completion.
   * @default memoryReplay()
   */
  replay?: ReplayStore
  /**
   * A cache of Entra's keys that isolates share.
   * @default none
   */
  keys?: KeyCache
  /**
   * Learns of every refused request. A response of yours replaces the error that is posted to Entra, or the page for a
   * request that has no answer there.
   */
  onRefusal?: (error: OidcError, request: Request) => Response | undefined | void | Promise<Response | undefined | void>
  /**
   * Accepts an `issuer` on http at this machine. For development.
   * @default false
   */
  allowLoopbackIssuer?: boolean
  /**
   * Sends the requests for Entra's metadata and keys.
   * @default the platform's `fetch`
   */
  fetch?: typeof globalThis.fetch
  /**
   * The current time in seconds since 1970. For tests.
   * @default the platform's clock
   */
  now?: () => number
  /**
   * Receives hints for the developer. They contain no secret and no token.
   * @default none
   */
  log?: (hint: string) => void
}

/** Settings, or a function that makes them from the platform's bindings. It is called once, at the first verb. */
export type GivenExternalMethod = ExternalMethodConfig | ((env: any) => ExternalMethodConfig)

/** A key that signs answers with RS256. */
export interface SigningKeyConfig {
  /** The private key: a `CryptoKey` for RSASSA-PKCS1-v1_5 with SHA-256, or a JWK. */
  key: CryptoKey | JsonWebKey
  /** The certificates of the key in base64 of DER, its own one first (RFC 7517 section 4.7). */
  x5c: string[]
  /**
   * The id of the key.
   * @default `kid` of the JWK, otherwise a hash of the certificate
   */
  kid?: string
  /**
   * When the key was first published, in seconds since 1970. It signs two days later, unless there is no older key.
   */
  publishedAt?: number
}

/** A custom control of Conditional Access. */
export interface CustomControl {
  /** The id in Conditional Access. */
  id: string
  /** The name that administrators see. */
  name: string
  /** The claims that satisfy it. */
  claims: readonly { type: string; value: string }[]
}

/** The claims of a verified hint. */
export interface HintClaims {
  readonly iss: string
  /** The user at this registration; the `sub` of the answer. */
  readonly sub: string
  /** The user's object in the tenant: the same for every app. Together with `tid` it is the key of an account. */
  readonly oid: string
  readonly tid: string
  /** For display only. */
  readonly preferred_username?: string
  readonly name?: string
  readonly [name: string]: unknown
}

/** A value of `amr` that Entra accepts. */
export type Amr =
  | 'face' | 'fido' | 'fpt' | 'hwk' | 'iris' | 'otp' | 'pop' | 'retina' | 'sc' | 'sms' | 'swk' | 'tel' | 'vbm'

/** A request of Entra whose hint is verified, and which waits for an outcome. */
export interface Attempt {
  /** The id of the attempt, 22 characters: a key for what you store about it, such as a code. */
  readonly id: string
  /** The text that the page gives back to `complete`. It is bound to a cookie of this browser. */
  readonly reference: string
  /** The claims about the user, as Entra says. */
  readonly hint: HintClaims
  /** The methods that this request accepts; empty for a custom control. */
  readonly methods: readonly Amr[]
  /** The requested classes. */
  readonly acr: readonly string[]
  /** The requested claims of a custom control, by their type. */
  readonly controls: Readonly<Record<string, string>>
  /** Entra's id of the request, a GUID, for your log. */
  readonly requestId: string | undefined
  /** When the attempt ends, in seconds since 1970. */
  readonly until: number
}

/** The outcome of your step: the method that the user used, a satisfied custom control, or an error for Entra. */
export type Outcome = { amr: Amr } | { done: true } | { error: 'access_denied' | 'temporarily_unavailable' }

/** An external authentication method. */
export interface ExternalMethod {
  /**
   * Answers discovery, the keys and the requests of Entra. Resolves to `undefined` for every other address. It never
   * rejects because of a request.
   */
  handle(request: Request, visiting?: EamVisiting): Promise<Response | undefined>
  /**
   * The attempt of a reference, for a route of yours that checks a code. Rejects with `OIDC_ATTEMPT_UNKNOWN` if it is too old,
   * was completed in this browser, began in another one, or at a method with another issuer, client or app; with
   * `OIDC_TENANT_FORBIDDEN` if its tenant is not in `tenants` any more.
   */
  attempt(request: Request, reference: string, visiting?: EamVisiting): Promise<Attempt>
  /**
   * Completes an attempt: the page posts the answer to Entra. The response to an unknown reference is an error page. Rejects
   * with `OIDC_EXPECTED_INVALID` for an outcome that does not exist.
   */
  complete(request: Request, reference: string, outcome: Outcome, visiting?: EamVisiting): Promise<Response>
  /**
   * The JSON that an administrator enters in Conditional Access for the profile `'ca-custom-control'`. `name` is the provider's
   * name there.
   */
  customControl(name: string, visiting?: EamVisiting): Promise<CustomControlDocument>
}

/** Values of the platform that come with a request. */
export interface EamVisiting {
  /** The bindings, for settings that are a function of them. */
  env?: unknown
}

/** The JSON of a custom control. */
export interface CustomControlDocument {
  Name: string
  AppId: string
  ClientId: string
  DiscoveryUrl: string
  Controls: {
    Id: string
    Name: string
    ClaimsRequested: { Type: string; Value: string; Values: null }[]
    Claims: null
  }[]
}
