/** The public types of `countersign/entrust`. */

/** Settings that every relying party has. */
interface Common {
  /** The metadata of the provider, as its discovery address answers. */
  metadata: object
  /** `client_id` of the application that you made for the relying party. */
  clientId: string
  /** `client_secret` of that application. */
  clientSecret: string
  /**
   * Scopes, separated by spaces, with `openid`.
   * @default 'openid profile email'
   */
  scope?: string
}

/** A relying party that shows its redirect URI. */
export interface WithRedirectUri extends Common {
  system: 'connectwise' | 'forgerock'
  /** The redirect URI that the relying party shows. */
  redirectUri: string
}

/** Salesforce, whose callback address follows from two values. */
export interface WithSalesforce extends Common {
  system: 'salesforce'
  /** The host of your My Domain, such as `example.my.salesforce.com`. */
  domain: string
  /** The URL suffix of the Auth. Provider. */
  urlSuffix: string
}

/** The client to register, and the configuration of the relying party. */
export interface RelyingParty {
  /** The redirect URI of the relying party. */
  readonly redirectUri: string
  /** The discovery address of the provider. */
  readonly discoveryUrl: string
  /** The application at the provider, in the words of OpenID Connect Dynamic Client Registration. */
  readonly registration: {
    readonly client_id: string
    readonly redirect_uris: readonly string[]
    readonly response_types: readonly string[]
    readonly grant_types: readonly string[]
    readonly token_endpoint_auth_method: string
    readonly scope: string
  }
  /** The fields of the relying party, in its own words. They contain the secret. */
  readonly configuration: Readonly<Record<string, string | boolean | readonly string[]>>
}
