/**
 * Encrypted tokens, opened by SubtleCrypto. A content key is found, used and forgotten here.
 *
 * Which algorithms, which keys and that every part has its length is decided by the core.
 */

/** A question about one encrypted token. Bytes are numbers from 0 to 255. */
export interface Unlock {
  alg: string
  enc: string
  /** Places in the list of keys, in the order in which they are tried. */
  keys: number[]
  contentKeyBytes: number
  /** 0 where no AES key wraps the content key. */
  wrappingKeyBytes: number
  /** Members of the sender's public key; empty where nothing is agreed on. */
  epk: [name: string, value: string][]
  /** What the Concat KDF hashes behind the agreed secret. */
  otherInfo: number[]
  encryptedKey: number[]
  /** What is authenticated beside the content. */
  aad: string
  iv: number[]
  ciphertext: number[]
  tag: number[]
}

type Bytes = Uint8Array<ArrayBuffer>

/** The members of a JWK that are the key itself. What it says of its use was read by the core. */
const MEMBERS = ['kty', 'crv', 'x', 'y', 'n', 'e', 'd', 'p', 'q', 'dp', 'dq', 'qi', 'k'] as const

/** The members that may be known to everybody, and those that say what a key is for. */
const PUBLIC = ['kty', 'crv', 'x', 'y', 'n', 'e', 'kid', 'use', 'alg', 'key_ops'] as const

/** The keys without their private members, as JSON text: what the core may see of them. */
export function describe(keys: readonly JsonWebKey[]): string {
  return JSON.stringify(keys.map((key) => pick(key, PUBLIC)))
}

/**
 * What is inside, opened by the first key that does; `undefined` when none does, whatever the
 * reason: an attacker would like to know which step failed.
 */
export async function decrypt(
  question: Unlock,
  keys: readonly JsonWebKey[],
): Promise<Bytes | undefined> {
  for (const place of question.keys) {
    const key = keys[place]
    const found = await contentKeyOf(question, key).catch(() => undefined)
    // RFC 7516 11.5: with a wrong key it goes on as with a right one, and fails where a changed
    // content fails.
    const secret =
      found?.length === question.contentKeyBytes
        ? found
        : crypto.getRandomValues(new Uint8Array(question.contentKeyBytes))
    const open = question.enc.endsWith('GCM') ? openGcm : openCbc
    const plaintext = await open(question, secret).catch(() => undefined)
    if (plaintext) return plaintext
  }
  return undefined
}

/** RFC 7518 4: the content key, unwrapped, agreed on or shared. */
async function contentKeyOf(question: Unlock, key: JsonWebKey | undefined): Promise<Bytes> {
  const { alg, wrappingKeyBytes } = question
  if (!key) throw new TypeError('no key')
  if (alg.startsWith('RSA')) return decryptRsa(question, key)
  const secret = alg.startsWith('ECDH') ? await agree(question, key) : await secretOf(key)
  if (!wrappingKeyBytes) return secret
  if (secret.length !== wrappingKeyBytes) throw new TypeError('length')
  const usages: KeyUsage[] = ['unwrapKey']
  const wrapping = await crypto.subtle.importKey('raw', secret, 'AES-KW', false, usages)
  // Any raw key can be imported for HMAC, of whatever length it is.
  const raw = { name: 'HMAC', hash: 'SHA-256' }
  const wrapped = Uint8Array.from(question.encryptedKey)
  const unwrapped = await crypto.subtle.unwrapKey('raw', wrapped, wrapping, 'AES-KW', raw, true, [
    'sign',
  ])
  return new Uint8Array(await crypto.subtle.exportKey('raw', unwrapped))
}

async function decryptRsa({ alg, encryptedKey }: Unlock, key: JsonWebKey): Promise<Bytes> {
  const params = { name: 'RSA-OAEP', hash: alg === 'RSA-OAEP' ? 'SHA-1' : 'SHA-256' }
  const imported = await importJwk(key, params, ['decrypt'])
  const wrapped = Uint8Array.from(encryptedKey)
  return new Uint8Array(await crypto.subtle.decrypt(params, imported, wrapped))
}

/** A shared secret: `k` of an `oct` key, by way of an import that reads it. */
async function secretOf(key: JsonWebKey): Promise<Bytes> {
  const params = { name: 'HMAC', hash: 'SHA-256' }
  const imported = await importJwk(key, params, ['sign'], true)
  return new Uint8Array(await crypto.subtle.exportKey('raw', imported))
}

