/** The public types of `countersign/implicit`. */

import type { PagePreset } from '../providers/types.js'
import type { Abortable, User } from '../shared/types.js'

/**
 * The settings of a client with the implicit flow. `createImplicitClient` or the first verb refuses an invalid one with
 * `OIDC_CONFIG_INVALID`, and names it in `at`. Those that other clients have too mean the same here.
 */
export interface ImplicitConfig {
  /**
   * The word of the app that it knows: the implicit flow is deprecated (RFC 9700 section 2.1.2). Without it every verb
   * rejects with `OIDC_CONFIG_INSECURE`.
   */
  allowImplicit: true
  /** The provider's issuer identifier. Either this or `provider`. */
  issuer?: string
  /** The preset of the provider. */
  provider?: PagePreset
  /** `client_id`. */
  clientId: string
  /** `redirect_uri`: the page of your app that the provider sends the user back to. Absolute, or relative to the page. */
  redirectUri: string
  /** Where the provider sends the user after a sign-out. Absolute, or relative to the page. */
  postLogoutRedirectUri?: string
  /**
   * Scopes, separated by spaces. `openid` is added.
   * @default openid profile email
   */
  scope?: string
  /** Parameters of every authorization request. */
  extra?: Record<string, string>
  /**
   * The only algorithms that may sign an ID token.
   * @default what the provider announces and the key permits
   */
  algorithms?: string[]
  /** The one algorithm that this client is registered for. */
  idTokenSignedResponseAlg?: string
  /** Other audiences that an ID token may name beside this client. */
  trustedAudiences?: string[]
  /** The tenants whose users may sign in (`tid`). */
  tenants?: string[]
  /** Claims that an ID token must have, each with its value or a list of accepted ones. */
  requiredClaims?: Record<string, string | string[]>
  /** Other texts that the provider uses for its issuer. */
  issuerAliases?: string[]
  /** The address of the metadata. */
  discoveryUrl?: string
  /** Members that replace or complete the discovered metadata. */
  metadataOverlay?: Record<string, unknown>
  /** `max_age` of every sign-in, in seconds. */
  maxAge?: number
  /** How many seconds old an ID token may be when it is received. */
  maxTokenAge?: number
  /**
   * By how many seconds clocks may differ; at most 300.
   * @default 60
   */
  clockTolerance?: number
  /** Allows an issuer on http at a loopback address. */
  allowLoopbackIssuer?: boolean
  /**
   * Sends the requests for metadata and keys.
   * @default the platform's `fetch`
   */
  fetch?: typeof globalThis.fetch
  /**
   * Receives hints for the developer.
   * @default the console
   */
  log?: (hint: string) => void
}

/** The options of `signIn`, as those of `createClient`. */
export interface ImplicitSignInOptions extends Abortable {
  /** The address in the app that follows the sign-in: a path. */
  returnTo?: string
  prompt?: string
  loginHint?: string
  /** Seconds. Verified in the ID token. */
  maxAge?: number
  /** Verified in the ID token. */
  acrValues?: string | string[]
  uiLocales?: string | string[]
  claims?: object
  scope?: string
  extra?: Record<string, string>
}

/** A client that signs users in by the implicit flow. It has no access token. */
export interface ImplicitClient {
  /**
   * Takes the response if the page has one, otherwise the session of this tab. Resolves to the user of a verified ID token,
   * or to `null`. Rejects with the code of a response that is refused.
   */
  start(options?: Abortable): Promise<User | null>
  /** The user, after `start`. */
  readonly user: User | null
  /** Leaves the page for the provider. Never resolves. */
  signIn(options?: ImplicitSignInOptions): Promise<never>
  /** Forgets the user, and leaves the page for the provider if that ends sessions. */
  signOut(options?: Abortable): Promise<void>
  /** Rejects with `OIDC_ACCESS_TOKEN_NOT_REQUESTED`: this flow has an ID token alone. Use the code flow for APIs. */
  getAccessToken(options?: Abortable): Promise<never>
}
