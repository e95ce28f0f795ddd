/** The public types of `countersign/client-credentials`. */

import type { SessionsPreset } from '../providers/types.js'
import type { Abortable } from '../shared/types.js'

/**
 * The settings of `createMachineClient`. It or the first verb refuses an invalid one with `OIDC_CONFIG_INVALID`, and names
 * it in `at`.
 */
export interface MachineConfig {
  /**
   * The provider's issuer identifier, exactly as its metadata has it. Required, unless `provider` or `metadata` is given. One
   * with `{tenantid}` is refused: a client without users names one tenant.
   */
  issuer?: string
  /**
   * The preset of the provider, from `countersign/providers`. Of its settings for servers those count that are not about users; its
   * option `audience` or `resource` names the API. A provider that has no such grant is refused with
   * `OIDC_UNSUPPORTED_BY_PROVIDER`.
   */
  provider?: SessionsPreset
  /**
   * The provider's metadata (RFC 8414). If it is given, nothing is discovered: `token_endpoint` is enough. Otherwise the
   * metadata is fetched, and kept for five minutes.
   */
  metadata?: Record<string, unknown>
  /** Other texts that the provider uses for its issuer. */
  issuerAliases?: string[]
  /**
   * The address of the metadata.
   * @default the well-known addresses of the issuer
   */
  discoveryUrl?: string
  /** Members that replace or complete the discovered metadata. Never `issuer`. */
  metadataOverlay?: Record<string, unknown>
  /** `client_id`. */
  clientId: string
  /** `client_secret`. It is sent to the token endpoint, and nowhere else. Give this or `clientKey`. */
  clientSecret?: string
  /**
   * The client's private key as a JWK with its `alg`, and the `kid` under which the provider knows the public key. The client
   * then authenticates with signed assertions (`private_key_jwt`), each for one request, and valid for a minute.
   */
  clientKey?: JsonWebKey
  /**
   * How the secret is sent.
   * @default 'client_secret_basic'; 'client_secret_post' if the provider announces only that
   */
  authMethod?: 'client_secret_basic' | 'client_secret_post'
  /**
   * `aud` of the client's assertions, for a provider that refuses its issuer there. Required with `clientKey` if the issuer is
   * unknown.
   * @default the issuer
   */
  assertionAudience?: string | string[]
  /**
   * Scopes, separated by spaces; at Entra ID `<API>/.default`. `openid` and `offline_access` are refused, because there is no
   * user and no refresh token.
   * @default what the provider gives this client
   */
  scope?: string
  /** The API that the token is for, as `audience`: at Auth0, and at Entrust in place of `resource`. */
  audience?: string
  /** The API that the token is for, as `resource` (RFC 8707): one or several, at AD FS one. */
  resource?: string | string[]
  /**
   * The addresses that receive the token from `fetch`: prefixes, `https` or on this machine.
   * @default none
   */
  apis?: string[]
  /**
   * Other parameters of the token request. One that has a setting, or that is of another grant, is refused with
   * `OIDC_EXTRA_FORBIDDEN`.
   */
  extra?: Record<string, string>
  /**
   * How many seconds before its end a token is renewed; at most half of its lifetime.
   * @default 60
   */
  renewBefore?: number
  /**
   * Accepts an issuer and endpoints on http at this machine. For development.
   * @default false
   */
  allowLoopbackIssuer?: boolean
  /**
   * Sends every request, those of `fetch` included.
   * @default the platform's `fetch`
   */
  fetch?: typeof globalThis.fetch
  /**
   * Receives hints for the developer. They contain no secret and no token.
   * @default none
   */
  log?: (hint: string) => void
}

/**
 * Settings, or a function that makes them from the platform's bindings. It is called once, at the first verb: on workerd with
 * `env`, elsewhere with `undefined`.
 */
export type GivenMachine = MachineConfig | ((env: unknown) => MachineConfig)

/** A token of the client itself. */
export interface MachineToken {
  readonly accessToken: string
  /** Seconds since 1970; `undefined` if the provider did not send `expires_in`. The token is then used for 60 seconds. */
  readonly expiresAt: number | undefined
  /** The scope that the provider granted, separated by spaces; `undefined` if neither the provider nor the settings name one. */
  readonly scope: string | undefined
}

/** Options of `getAccessToken`. An abort rejects with `OIDC_ABORTED`; the request continues for the other callers. */
export interface MachineTokenOptions extends Abortable {
  /** Fetches a new token now, also if the present one is still good. */
  renew?: boolean
}

/** A client that gets tokens for itself. */
export interface MachineClient {
  /**
   * The token, fetched if there is none or if it ends soon. However many callers wait, one request is sent. After a failure the
   * next request waits, from a second up to a minute or for as long as the provider asks; until then each call rejects with
   * the same error. A token that is not at its end yet is used meanwhile.
   */
  getAccessToken(options?: MachineTokenOptions): Promise<MachineToken>
  /**
   * Sends a request, with the token if its address is under a prefix of `apis`. Another address gets no token, and an
   * `Authorization` header of your own stays. A request with a token follows no redirect. After a 401 it gets a new token, and is
   * sent once more if its body is no stream.
   */
  fetch: typeof globalThis.fetch
}
