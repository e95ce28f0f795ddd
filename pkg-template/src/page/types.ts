/** The public types: what an app says, and what it gets. */

import type { Backend } from '../shared/backend.js'
import type { OidcError } from '../shared/error.js'

/** A client's settings. Checked in shape by `createClient`, in value by the first verb. */
export interface ClientConfig {
  /** The provider's issuer identifier, exactly as its metadata spell it. Or give `metadata`. */
  issuer?: string
  /** `client_id`. */
  clientId: string
  /** `redirect_uri`; a relative one is resolved against the page. */
  redirectUri: string
  /**
   * `redirect_uri` of sign-ins in a hidden frame, which renew a session that has no refresh token, and
   * ask who is there after the provider's session changed (`sessionCheck`); a relative one is resolved
   * against the page. Without it there are none.
   */
  silentRedirectUri?: string
  /**
   * How a session without a refresh token goes on. `page` (default): in a hidden frame, where
   * `silentRedirectUri` is set; and where that brings nothing, the page that starts goes to the
   * provider with `prompt=none` and comes back to its place. `frame`: in a hidden frame alone. `false`:
   * not at all.
   */
  silent?: 'page' | 'frame' | false
  /** `post_logout_redirect_uri`; a relative one is resolved against the page. */
  postLogoutRedirectUri?: string
  /** Words of scope; default `openid profile email`. What the `apis` need is added. */
  scope?: string
  /** `resource` (RFC 8707), one or several. */
  resource?: string | string[]
  /** Addresses that get the access token: URL prefixes, and what they need. */
  apis?: Record<string, ApiNeed>
  /** The provider's metadata (RFC 8414); nothing is discovered then. */
  metadata?: Record<string, unknown>
  /** The only algorithms an ID token may be signed with, as JOSE spells them. */
  algorithms?: string[]
  /** The one algorithm this client is registered for. */
  idTokenSignedResponseAlg?: string
  /** How far clocks may differ, in seconds; default 60, at most 300. */
  clockTolerance?: number
  /** `max_age` of every sign-in, in seconds. */
  maxAge?: number
  /** How old an ID token may be, and how far ahead its end, in seconds; default a day. */
  maxTokenAge?: number
  /** Asks for `offline_access` where the provider announces it; default true. */
  refresh?: boolean
  /** For how long the provider takes a refresh token again that it replaced, in seconds; default 0. */
  refreshGrace?: number
  /** How long before its end an access token counts as old, in seconds; default 60. */
  renewBefore?: number
  /**
   * How often to look whether the provider's session is the same (OpenID Connect Session Management
   * 1.0), in seconds; default: never. Needs `silentRedirectUri`, and a browser that gives the provider's
   * frame its cookies: where it does not, `degraded` says so and nobody is signed out for it.
   */
  sessionCheck?: number
  /**
   * Whether `frontchannelLogout` counts only with the `iss` and `sid` of the session; default true. With
   * `false`, one without them ends a session whose ID token has no `sid`: any page can then sign people
   * out.
   */
  frontchannelLogoutSessionRequired?: boolean
  /**
   * Whether tokens are bound to a key of this browser (DPoP, RFC 9449), which no script can export: whoever
   * takes a token along has none. `fetch` proves the key; so must who sends a token of `getAccessToken`.
   */
  dpop?: boolean
  /**
   * Whether this client is registered as one whose requests are all pushed (RFC 9126 section 6): what is
   * asked goes to the provider first, and its address has nothing but the name of that. Where the provider
   * says that it takes no others, requests are pushed anyway.
   */
  requirePushedAuthorizationRequests?: boolean
  /** Accepts a provider at `http://localhost`, `127.0.0.1` or `[::1]`: for development. */
  allowLoopbackIssuer?: boolean
  /**
   * Lets the app itself be on plain http, in a network without https: there the browser has neither
   * SubtleCrypto nor locks, so that `backend: soft` is needed, the session is kept in `session`
   * unless you say otherwise, and each tab renews for itself. Who can read or change what passes in that
   * network can be whoever they like. The provider stays on https.
   */
  allowInsecure?: boolean
  /**
   * Where the session is kept. `sealed` (default): IndexedDB, encrypted under a key that no script
   * can export; one session for all tabs. `session`: sessionStorage, one for each tab. `local`:
   * localStorage, readable. `memory`: nowhere; it ends with the page. Or a store of yours. What
   * cannot be kept there is kept in memory, and `degraded` says so.
   */
  store?: 'sealed' | 'session' | 'local' | 'memory' | Store
  /**
   * Keeps the session in the memory of a worker instead of a `store`: refresh tokens never reach the
   * page. Not in `countersign/slim`.
   */
  vault?: VaultConfig
  /** Checks signatures instead of SubtleCrypto: `soft` of `countersign/soft`, or yours. */
  backend?: Backend
  /** Goes to an address of the app after a sign-in; default `history.replaceState`. */
  navigate?: (url: string) => void
  /** Instead of the platform's `fetch`, for every request. */
  fetch?: typeof globalThis.fetch
  /** Hears hints for the developer. No secret and no token is in them. */
  log?: (hint: string) => void
}

