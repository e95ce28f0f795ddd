/** The settings of `createClient`. */

import type { RelyingPartyConfig } from '../client/types.js'
import type { PagePreset, WithoutRefusedResource } from '../providers/types.js'
import type { Client } from './types.js'
import type { Backend } from '../shared/backend.js'
import type { ApiNeed, StoreChoice } from '../shared/types.js'

/**
 * The settings of a client. `createClient` checks their types, the first call that needs a value checks it.
 */
export interface ClientConfig<Refused extends string = string> extends RelyingPartyConfig {
  /**
   * The provider's issuer identifier, exactly as its metadata has it, including case and a trailing slash.
   * `{tenantid}` stands for the tenant of the user. Required, unless `provider` or `metadata` is given.
   */
  issuer?: string
  /** The preset of the provider, from `countersign/providers`: `provider: okta({ domain: 'dev-12345.okta.com' })`. */
  provider?: PagePreset<Refused>
  /** `client_id`. */
  clientId: string
  /**
   * `redirect_uri`: the page of your app that the provider sends the user back to. A relative address is
   * resolved against the page.
   */
  redirectUri: string
  /**
   * `redirect_uri` of sign-ins in a hidden frame, which renew a session without a refresh token and serve
   * `sessionCheck`. A relative address is resolved against the page. Without it no frame is used.
   */
  silentRedirectUri?: string
  /**
   * How a session without a refresh token continues. `'frame'`: in a hidden frame, if `silentRedirectUri` is set.
   * `'page'`: so too; without a frame, or if it finds no session, the page that calls `start()` goes to the provider
   * with `prompt=none`, once, and comes back. A provider that ignores `prompt=none` shows its login page then. `false`:
   * not at all.
   * @default 'frame', and after an answer of the provider in that frame also 'page'
   */
  silent?: 'page' | 'frame' | false
  /**
   * `post_logout_redirect_uri`: where the provider sends the user after a sign-out. A relative address is
   * resolved against the page.
   */
  postLogoutRedirectUri?: string
  /**
   * Scopes, separated by spaces. `openid` and the scopes of `apis` are added.
   * @default openid profile email
   */
  scope?: string
  /**
   * Parameters of every authorization request, silent ones included, such as `audience` of Ory Hydra. Those of
   * `signIn` replace them. A parameter that this client sends itself is refused with `OIDC_EXTRA_FORBIDDEN`. `prompt`
   * is allowed: sign-ins without a prompt of their own have it, and silent requests do not.
   */
  extra?: Record<string, string>
  /** `resource` (RFC 8707), one or several. */
  resource?: string | string[]
  /**
   * The addresses that receive the access token: URL prefixes, each with the scope and resource that it needs. A
   * relative prefix, such as `/api`, is resolved against the page.
   */
  apis?: Record<string, ApiNeed>
  /**
   * The provider's keys, a JWKS. If it is given, no keys are fetched: for a provider whose `jwks_uri` answers without
   * CORS. A key that the provider adds later verifies nothing until the app has it.
   */
  jwks?: { keys: readonly object[] }
  /** The provider's metadata (RFC 8414). If it is given, nothing is discovered. */
  metadata?: Record<string, unknown>
  /**
   * For how many seconds the provider still accepts a refresh token that it has replaced.
   * @default 0
   */
  refreshGrace?: number
  /**
   * Every how many seconds to check whether the provider's session is unchanged (OpenID Connect Session
   * Management 1.0). Needs `silentRedirectUri`, and a browser that gives the provider's frame its cookies. If
   * the browser does not, `degraded` is fired and no user is signed out.
   * @default never
   */
  sessionCheck?: number
  /**
   * Whether `frontchannelLogout` requires the `iss` and `sid` of the session. With `false`, an address without
   * them ends a session whose ID token has no `sid`, so any page can sign users out.
   * @default true
   */
  frontchannelLogoutSessionRequired?: boolean
  /**
   * Whether tokens are bound to a key of this browser (DPoP, RFC 9449) that no script can export. `fetch`
   * proves the key.
   * @default false
   */
  dpop?: boolean
  /**
   * Whether this client is registered to push its authorization requests (RFC 9126 section 6). If the provider
   * accepts no others, they are pushed anyway.
   * @default false
   */
  requirePushedAuthorizationRequests?: boolean
  /**
   * Accepts an app on plain http, in a network without https. Browsers withhold SubtleCrypto and locks there:
   * `backend: soft` is required, the session is kept in `'session'` unless you say otherwise, and each tab
   * renews for itself. An attacker in that network can read and change everything. The provider stays on
   * https.
   * @default false
   */
  allowInsecure?: boolean
  /**
   * Where the session is stored. `'sealed'`: IndexedDB, encrypted with a key that no script can export, for
   * all tabs. `'session'`: sessionStorage, one session for each tab. `'local'`: localStorage, readable.
   * `'memory'`: until a reload. Or a store of yours. If a store fails, the session is kept in memory and
   * `degraded` is fired.
   * @default 'sealed'; 'session' in `countersign/slim` without `renewal`
   */
  store?: StoreChoice
  /**
   * Keeps the session in the memory of a worker instead of a `store`: refresh tokens never reach the page. Not
   * in `countersign/slim`.
   */
  vault?: VaultConfig
  /**
   * Verifies signatures: `soft` of `countersign/soft`, or yours.
   * @default SubtleCrypto
   */
  backend?: Backend
  /**
   * Goes to an address of the app after a sign-in; for a router. It receives path, query and fragment.
   * @default history.replaceState, and an event `popstate` for routers (not in `countersign/slim` without `renewal`)
   */
  navigate?: (url: string) => void
  /**
   * Sends every request.
   * @default the platform's `fetch`
   */
  fetch?: typeof globalThis.fetch
  /**
   * Receives hints for the developer. They contain no secret and no token.
   * @default the console on `localhost`, elsewhere none; in `countersign/slim` only with `renewal` and `explainErrors()`
   */
  log?: (hint: string) => void
}

/** A worker that keeps the session. */
export interface VaultConfig {
  /**
   * The address of a module of the app's own origin that imports `countersign/vault`: a text, a `URL` or a
   * `TrustedScriptURL`.
   */
  workerUrl: string | object
}

/** Makes a client. `C` has the provider's own claims of `user`; `Refused` follows from `provider`. */
export type CreateClient = <C extends object = object, Refused extends string = string>(
  config: ClientConfig<Refused> & WithoutRefusedResource<Refused>,
) => Client<C, Refused>
