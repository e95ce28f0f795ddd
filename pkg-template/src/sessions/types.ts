/** The public types of sessions at the edge. */

import type { Backend } from '../shared/backend.js'
import type { OidcError } from '../shared/error.js'
import type { AccessToken, ApiNeed, ClientConfig, TokenOptions, User } from '../page/types.js'

/** What a page's client is told in the same words. */
type Same =
  | 'algorithms'
  | 'idTokenSignedResponseAlg'
  | 'clockTolerance'
  | 'maxAge'
  | 'maxTokenAge'
  | 'refresh'
  | 'renewBefore'
  | 'allowLoopbackIssuer'

/** The settings of `createSessions`. */
export interface SessionsConfig extends Pick<ClientConfig, Same> {
  /** The provider's issuer identifier, exactly as its metadata spell it. Or give `metadata`. */
  issuer?: string
  /** The provider's metadata (RFC 8414); nothing is discovered then. */
  metadata?: Record<string, unknown>
  /** `client_id`. */
  clientId: string
  /** `client_secret`; it goes to the endpoints for tokens, revocation and pushed requests, and nowhere else. */
  clientSecret?: string
  /**
   * Instead of a secret, the client's private key as a JWK with its `alg`, and the `kid` under which the
   * provider has its public half: the client says who it is by assertions that it signs (`private_key_jwt`,
   * OpenID Connect Core 9). Each is for one request, for the issuer alone, and good for a minute. The key
   * stays in the host.
   */
  clientKey?: JsonWebKey
  /**
   * How the client says who it is; default `client_secret_basic`, and `client_secret_post` where the
   * provider announces only that.
   */
  authMethod?: 'client_secret_basic' | 'client_secret_post'
  /**
   * What the cookies are sealed with: a text of at least 32 random characters, e.g. what
   * `openssl rand -base64 32` prints; or a list of them, of which the first seals and all open. Put a new
   * one in front, and take the old one away when sessions may end that were not used since.
   */
  secret: string | readonly string[]
  /**
   * The app's origin, e.g. `https://app.example.com`; default that of the request's own URL, which a server
   * makes of the `Host` it was asked for. Set it behind a proxy. `X-Forwarded-*` is never believed.
   */
  baseUrl?: string
  /** Below which path the routes are; default `/auth`. Register `<origin>/auth/callback` as redirect URI. */
  basePath?: string
  /**
   * Whether the client is registered as one whose requests are all signed (RFC 9101): with `clientKey`. Where
   * the provider says that it takes no others, they are signed anyway.
   */
  requireSignedRequestObject?: boolean
  /** Whether it is registered as one whose requests are all pushed (RFC 9126), as of a page's client. */
  requirePushedAuthorizationRequests?: boolean
  /** `post_logout_redirect_uri`; a relative one is resolved against the origin. */
  postLogoutRedirectUri?: string
  /** Words of scope; default `openid profile email`. What the `apis` need is added. */
  scope?: string
  /** `resource` (RFC 8707), one or several. */
  resource?: string | string[]
  /** Addresses that get the access token: URL prefixes, and what they need. */
  apis?: Record<string, ApiNeed>
  /** How the cookies are made. */
  cookie?: CookieConfig
  /**
   * For how long the provider takes a refresh token again that it replaced, in seconds; default 0. Two
   * isolates may renew the same session at the same time, since neither sees what the other does: a
   * provider that rotates refresh tokens and has no such grace may take that for theft, and end it.
   */
  refreshGrace?: number
  /**
   * Lets the app itself be at `http://localhost`, `127.0.0.1` or `[::1]`, for development: its cookies are
   * then without `Secure` and the prefix `__Host-`. Nothing else is ever taken in clear text.
   */
  allowInsecure?: boolean
  /** Checks signatures instead of SubtleCrypto: `soft` of `countersign/soft`, or yours. */
  backend?: Backend
  /** Instead of the platform's `fetch`, for every request. */
  fetch?: typeof globalThis.fetch
  /** Hears hints for the developer. No secret and no token is in them. */
  log?: (hint: string) => void
  /**
   * Hears of what went wrong at a route, or in `with`, and may answer for it; else a page of plain text
   * does. The cookies are added to the answer.
   */
  onError?: (error: OidcError, request: Request) => Answered | Promise<Answered>
}

