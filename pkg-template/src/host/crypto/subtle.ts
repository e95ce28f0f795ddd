/** Questions about signatures, answered by SubtleCrypto. */

import { jwkOf, type Backend, type PublicJwk } from '../../shared/backend.js'
import type { Answer, Verdict, Verify } from '../../core/page.js'

/** How many imported keys are kept. */
const MOST = 32

/** One client's SubtleCrypto, with the keys it has seen. */
export function makeVerifier(): (question: Verify) => Promise<Verdict> {
  const keys = new Map<string, CryptoKey>()

  async function keyOf({ alg, key }: Verify): Promise<CryptoKey | undefined> {
    const name = JSON.stringify([alg, key])
    let found = keys.get(name)
    if (!found) {
      found = await importKey(alg, jwkOf(key))
      const [oldest] = keys.keys()
      if (keys.size >= MOST && oldest) keys.delete(oldest)
      if (found) keys.set(name, found)
    }
    return found
  }

  return async (question) => {
    if (!globalThis.crypto?.subtle) return 'unavailable'
    try {
      const key = await keyOf(question)
      const input = bytes(question.input)
      const { alg, signature } = question
      return key ? await judge(alg, key, input, Uint8Array.from(signature)) : 'unsupported'
    } catch (error) {
      return verdictOf(error)
    }
  }
}

/** The answer to a question whose signature is good, with the hash of the bound text. */
export async function digest({ alg, bound }: Verify, backend?: Backend): Promise<Answer> {
  try {
    const hash = bound ? await digestOf(paramsOf(alg)!.hash, bound, backend) : new Uint8Array()
    return hash ? ['good', '', hash] : ['unavailable']
  } catch {
    return ['unavailable']
  }
}

/** The digest of a text: at once where the backend has it; nothing where nobody has the function. */
export function digestOf(
  hash: string,
  text: string,
  backend?: Backend,
): Uint8Array | Promise<Uint8Array> | undefined {
  const input = bytes(text)
  const made = backend?.digest?.(hash, input)
  // There is no SubtleCrypto on plain http, and it knows the names of SHA-2 alone.
  if (made || !hash.includes('-')) return made
  return globalThis.crypto?.subtle?.digest(hash, input).then((digest) => new Uint8Array(digest))
}

/** The bytes of a text. */
export const bytes = (text: string) => new TextEncoder().encode(text)

/** RFC 7518 3.1 and RFC 8037 in WebCrypto's words, by how the name of an algorithm begins. */
const NAMES: Record<string, string> = {
  RS: 'RSASSA-PKCS1-v1_5',
  PS: 'RSA-PSS',
  ES: 'ECDSA',
  Ed: 'Ed25519',
  Ed448: 'Ed448',
}

/** Imports a public key for one algorithm; nothing where it is unknown. */
export function importKey(alg: string, jwk: PublicJwk): Promise<CryptoKey> | undefined {
  const params = paramsOf(alg)
  return params && crypto.subtle.importKey('jwk', jwk as JsonWebKey, params, false, ['verify'])
}

/** What the host says of a signature. */
export async function judge(
  alg: string,
  key: CryptoKey,
  input: Bytes,
  signature: Bytes,
): Promise<Verdict> {
  return (await crypto.subtle.verify(paramsOf(alg)!, key, signature, input)) ? 'good' : 'bad'
}

/** What a rejection of SubtleCrypto says of a signature. */
export const verdictOf = (error: unknown): Verdict =>
  (error as Error)?.name === 'NotSupportedError' ? 'unsupported' : 'bad'

type Bytes = Uint8Array<ArrayBuffer>

export type Params = { name: string; hash: string; saltLength: number; namedCurve: string }

/** Members that do not apply are ignored. */
export function paramsOf(alg: string): Params | undefined {
  const kind = alg.slice(0, 2)
  const name = NAMES[alg] ?? NAMES[kind]
  // ES256K has no number here: WebCrypto does not know its curve.
  const size = kind === 'Ed' ? 512 : Number(alg.slice(2))
  const namedCurve = `P-${size === 512 ? 521 : size}`
  return name && size ? { name, hash: `SHA-${size}`, saltLength: size / 8, namedCurve } : undefined
}
