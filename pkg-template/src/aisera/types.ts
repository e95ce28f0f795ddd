/** The public types of `countersign/aisera`. */

import type { Abortable } from '../shared/types.js'

/** The fields of an OIDC connection, spelled as in Aisera's form. A field of the form that is empty may be missing. */
export interface AiseraFields {
  'Authorization URL': string
  'Client Id': string
  'Client Secret': string
  'Access Token URL': string
  /** Used only with `nonceMode: 'static'`. */
  Nonce?: string
  Scope?: string
  /** Empty or `code`: no other flow keeps tokens out of the browser. */
  'Response Type'?: string
  Prompt?: string
}

/** The settings beside the eight fields of the form: what a client needs to know. */
export interface AiseraOptions {
  /** The integration of the connection. */
  integration: 'ServiceNow' | 'Generic'
  /** The origins of the external system, such as `https://dev1.service-now.com`. No other origin gets the token. */
  origins: string[]
  /**
   * The query parameters of the external REST query. A call's own value of one counts more.
   * @default none
   */
  query?: Record<string, string>
  /**
   * The token that the external system takes.
   * @default 'id_token' for ServiceNow, 'access_token' for Generic
   */
  token?: 'id_token' | 'access_token'
  /**
   * The issuer, which the form does not have. With it the ID token is verified, and the session has a user.
   * @default none
   */
  issuer?: string
  /**
   * `'static'` sends the field `Nonce` with every request. It does not protect against a token of another request, and
   * `log` says so.
   * @default 'fresh'
   */
  nonceMode?: 'fresh' | 'static'
  /**
   * How the secret is sent.
   * @default 'client_secret_post'
   */
  authMethod?: 'client_secret_post' | 'client_secret_basic'
  /**
   * `false` for a server that refuses requests with a code challenge.
   * @default true
   */
  pkce?: boolean
  /**
   * Receives the warning about a static nonce.
   * @default console.warn
   */
  log?: (hint: string) => void
}

/** Settings of `createSessions` that are the same with and without an issuer. */
interface CommonSettings {
  clientId: string
  clientSecret: string
  authMethod: 'client_secret_post' | 'client_secret_basic'
  scope?: string
  prompt?: string
  pkce?: boolean
}

/** Settings of `createSessions` without an issuer: the session has tokens and no user. */
export interface AiseraTokenSettings extends CommonSettings {
  user: false
  metadata: { authorization_endpoint: string; token_endpoint: string }
  nonce?: string
}

/** Settings of `createSessions` with an issuer. */
export interface AiseraUserSettings extends CommonSettings {
  issuer: string
  metadataOverlay: { authorization_endpoint: string; token_endpoint: string }
}

/** The rules of REST calls to the external system. */
export interface AiseraCalls {
  readonly token: 'id_token' | 'access_token'
  readonly origins: readonly string[]
  readonly query: Readonly<Record<string, string>>
}

/** A connection. */
export interface AiseraConnection<S> {
  /** The settings of `createSessions`; add its `secret`. */
  readonly settings: S
  /** The rules for `aiseraFetch`. */
  readonly calls: AiseraCalls
}

/** The session of a user, as `with` of `createSessions` gives it. */
export interface UserTokens {
  getAccessToken(options?: Abortable & { renew?: boolean }): Promise<{ readonly accessToken: string }>
  getIdToken(options?: Abortable & { renew?: boolean }): Promise<string>
  fetch(input: Request | string | URL, init?: RequestInit): Promise<Response>
}

/** Options of `aiseraFetch`. */
export interface AiseraFetchOptions {
  /**
   * Sends the requests after a redirect to another origin, which get nothing of the session. The other ones go through the
   * session, and so through the setting `fetch` of `createSessions`.
   * @default the platform's `fetch`
   */
  fetch?: typeof globalThis.fetch
}

/** The functions of `countersign/aisera`. The first call loads the module. */
export interface Aisera {
  /**
   * The settings of `createSessions` for the eight fields, an object or its JSON text. Rejects with
   * `OIDC_CONFIG_INVALID`: `at` is the field or the option that is unknown, missing or wrong, spelled as in the form.
   */
  fromAisera(
    fields: AiseraFields | string,
    options: AiseraOptions & { issuer: string },
  ): Promise<AiseraConnection<AiseraUserSettings>>
  fromAisera(
    fields: AiseraFields | string,
    options: AiseraOptions & { issuer?: undefined },
  ): Promise<AiseraConnection<AiseraTokenSettings>>
  /**
   * A `fetch` with the token of this session's user in `Authorization`, for the origins of the rules alone. It follows
   * redirects. One to another origin loses the token and every header but `Accept`, `Accept-Language`, `User-Agent` and those
   * of the body. One to an address that is neither http nor https rejects with a `TypeError`. After a 401 it renews the
   * session and asks once more; a second 401 is the response. An `Authorization` header of the caller is kept. Rejects as the
   * session and the platform's `fetch` do.
   */
  aiseraFetch(session: UserTokens, calls: AiseraCalls, options?: AiseraFetchOptions): typeof globalThis.fetch
}
