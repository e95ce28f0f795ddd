/** The public types of `countersign/cognigy`. */

/** The configuration of single sign-on with OpenID Connect, as Cognigy.AI takes it. */
export interface CognigyConfig {
  idpType: 'oidc'
  /** The issuer, or its domain without `https://`. A slash at the end may be there or missing. */
  idpIssuer: string
  idpClientId: string
  /** Empty or missing with the methods `none` and `private_key_jwt`. */
  idpClientSecret?: string
  /**
   * The one algorithm of ID tokens.
   * @default 'RS256'
   */
  idpIdTokenSignedResponseAlg?: string
  /**
   * How the client authenticates at the token endpoint.
   * @default 'client_secret_basic'
   */
  idpTokenEndpointAuthMethod?: 'client_secret_basic' | 'client_secret_post' | 'none' | 'private_key_jwt'
}

/** Options of `fromCognigy`. */
export interface FromCognigyOptions {
  /** The client's private key as a JWK with its `alg`, for the method `private_key_jwt`, which is refused without it. */
  clientKey?: JsonWebKey
  /**
   * Whether a text that a translator damaged is repaired first, see `repairCognigy`.
   * @default false
   */
  repair?: boolean
}

/** Settings of `createSessions`. */
export interface CognigySettings {
  /** The issuer as it was configured, with `https://`. */
  issuer: string
  /** The other form of the issuer: with or without the slash at its end. */
  issuerAliases?: string[]
  clientId: string
  clientSecret?: string
  clientKey?: JsonWebKey
  authMethod?: 'client_secret_basic' | 'client_secret_post' | 'none'
  idTokenSignedResponseAlg?: string
}

/** A request for `fetch(request.url, request)`. Add what authenticates you at the installation. */
export interface CognigyRequest {
  readonly url: string
  readonly method: 'POST'
  readonly headers: Record<string, string>
  readonly body?: string
}

/** The requests about an organization's single sign-on. An organization has one configuration: remove it to change it. */
export interface CognigyRequests {
  /** Sets the configuration. */
  readonly configure: CognigyRequest
  /** Removes the configuration. */
  readonly reset: CognigyRequest
}

/** A text that was repaired. */
export interface CognigyRepair {
  /** The JSON text of the configuration. */
  readonly text: string
  /** The repairs, in words. */
  readonly repairs: readonly string[]
}

/** How the role of a user is found. */
export interface CognigyRoleRules {
  /** The claim that the administrator defined at the provider: a text or a list of texts. */
  roleClaim: string
  /**
   * The roles that exist. Other values of the claim count as absent.
   * @default all
   */
  roles?: string[]
  /**
   * The role of a user who has none.
   * @default none: such a user is refused
   */
  defaultRole?: string
}

/** A user, as a sign-in creates or updates it. `issuer` and `subject` together are the key: an e-mail address can change. */
export interface CognigyUser {
  readonly issuer: string
  readonly subject: string
  readonly email?: string
  /** Whether the provider says that the address is the user's. */
  readonly emailVerified: boolean
  readonly firstName?: string
  readonly lastName?: string
  readonly name?: string
  /** At least one. */
  readonly roles: readonly string[]
}

/** The functions of `countersign/cognigy`. The first call loads the module. */
export interface Cognigy {
  /**
   * The settings of `createSessions` for a configuration, an object or its JSON text. Rejects with
   * `OIDC_CONFIG_INVALID`: `at` is the field that is unknown, missing or wrong, spelled as in the configuration;
   * `detail` says what is wrong. SAML 2.0, a method without what it needs, and a placeholder of the template are refused.
   */
  fromCognigy(config: CognigyConfig | string, options?: FromCognigyOptions): Promise<CognigySettings>
  /**
   * The requests that give settings to the installation whose API is at `api`, such as `api-app.cognigy.ai`. Rejects with
   * `OIDC_CONFIG_INVALID` and the name of the setting in `at`.
   */
  toCognigy(settings: CognigySettings, api: string): Promise<CognigyRequests>
  /**
   * Finds the configuration in a copy of the documentation that a translator damaged: fences, end tags, and placeholders
   * that became elements (`<CLIENT id="">`). Rejects with `OIDC_CONFIG_INVALID` if there is none.
   */
  repairCognigy(text: string): Promise<CognigyRepair>
  /**
   * The user record of verified claims. Rejects with `OIDC_CLAIM_INVALID` if the user has no role; `at` is the claim.
   */
  cognigyUser(claims: object, rules: CognigyRoleRules): Promise<CognigyUser>
}
