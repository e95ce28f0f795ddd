/** Settings that every relying party has: a client of a page, and sessions on a server. */
export interface RelyingPartyConfig {
  /**
   * The only algorithms that may sign an ID token, by their JOSE names: RS, PS and ES with 256, 384 or 512,
   * `EdDSA`, `Ed25519`. `none` and HS* are never accepted here.
   * @default what the provider announces and the key permits
   */
  algorithms?: string[]
  /**
   * The one algorithm that this client is registered for. In sessions also `HS256`, if the provider signs ID tokens
   * with the client's secret (OpenID Connect Core 10.1); the secret must have at least 32 bytes. Such a provider needs no
   * `jwks_uri`.
   */
  idTokenSignedResponseAlg?: string
  /**
   * Other audiences that an ID token may name beside this client. With them, a token for several audiences needs no
   * `azp`; if it has one, it is this client.
   */
  trustedAudiences?: string[]
  /**
   * The tenants whose users may sign in (`tid`), for an issuer of many tenants: one with `{tenantid}`, or an alias
   * such as `common` whose metadata names one. Not in `countersign/slim` without `renewal`.
   * @default all
   */
  tenants?: string[]
  /**
   * Tenants whose users may not sign in (`tid`), such as that of personal accounts at Entra ID. Not in `countersign/slim`
   * without `renewal`.
   */
  refusedTenants?: string[]
  /**
   * Claims that an ID token must have, each with its value or a list of accepted ones: the hosted domain of Google
   * (`hd`), or the organization of Auth0 (`org_id`). Not in `countersign/slim` without `renewal`.
   */
  requiredClaims?: Record<string, string | string[]>
  /**
   * Other texts that the provider uses for its issuer, such as `accounts.google.com`. Not in `countersign/slim` without
   * `renewal`.
   */
  issuerAliases?: string[]
  /**
   * The address of the metadata. Not in `countersign/slim` without `renewal`.
   * @default the well-known addresses of the issuer
   */
  discoveryUrl?: string
  /**
   * Members that replace or complete the discovered metadata, such as a missing `end_session_endpoint`. Never `issuer`.
   * Not in `countersign/slim` without `renewal`.
   */
  metadataOverlay?: Record<string, unknown>
  /**
   * How the provider's logout endpoint differs from RP-Initiated Logout 1.0. Not in `countersign/slim` without `renewal`.
   */
  logout?: LogoutDialect
  /**
   * Options of a sign-in, and parameters of `extra`, that the provider refuses or ignores. A sign-in with one of them
   * fails with `OIDC_SIGNIN_OPTION_INVALID`, and the setting `extra` with one is invalid. Not in `countersign/slim` without `renewal`.
   */
  refusedOptions?: string[]
  /**
   * Claims that the provider sends as the texts `"true"` and `"false"` and that mean booleans, such as `email_verified` of
   * Amazon Cognito. Without this setting the text `"true"` stays a text. Not in `countersign/slim` without `renewal`.
   */
  booleansAsText?: string[]
  /**
   * Whether the provider takes one resource in a request, as Entra ID does (AADSTS28000). Then a sign-in asks for
   * the first of `apis` alone, and the tokens of the others come by refresh token. Not in `countersign/slim` without
   * `renewal`.
   * @default false
   */
  singleResource?: boolean
  /**
   * By how many seconds clocks may differ; at most 300.
   * @default 60
   */
  clockTolerance?: number
  /** `max_age` of every sign-in: how many seconds ago the user may have signed in. Verified in the ID token. */
  maxAge?: number
  /**
   * How many seconds old an ID token may be when it is received, and how many seconds it may still be valid.
   * @default 86400
   */
  maxTokenAge?: number
  /**
   * Whether to ask for `offline_access`. A refresh token that the provider gives without being asked is used in
   * any case. Some providers refuse a client, or a user, without the right to it.
   * @default false
   */
  refresh?: boolean
  /**
   * How many seconds before its end an access token is renewed: at most half of its lifetime.
   * @default 60
   */
  renewBefore?: number
  /**
   * Accepts a provider on http at this machine: `localhost`, `*.localhost`, `127.0.0.0/8` or `[::1]`. For development.
   * @default false
   */
  allowLoopbackIssuer?: boolean
}

/** How a provider's logout endpoint differs from OpenID Connect RP-Initiated Logout 1.0. */
export interface LogoutDialect {
  /**
   * `'required'`: the ID token is sent even if it is long; `'never'`: it is not sent.
   * @default an ID token of at most 4,000 bytes is sent
   */
  idTokenHint?: 'required' | 'never'
  /**
   * The parameter for `postLogoutRedirectUri`, such as `logout_uri` of Amazon Cognito.
   * @default post_logout_redirect_uri
   */
  redirectParameter?: string
  /**
   * Whether `state` is sent.
   * @default true
   */
  state?: boolean
  /** Parameters of every sign-out. */
  extra?: Record<string, string>
}
