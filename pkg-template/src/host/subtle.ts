/** Questions about signatures, answered by SubtleCrypto. */

import type { Verdict, Verify } from '../core.js'

/** How many imported keys are kept. */
const MOST = 32

/** One client's SubtleCrypto, with the keys it has seen. */
export function makeVerifier(): (question: Verify) => Promise<Verdict> {
  const keys = new Map<string, CryptoKey>()

  async function keyOf({ alg, key }: Verify, params: Params): Promise<CryptoKey> {
    const name = JSON.stringify([alg, key])
    let found = keys.get(name)
    if (!found) {
      // Without a prototype: nothing that somebody hung there becomes a member of the key.
      const jwk: JsonWebKey = Object.assign(Object.create(null), Object.fromEntries(key))
      found = await crypto.subtle.importKey('jwk', jwk, params, false, ['verify'])
      const [oldest] = keys.keys()
      if (keys.size >= MOST && oldest) keys.delete(oldest)
      keys.set(name, found)
    }
    return found
  }

  return async (question) => {
    const params = paramsOf(question.alg)
    if (!params) return 'unsupported'
    if (!globalThis.crypto?.subtle) return 'unavailable'
    try {
      const key = await keyOf(question, params)
      const input = new TextEncoder().encode(question.input)
      const signature = Uint8Array.from(question.signature)
      return (await crypto.subtle.verify(params, key, signature, input)) ? 'good' : 'bad'
    } catch (error) {
      return (error as Error)?.name === 'NotSupportedError' ? 'unsupported' : 'bad'
    }
  }
}

export type Params = { name: string; hash: string; saltLength: number; namedCurve: string }

/** RFC 7518 3.1 and RFC 8037 in WebCrypto's words. Members that do not apply are ignored. */
export function paramsOf(alg: string): Params | undefined {
  const size = Number(alg.slice(2))
  const name =
    alg === 'EdDSA' || alg === 'Ed25519'
      ? 'Ed25519'
      : alg.startsWith('RS')
        ? 'RSASSA-PKCS1-v1_5'
        : alg.startsWith('PS')
          ? 'RSA-PSS'
          : alg.startsWith('ES')
            ? 'ECDSA'
            : undefined
  const namedCurve = `P-${size === 512 ? 521 : size}`
  return name === undefined
    ? undefined
    : { name, hash: `SHA-${size}`, saltLength: size / 8, namedCurve }
}
