// Signs tokens with Node's crypto: good ones, and those whose author knew better.
import { constants, generateKeyPairSync, sign } from 'node:crypto'

export const base64url = (bytes) => Buffer.from(bytes).toString('base64url')
const PSS = constants.RSA_PKCS1_PSS_PADDING

/** Every algorithm of the core, and the key that signs with it. */
export const ALGORITHMS = {
  RS256: 'rsa', RS384: 'rsa', RS512: 'rsa', PS256: 'rsa', PS384: 'rsa', PS512: 'rsa',
  ES256: 'p256', ES384: 'p384', ES512: 'p521', EdDSA: 'ed', Ed25519: 'ed', ES256K: 'k256', Ed448: 'ed448',
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