/** A worker that keeps the session. */
export interface VaultConfig {
  /**
   * The address of a module of the app's own origin that imports `countersign/vault`: text, a `URL` or
   * a `TrustedScriptURL`.
   */
  workerUrl: string | object
}

/** What the addresses below a prefix need. */
export interface ApiNeed {
  /** Words of scope. */
  scope?: string
  /** The resource it is (RFC 8707). */
  resource?: string
}

/** A store of the app's own. The keys are Countersign's; each may answer at once or later. */
export interface Store {
  /** The text under a key. */
  get(key: string): string | null | undefined | Promise<string | null | undefined>
  /** Keeps a text; throws or rejects when it cannot. */
  set(key: string, text: string): void | Promise<void>
  /** Forgets a key. */
  remove(key: string): void | Promise<void>
}

/** A call that can be called off: it then rejects with `OIDC_ABORTED`, and nothing is lost. */
export interface Waiting {
  signal?: AbortSignal | undefined
}

/** Options of one sign-in. */
export interface SignInOptions extends Waiting {
  /** Where to be afterwards, on the app's own origin; default: here. */
  returnTo?: string
  /** `prompt`, e.g. `login`, `consent`, `select_account`, `create`. */
  prompt?: string
  /** `login_hint`. */
  loginHint?: string
  /** `max_age`, in seconds. */
  maxAge?: number
  /** `acr_values`; the sign-in must then have one of them. */
  acrValues?: string | string[]
  /** `ui_locales`. */
  uiLocales?: string | string[]
  /** `claims` (OpenID Connect Core 5.5). */
  claims?: Record<string, unknown>
  /** `resource` (RFC 8707), besides the configured ones. */
  resource?: string | string[]
  /** Words of scope, besides the configured ones. */
  scope?: string
  /** Further parameters of the authorization request. */
  extra?: Record<string, string>
}

/** What an access token is needed for. */
export interface TokenOptions extends ApiNeed, Waiting {}

/** An access token. */
export interface AccessToken {
  readonly accessToken: string
  /** Seconds since 1970; 0 where the provider did not say. */
  readonly expiresAt: number
}

/** Verified claims of an ID token, or the claims of UserInfo. Deep-frozen. */
export interface Claims {
  /** Who this is, unique at the issuer and never given to another. */
  readonly sub: string
  readonly name?: string
  readonly given_name?: string
  readonly family_name?: string
  readonly nickname?: string
  readonly preferred_username?: string
  readonly picture?: string
  readonly locale?: string
  readonly email?: string
  /** What the provider says in any other type than a boolean is `false` here. */
  readonly email_verified?: boolean
  readonly [claim: string]: unknown
}

/** The person who is signed in: the verified claims of the ID token. Deep-frozen. */
export type User<C extends object = object> = Claims & {
  readonly iss: string
  readonly aud: string | readonly string[]
  /** Seconds since 1970. */
  readonly exp: number
  /** Seconds since 1970. */
  readonly iat: number
  /** Seconds since 1970. */
  readonly auth_time?: number
  readonly acr?: string
  readonly amr?: readonly string[]
  readonly azp?: string
} & Readonly<C>

/** What was checked before the user was believed. */
export interface Evidence {
  /** The algorithm of the signature. */
  readonly alg: string
  /** The key that made it, where the token names one. */
  readonly kid?: string
  /** The checks, in their order. */
  readonly checks: readonly string[]
  /** Seconds since 1970. */
  readonly checkedAt: number
  /** How far this device's clock is behind, in seconds; below 0 it is ahead. */
  readonly clockOffset: number
}

/** Whether somebody is signed in; `loading` until the first `start()` settles. */
export type Status = 'loading' | 'signedIn' | 'signedOut'

/** An event about a person. `fresh`: a sign-in just finished; else a session was restored. */
export interface SignedInEvent<C extends object = object> extends Event {
  readonly user: User<C>
  readonly fresh: boolean
}

/** Nobody is signed in any more. */
export interface SignedOutEvent extends Event {
  /** Why, where nobody asked for it. */
  readonly error?: OidcError
}

/** An event about a failure. */
export interface FailureEvent extends Event {
  readonly error: OidcError
}

/** What an API asks a sign-in for: options of `signIn` and `signInPopup`. */
export interface StepUp {
  /** The `acr` values that will do, separated by spaces. */
  readonly acrValues?: string
  /** How long ago the person may have signed in, in seconds. */
  readonly maxAge?: number
  /** Words of scope. */
  readonly scope?: string
}