/** RFC 7518 4.6: what both keys agree on, made a key by the Concat KDF. */
async function agree(question: Unlock, key: JsonWebKey): Promise<Bytes> {
  const { epk, otherInfo, wrappingKeyBytes, contentKeyBytes } = question
  const crv = key.crv ?? ''
  const isX25519 = crv === 'X25519'
  const params = { name: isX25519 ? crv : 'ECDH', namedCurve: crv }
  const theirs = await importJwk(Object.fromEntries(epk), params, [])
  const ours = await importJwk(key, params, ['deriveBits'])
  // P-521 has 521 bits in 66 bytes.
  const bits = isX25519 ? 256 : Math.ceil(Number(crv.slice(2)) / 8) * 8
  const agreement = { ...params, public: theirs }
  const agreed = new Uint8Array(await crypto.subtle.deriveBits(agreement, ours, bits))
  const length = wrappingKeyBytes || contentKeyBytes
  const rounds: Bytes[] = []
  for (let round = 1; (round - 1) * 32 < length; round += 1) {
    const input = join(Uint8Array.of(0, 0, 0, round), agreed, Uint8Array.from(otherInfo))
    rounds.push(new Uint8Array(await crypto.subtle.digest('SHA-256', input)))
  }
  return join(...rounds).slice(0, length)
}

async function openGcm(question: Unlock, secret: Bytes): Promise<Bytes> {
  const { iv, aad, ciphertext, tag } = question
  const params = {
    name: 'AES-GCM',
    iv: Uint8Array.from(iv),
    additionalData: new TextEncoder().encode(aad),
  }
  const key = await crypto.subtle.importKey('raw', secret, 'AES-GCM', false, ['decrypt'])
  const sealed = join(Uint8Array.from(ciphertext), Uint8Array.from(tag))
  return new Uint8Array(await crypto.subtle.decrypt(params, key, sealed))
}

/** RFC 7518 5.2.2.2: the tag first, then the padding. */
async function openCbc(question: Unlock, secret: Bytes): Promise<Bytes> {
  const half = secret.length / 2
  const iv = Uint8Array.from(question.iv)
  const ciphertext = Uint8Array.from(question.ciphertext)
  const aad = new TextEncoder().encode(question.aad)
  const length = new Uint8Array(8)
  new DataView(length.buffer).setUint32(4, aad.length * 8)
  const params = { name: 'HMAC', hash: `SHA-${half * 16}` }
  const usages: KeyUsage[] = ['sign', 'verify']
  const mac = await crypto.subtle.importKey('raw', secret.slice(0, half), params, false, usages)
  const sign = (text: Bytes) => crypto.subtle.sign('HMAC', mac, text)
  const right = new Uint8Array(await sign(join(aad, iv, ciphertext, length))).slice(0, half)
  // Only half of the MAC is sent, which `verify` does not take. The MACs of both halves are
  // compared instead: that takes the same time wherever they differ.
  const tag = Uint8Array.from(question.tag)
  if (!(await crypto.subtle.verify('HMAC', mac, await sign(right), tag))) throw new TypeError('tag')
  const key = await crypto.subtle.importKey('raw', secret.slice(half), 'AES-CBC', false, ['decrypt'])
  return new Uint8Array(await crypto.subtle.decrypt({ name: 'AES-CBC', iv }, key, ciphertext))
}

function importJwk(
  jwk: JsonWebKey,
  params: AlgorithmIdentifier | RsaHashedImportParams | EcKeyImportParams | HmacImportParams,
  usages: KeyUsage[],
  extractable = false,
): Promise<CryptoKey> {
  return crypto.subtle.importKey('jwk', pick(jwk, MEMBERS), params, extractable, usages)
}

/** Own members only, and no prototype: nothing that somebody hung there becomes part of a key. */
function pick(jwk: JsonWebKey, names: readonly string[]): JsonWebKey {
  const from = new Map(Object.entries(jwk ?? {}))
  const known = names.filter((name) => from.get(name) !== undefined)
  return Object.assign(Object.create(null), Object.fromEntries(known.map((name) => [name, from.get(name)])))
}

function join(...parts: Bytes[]): Bytes {
  const all = new Uint8Array(parts.reduce((length, part) => length + part.length, 0))
  let place = 0
  for (const part of parts) {
    all.set(part, place)
    place += part.length
  }
  return all
}
