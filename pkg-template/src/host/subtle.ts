/** Questions about signatures, answered by SubtleCrypto. */

import type { Verdict, Verify } from '../core.js'
import type { Answer } from '../drive.js'

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
      const signature = Uint8Array.from(question.signature)
      const input = bytes(question.input)
      return (await crypto.subtle.verify(params, key, signature, input)) ? 'good' : 'bad'
    } catch (error) {
      return (error as Error)?.name === 'NotSupportedError' ? 'unsupported' : 'bad'
    }
  }
}

/** The answer to a question whose signature is good, with the hash of the bound text. */
export async function digest({ alg, bound }: Verify): Promise<Answer> {
  try {
    const hash = bound ? await crypto.subtle.digest(paramsOf(alg)!.hash, bytes(bound)) : []
    return ['takeVerdict', 'good', new Uint8Array(hash)]
  } catch {
    // Another backend may judge signatures where there is no SubtleCrypto.
    return ['takeVerdict', 'unavailable', new Uint8Array()]
  }
}

const bytes = (text: string) => new TextEncoder().encode(text)

/** RFC 7518 3.1 and RFC 8037 in WebCrypto's words, by how the name of an algorithm begins. */
const NAMES: Record<string, string> = {
  RS: 'RSASSA-PKCS1-v1_5',
  PS: 'RSA-PSS',
  ES: 'ECDSA',
  Ed: 'Ed25519',
}

export type Params = { name: string; hash: string; saltLength: number; namedCurve: string }

/** Members that do not apply are ignored. */
export function paramsOf(alg: string): Params | undefined {
  const name = NAMES[alg.slice(0, 2)]
  const size = name === 'Ed25519' ? 512 : Number(alg.slice(2))
  const namedCurve = `P-${size === 512 ? 521 : size}`
  return name ? { name, hash: `SHA-${size}`, saltLength: size / 8, namedCurve } : undefined
}
