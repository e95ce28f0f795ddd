/** The app's signing keys. Which of them signs is a decision of the core. */

import { hasOwn, ownMembers } from '../shared/bare.js'
import { invalidSetting, isObject } from '../shared/settings.js'
import { algorithmParams, encodeUtf8, importKey, verifySignature } from '../host/crypto/subtle.js'
import { toBase64Url } from '../host/server/seal.js'
import type { SigningKeyConfig } from './types.js'

const ALG = 'RS256'
const KEY_MEMBERS = ['kty', 'n', 'e', 'd', 'p', 'q', 'dp', 'dq', 'qi'] as const

/** The public half of a key, as the core read it from the certificate. */
export interface PublishedKey {
  readonly kid: string
  readonly n: string
  readonly e: string
}

/** Signs texts with the key at a position. */
export interface Signer {
  /** The JWS of a signing input. Rejects with `OIDC_CONFIG_INVALID` if the certificate is that of another key. */
  sign(place: number, published: PublishedKey, input: string): Promise<string>
}

/** A key as the core reads it: everything but the private half. */
export function describeKey(given: SigningKeyConfig): object {
  if (!isObject(given)) throw invalidSetting('signingKeys', 'wrong type, not a list of objects')
  const { key, ...rest } = ownMembers(given)
  const isUsable = isObject(key) && (isJwk(key) ? key.kty === 'RSA' && key.d : isPrivateKey(key))
  if (!isUsable) throw invalidSetting('key', 'no private RSA key for RS256')
  return isJwk(key) ? { ...withKid(key), ...rest, n: key.n } : rest
}

const isJwk = (key: CryptoKey | JsonWebKey): key is JsonWebKey => hasOwn(key, 'kty')

const withKid = (jwk: JsonWebKey & { kid?: string }) => (jwk.kid === undefined ? {} : { kid: jwk.kid })

function isPrivateKey({ type, algorithm, usages }: CryptoKey): boolean {
  const { name, hash } = (algorithm ?? {}) as RsaHashedKeyAlgorithm
  return type === 'private' && name === 'RSASSA-PKCS1-v1_5' && hash?.name === 'SHA-256' && usages.includes('sign')
}

/** Makes the signer of these keys. */
export function makeSigner(keys: readonly SigningKeyConfig[]): Signer {
  // No promises, because another request of a Workers runtime cannot wait for them.
  const imported: CryptoKey[] = []

  async function importOwn(place: number): Promise<CryptoKey> {
    const { key } = keys[place]!
    if (!isJwk(key)) return key
    const jwk = Object.assign(Object.create(null), ...KEY_MEMBERS.map((name) => ({ [name]: key[name] })))
    try {
      return await crypto.subtle.importKey('jwk', jwk, algorithmParams(ALG)!, false, ['sign'])
    } catch {
      throw invalidSetting('key', 'no private RSA key for RS256')
    }
  }

  return {
    async sign(place, { n, e }, input) {
      const own = (imported[place] ??= await importOwn(place))
      const bytes = encodeUtf8(input)
      const signature = new Uint8Array(await crypto.subtle.sign(algorithmParams(ALG)!, own, bytes))
      // Entra would refuse the signature of another key, and a faulty RSA signature reveals the key to its reader.
      const published = await importKey(ALG, Object.assign(Object.create(null), { kty: 'RSA', n, e }))!
      const verdict = await verifySignature(ALG, published, bytes, signature)
      if (verdict !== 'valid') throw invalidSetting('x5c', 'the certificate of another key')
      return `${input}.${toBase64Url(signature)}`
    },
  }
}
