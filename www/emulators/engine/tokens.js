// JWTs of emulated providers: made with any header and claims, right or wrong.
import { constants, createHash, createHmac, randomUUID, sign } from 'node:crypto'
import { generateKeyPairSync } from './key-pairs.js'

const base64url = (value) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')

const makers = {
  RS: () => generateKeyPairSync('rsa', { modulusLength: 2048 }),
  PS: () => generateKeyPairSync('rsa', { modulusLength: 2048 }),
  ES: () => generateKeyPairSync('ec', { namedCurve: 'P-256' }),
}
const made = new Map()

/**
 * A key for an algorithm. Each `which` is made once in a process. All emulators share the key `own`, so that no signature
 * refuses the token of another provider, and the claims have to.
 */
export function keyFor(alg, which = 'own') {
  const family = alg.slice(0, 2)
  const name = `${family} ${which}`
  if (!made.has(name)) made.set(name, { ...makers[family](), kid: `${family.toLowerCase()}-key` })
  return made.get(name)
}

/** The public JWK of a key. */
export const jwkOf = ({ publicKey, kid }, more) => ({ ...publicKey.export({ format: 'jwk' }), kid, use: 'sig', ...more })

/** A signed token. `key` is a secret for HS256. */
export function makeToken(header, claims, key) {
  const input = `${base64url(header)}.${base64url(claims)}`
  return `${input}.${signatureOf(header.alg, Buffer.from(input), key)}`
}

function signatureOf(alg, input, key) {
  if (alg === 'none') return ''
  if (alg === 'HS256') return createHmac('sha256', key).update(input).digest('base64url')
  const options = { key: key.privateKey }
  if (alg.startsWith('ES')) options.dsaEncoding = 'ieee-p1363'
  if (alg.startsWith('PS')) Object.assign(options, { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 })
  return sign('sha256', input, options).toString('base64url')
}

/** The header and the claims of a token, unverified. */
export const readToken = (token) =>
  token.split('.').slice(0, 2).map((part) => JSON.parse(Buffer.from(part, 'base64url').toString()))

/** `at_hash` (OpenID Connect Core 1.0, section 3.1.3.6). */
export const hashOf = (text) => createHash('sha256').update(text).digest().subarray(0, 16).toString('base64url')

export const now = () => Math.floor(Date.now() / 1000)
export const opaque = (prefix = '') => `${prefix}${randomUUID().replaceAll('-', '')}`

/** The keys that an emulator publishes. */
export const keySetOf = ({ key, system }) => ({
  keys: [jwkOf(key, { alg: system.alg, ...system.jwk }), ...(system.otherKeys ?? [])],
})