/** An API refused a request of `fetch`, and asks for a sign-in that says more (RFC 9470). */
export interface StepUpEvent extends Event {
  readonly detail: StepUp
  /**
   * Has `fetch` wait for a sign-in, as `respondWith(auth.signInPopup(detail))`, and send the request
   * once more. Without it, or when that rejects, `fetch` resolves to the refusal.
   */
  respondWith(signIn: PromiseLike<unknown>): void
}

/** The events of a client. */
export interface ClientEvents<C extends object = object> {
  /** Somebody is signed in now. */
  signedin: SignedInEvent<C>
  /** Nobody is any more. */
  signedout: SignedOutEvent
  /**
   * The session cannot be kept and ends with a reload (`OIDC_STORAGE_DEGRADED`), or that of the provider
   * cannot be watched (`OIDC_SESSION_CHECK_…`).
   */
  degraded: FailureEvent
  /** Something failed, or looked wrong, that no call rejects with. */
  error: FailureEvent
  /** The session has other tokens, had by this tab or another; `user` may say more. */
  renewed: Event
  /** An API asks for a stronger sign-in, or for a newer one; to be asked for once. */
  stepup: StepUpEvent
}

/** A page's client. Every verb rejects with an `OidcError`, and with `OIDC_CLOSED` after `close`. */
export interface Client<C extends object = object> extends EventTarget {
  /** Whether somebody is signed in. */
  readonly status: Status
  /** Who is; the same object until that changes. */
  readonly user: User<C> | null
  /** How that is known. */
  readonly evidence: Evidence | null
  /**
   * Calls back after every change of `status` or `user`; returns how to stop. Made for UI
   * frameworks: `useSyncExternalStore(auth.subscribe, () => auth.user)`.
   */
  subscribe(changed: () => void): () => void
  /**
   * Finishes a sign-in if this page is its callback, else restores the session. Call it as often as
   * you like. Resolves to nobody (`null`) without complaint; a sign-in of ours that failed rejects
   * once with its code, and an earlier session stays.
   */
  start(options?: Waiting): Promise<User<C> | null>
  /**
   * Leaves for the provider, so it never resolves. Rejects with `OIDC_SIGNIN_ABANDONED` when the
   * person comes back with the back button; a second call supersedes the first.
   */
  signIn(options?: SignInOptions): Promise<never>
  /**
   * As `signIn`, in a popup: call it from a click. Resolves to who signed in. Rejects with
   * `OIDC_POPUP_BLOCKED` or `OIDC_POPUP_CLOSED`; a second call supersedes the first.
   */
  signInPopup(options?: SignInOptions): Promise<User<C>>
  /**
   * The access token. Rejects with `OIDC_SIGNIN_REQUIRED`, `OIDC_SESSION_EXPIRED` or
   * `OIDC_TOKEN_SCOPE_MISSING`.
   */
  getAccessToken(options?: TokenOptions): Promise<AccessToken>
  /**
   * The platform's `fetch`, with the access token for addresses below a prefix of `apis` and for no
   * others. A request with a token follows no redirect, unless `init.redirect` says so; an
   * `Authorization` of yours wins. Rejects as `getAccessToken` and as the platform's `fetch`.
   */
  fetch(input: Request | string | URL, init?: RequestInit): Promise<Response>
  /** What UserInfo says of the person; its `sub` was compared. Deep-frozen. */
  userInfo(options?: Waiting): Promise<Claims>
  /**
   * Forgets the session, then tells the provider, then leaves for the provider's sign-out page.
   * Resolves where the provider has none, or when the person comes back with the back button.
   */
  signOut(options?: Waiting): Promise<void>
  /**
   * For the page at your `frontchannel_logout_uri`, which the provider's sign-out page shows in a frame:
   * forgets the session in every tab if the page's address names it, and tells the provider nothing.
   * Resolves to whether it did. A browser that keeps the frame apart from your own pages lets it find
   * nothing.
   */
  frontchannelLogout(options?: Waiting): Promise<boolean>
  /** Stops listening; for tests and micro-frontends. What waits rejects with `OIDC_CLOSED`. */
  close(): void
  addEventListener<T extends keyof ClientEvents<C>>(
    type: T,
    listener: (event: ClientEvents<C>[T]) => void,
    options?: Adding[2],
  ): void
  addEventListener(type: string, listener: Adding[1], options?: Adding[2]): void
  removeEventListener<T extends keyof ClientEvents<C>>(
    type: T,
    listener: (event: ClientEvents<C>[T]) => void,
    options?: Removing[2],
  ): void
  removeEventListener(type: string, listener: Removing[1], options?: Removing[2]): void
}

// Only lib.dom has names for these; Node's and the Workers' types know an EventTarget as well.
type Adding = Parameters<EventTarget['addEventListener']>
type Removing = Parameters<EventTarget['removeEventListener']>
