// Signs tokens with Node's crypto: good ones, and those whose author knew better.
import { constants, sign } from 'node:crypto'
import { generateKeyPairSync } from '../../support/keys.mjs'

export const base64url = (bytes) => Buffer.from(bytes).toString('base64url')
const PSS = constants.RSA_PKCS1_PSS_PADDING

/** Every algorithm of the core, and the key that signs with it. */
export const ALGORITHMS = {
  RS256: 'rsa', RS384: 'rsa', RS512: 'rsa', PS256: 'rsa', PS384: 'rsa', PS512: 'rsa',
  ES256: 'p256', ES384: 'p384', ES512: 'p521', ES256K: 'k256', EdDSA: 'ed', Ed25519: 'ed', Ed448: 'ed448',
}

/** Fresh private keys, by name. */
export function makeKeys() {
  const ec = (namedCurve) => generateKeyPairSync('ec', { namedCurve })
  const pairs = {
    rsa: generateKeyPairSync('rsa', { modulusLength: 2048 }),
    p256: ec('P-256'), p384: ec('P-384'), p521: ec('P-521'),
    k256: ec('secp256k1'),
    ed: generateKeyPairSync('ed25519'), ed448: generateKeyPairSync('ed448'),
  }
  return Object.fromEntries(Object.entries(pairs).map(([kid, pair]) => [kid, pair.privateKey]))
}

/** The public half, as a member of a key set. */
export function publicJwk(key, kid) {
  const { d, p, q, dp, dq, qi, ...jwk } = key.export({ format: 'jwk' })
  return { ...jwk, kid, use: 'sig' }
}

/** A signature as JOSE writes it (RFC 7518 section 3.1). */
export function signature(alg, key, input) {
  const hash = alg.startsWith('Ed') ? null : `sha${alg.slice(2, 5)}`
  const options = { key, dsaEncoding: 'ieee-p1363' }
  if (alg.startsWith('PS')) Object.assign(options, { padding: PSS, saltLength: alg.slice(2) / 8 })
  return sign(hash, Buffer.from(input), options)
}

/** A token over header and payload, each a value or its very text. */
export function token(header, payload, key, alg = header.alg) {
  const text = (part) => base64url(typeof part === 'string' ? part : JSON.stringify(part))
  const input = `${text(header)}.${text(payload)}`
  return `${input}.${base64url(signature(alg, key, input))}`
}

/** How many points there are on a curve (SEC 2), by the algorithm that uses it. */
const ORDERS = {
  ES256: 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n,
  ES256K: 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n,
  ES384: 0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973n,
  ES512: BigInt(`0x1ff${'f'.repeat(63)}a51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409`),
}

/** The other ECDSA signature that is as good: with `n - s` in the place of `s`. */
export function otherHalf(alg, bytes) {
  const half = bytes.length / 2
  const s = ORDERS[alg] - BigInt(`0x${bytes.subarray(half).toString('hex')}`)
  const digits = s.toString(16).padStart(2 * half, '0')
  return Buffer.concat([bytes.subarray(0, half), Buffer.from(digits, 'hex')])
}
