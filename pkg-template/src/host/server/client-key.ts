/** The key of a client that signs instead of telling a secret; its private half never leaves the host. */

import type { Answer, Sign } from '../../core/page.js'
import { bytes, paramsOf } from '../crypto/subtle.js'

/** It, and its public half for the core. */
export interface SigningKey {
  readonly publicHalf: JsonWebKey
  /** Signs; no bytes where the key or the runtime cannot. */
  sign(wish: Sign): Promise<Answer>
}

/** What a private JWK has besides what everybody may know (RFC 7518 section 6, RFC 8037 section 2). */
const PRIVATE = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k', 'key_ops', 'use', 'ext']

/** Makes it of a private JWK. */
export function makeSigningKey(jwk: JsonWebKey): SigningKey {
  const isKnown = ([name]: [string, unknown]) => !PRIVATE.includes(name)
  const publicHalf: JsonWebKey = Object.fromEntries(Object.entries(jwk).filter(isKnown))
  let importing: Promise<CryptoKey> | undefined

  function importFor(alg: string): Promise<CryptoKey> {
    const { key_ops, use, ext, ...plain } = jwk
    importing ??= crypto.subtle.importKey('jwk', plain, paramsOf(alg)!, false, ['sign'])
    return importing
  }

  return {
    publicHalf,
    async sign({ alg, input }) {
      let signature = new ArrayBuffer(0)
      try {
        signature = await crypto.subtle.sign(paramsOf(alg)!, await importFor(alg), bytes(input))
      } catch {
        importing = undefined
      }
      return ['signature', '', new Uint8Array(signature)]
    },
  }
}