/** A response, or nothing. */
type Answered = Response | undefined | void

/** How cookies are made. */
export interface CookieConfig {
  /** Letters, digits and `_`; default `countersign`. `__Host-` is put in front. */
  name?: string
  /**
   * Default `lax`. With `strict`, the page that a person comes to from the provider, or by a link of another
   * site, does not get the session: it is for apps that fetch it from a page of their own.
   */
  sameSite?: 'lax' | 'strict'
  /**
   * How long a session lasts after its sign-in, in seconds, also when the browser is closed. Default: until
   * the browser is closed, and seven days at most.
   */
  maxAge?: number
}

/** The settings, or what makes them of the platform's bindings. */
export type GivenSessions = SessionsConfig | ((env: unknown) => SessionsConfig)

/** What a platform gives with a request. */
export interface Visiting {
  /** The bindings of a Workers runtime; on workerd they are there by themselves. */
  env?: unknown
  /** Lets a renewal go on when its request is cut off. */
  ctx?: { waitUntil(work: Promise<unknown>): void } | undefined
}

/** Somebody who is signed in, while their request is answered. */
export interface Session<C extends object = object> {
  /** The verified claims of their ID token. Deep-frozen. */
  readonly user: User<C>
  /**
   * The access token, renewed when it is old. Rejects with `OIDC_SESSION_EXPIRED`,
   * `OIDC_TOKEN_SCOPE_MISSING`, `OIDC_SESSION_ENDED` where the provider ended the session, and
   * `OIDC_SESSION_SENT` once the response has its cookies.
   */
  getAccessToken(options?: TokenOptions): Promise<AccessToken>
  /**
   * The platform's `fetch`, with the access token for addresses below a prefix of `apis` and for no others.
   * A request with a token follows no redirect, unless `init.redirect` says so; an `Authorization` of yours
   * wins. Rejects as `getAccessToken` and as the platform's `fetch`.
   */
  fetch(input: Request | string | URL, init?: RequestInit): Promise<Response>
}

/** Sign-in that is held at the edge. Every verb rejects with an `OidcError`. */
export interface Sessions<C extends object = object> {
  /**
   * Answers the routes below `basePath`; resolves to nothing for any other request.
   *
   * `GET /login?returnTo=/inbox` goes to the provider; `GET /callback` comes back from there; `POST /logout`
   * (a form on a page of the app) revokes the tokens, takes the cookies away and goes to the provider's
   * sign-out page, or to its own `returnTo` where there is none. What fails is answered too: 400, 401, 403
   * or 503, with the code.
   */
  handle(request: Request, visiting?: Visiting): Promise<Response | undefined>
  /**
   * Has a request answered that may be somebody's: `act` gets their session, or `null`, and gives the
   * response, which gets the cookies that the session needs by then.
   *
   * This is the one way to tokens, because a renewal replaces the refresh token, and a response that goes
   * out without its cookies loses it and with it the session: nobody can forget to send what is sent here.
   * An `OidcError` that `act` lets pass is answered as at a route, cookies included. Anything else it throws
   * is thrown on: then a renewed session is found again for ten seconds, in this isolate.
   */
  with(
    request: Request,
    act: (session: Session<C> | null) => Response | Promise<Response>,
    visiting?: Visiting,
  ): Promise<Response>
  /**
   * Who is signed in, without their tokens: for a look that needs no response. What is read is never
   * renewed here, so that nothing can be lost.
   */
  session(request: Request, visiting?: Visiting): Promise<Pick<Session<C>, 'user'> | null>
}
