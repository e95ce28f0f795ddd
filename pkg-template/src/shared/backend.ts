/** Who checks signatures instead of the platform: what a backend is, and how it is asked. */

import type { Verdict, Verify } from '../core/page.js'
import { bytes } from '../host/crypto/subtle.js'

/** A public key: the members of a JWK (RFC 7517), as far as it is made of them. */
export interface PublicJwk {
  readonly kty: string
  readonly crv?: string
  readonly n?: string
  readonly e?: string
  readonly x?: string
  readonly y?: string
}

/** Whoever checks signatures without waiting. `soft` of `countersign/soft` is one. */
export interface Backend {
  /** The JOSE names of the algorithms it can check. */
  readonly algorithms: readonly string[]
  /** Resolves when `verify` may be called. Later calls resolve at once. */
  load(): Promise<void>
  /** Whether `signature` is the key's own over `input`. Odd input is `false`. */
  verify(alg: string, key: PublicJwk, input: Uint8Array, signature: Uint8Array): boolean
  /**
   * The digest of `input` by `SHA-256`, `SHA-384`, `SHA-512` or `SHAKE256` (114 bytes); nothing where
   * it lacks the function. Without this, SubtleCrypto hashes.
   */
  digest?(hash: string, input: Uint8Array): Uint8Array | undefined
}

/**
 * The members of a public JWK as an object. Without a prototype: nothing that somebody hung there
 * becomes a member of the key.
 */
export const jwkOf = (members: readonly (readonly [string, string])[]): PublicJwk =>
  Object.assign(Object.create(null), Object.fromEntries(members))

/** Has a backend answer the core's questions. */
export const asker =
  (backend: Backend) =>
  async ({ alg, key, input, signature }: Verify): Promise<Verdict> => {
    if (!backend.algorithms.includes(alg)) return 'unsupported'
    await backend.load()
    return backend.verify(alg, jwkOf(key), bytes(input), Uint8Array.from(signature)) === true
      ? 'good'
      : 'bad'
  }
