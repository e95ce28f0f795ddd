/** The public types of the tools. */

import type { Opener } from '../edge/types.js'

/** A key as a JWK (RFC 7517, RFC 7518 section 6, RFC 8037): what the platform exports as `jwk`. */
export interface Jwk {
  kty?: string
  kid?: string
  use?: string
  key_ops?: string[]
  alg?: string
  ext?: boolean
  crv?: string
  x?: string
  y?: string
  n?: string
  e?: string
  d?: string
  p?: string
  q?: string
  dp?: string
  dq?: string
  qi?: string
  k?: string
}

/** A public key as a JWK (RFC 7517), or a set of them. */
export type Keys = Jwk | { readonly keys: readonly Jwk[] }

/** A signed message whose signature is good. */
export interface VerifiedJws {
  /** The protected header. */
  readonly header: Readonly<Record<string, unknown>>
  /** What was signed. */
  readonly payload: Uint8Array<ArrayBuffer>
}

/** What was inside an encrypted token. Anybody may have written it: verify it, if it is signed. */
export interface DecryptedJwe {
  /** The protected header. */
  readonly header: Readonly<Record<string, unknown>>
  /** What was encrypted. */
  readonly plaintext: Uint8Array<ArrayBuffer>
}

/** What a signed message may be signed with. */
export interface VerifyOptions {
  /** Names of algorithms, e.g. `['ES256']`; others are refused, and so is every message without. */
  readonly algorithms: readonly string[]
}

/** What a token may be encrypted with. */
export interface DecryptOptions {
  /** Names of algorithms for the content key, e.g. `'RSA-OAEP-256'`. */
  readonly alg: string | readonly string[]
  /** Names of algorithms for the content, e.g. `'A256GCM'`. */
  readonly enc: string | readonly string[]
}

/** The tools, over a module. */
export interface Jose {
  /**
   * The parts of a signed message (a compact JWS with any payload), once one of these keys is found
   * to have signed it. Of a set, the keys of its `kid` are asked, or every one that fits.
   *
   * Rejects with `OIDC_CONFIG_INVALID` (no `algorithms`), `OIDC_KEYS_INVALID`,
   * `OIDC_TOKEN_MALFORMED`, `OIDC_TOKEN_TOO_LARGE`, `OIDC_TOKEN_ENCRYPTED`, `OIDC_ALG_FORBIDDEN`,
   * `OIDC_CRIT_UNSUPPORTED`, `OIDC_KEY_NOT_FOUND`, `OIDC_SIGNATURE_INVALID` or
   * `OIDC_ALG_UNSUPPORTED` (by this runtime).
   */
  verifyJws(token: string, keys: Keys, options: VerifyOptions): Promise<VerifiedJws>
  /**
   * Whether a signature is the key's own over `input`. What is unknown, odd or out of range is
   * `false`. Rejects with `OIDC_ALG_UNSUPPORTED` where this runtime lacks the algorithm.
   */
  verifySignature(
    alg: string,
    jwk: Jwk,
    input: Uint8Array,
    signature: Uint8Array,
  ): Promise<boolean>
  /**
   * What is inside an encrypted token (a compact JWE), with the first of these private keys that
   * opens it. The private members stay with the platform's own crypto.
   *
   * Rejects with `OIDC_DECRYPT_FAILED` for every reason that has to do with a key, and with
   * `OIDC_CONFIG_INVALID`, `OIDC_TOKEN_MALFORMED`, `OIDC_TOKEN_TOO_LARGE`, `OIDC_ALG_FORBIDDEN` or
   * `OIDC_CRIT_UNSUPPORTED` (also for a compressed token) before one is looked at.
   */
  decryptJwe(
    token: string,
    keys: Keys | readonly Jwk[],
    options: DecryptOptions,
  ): Promise<DecryptedJwe>
  /**
   * Opens the encrypted tokens of a verifier: what its setting `decryptionKeys` wants. What is
   * inside must be a signed token, and is verified as if it had come alone; a token that is not
   * encrypted is refused.
   */
  decryptionKeys(keys: Keys | readonly Jwk[], options: DecryptOptions): Opener
  /**
   * The thumbprint of a public key with SHA-256 (RFC 7638), base64url.
   *
   * Rejects with `OIDC_KEYS_INVALID`.
   */
  thumbprint(jwk: Jwk): Promise<string>
}
