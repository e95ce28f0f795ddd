// Keys of every kind, and tokens made with nothing but Node's crypto, so that any header can be
// signed or encrypted, however wrong it is.
import {
  constants,
  createCipheriv,
  createHmac,
  randomBytes,
  sign,
} from 'node:crypto'
import { generateKeyPairSync } from '../support/keys.mjs'

export const write = (bytes) => Buffer.from(bytes).toString('base64url')
export const read = (text) => Buffer.from(text, 'base64url')

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
const curve = (namedCurve) => generateKeyPairSync('ec', { namedCurve })
const ed25519 = generateKeyPairSync('ed25519')

const signers = {}
for (const size of [256, 384, 512]) {
  const pss = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: size / 8 }
  signers[`RS${size}`] = [rsa, `sha${size}`, {}]
  signers[`PS${size}`] = [rsa, `sha${size}`, pss]
  const pair = curve(`P-${size === 512 ? 521 : size}`)
  signers[`ES${size}`] = [pair, `sha${size}`, { dsaEncoding: 'ieee-p1363' }]
}
signers.EdDSA = signers.Ed25519 = [ed25519, null, {}]

/** The algorithms that sign. */
export const signing = Object.keys(signers)

/** The public key of an algorithm. */
export const publicKey = (alg) => signers[alg][0].publicKey.export({ format: 'jwk' })

/** A signature over this text. */
export function signature(alg, input) {
  const [pair, hash, options] = signers[alg]
  return sign(hash, Buffer.from(input), { key: pair.privateKey, ...options })
}

/** A token of this header text and these bytes, with a good signature. */
export function signed(alg, header, payload) {
  const input = `${write(header)}.${write(payload)}`
  return `${input}.${write(signature(alg, input))}`
}

const secret = randomBytes(64)
const lengths = { A128GCM: 16, A256GCM: 32, 'A128CBC-HS256': 32, 'A256CBC-HS512': 64 }

/** The algorithms that encrypt content. */
export const encrypting = Object.keys(lengths)

/** The secret that both sides share, for `dir`. */
export const sharedKey = (enc) => ({ kty: 'oct', k: write(secret.subarray(0, lengths[enc])) })

/** A token of this header text, encrypted with the shared secret itself (RFC 7518 section 4.5). */
export function sealed(enc, header, plaintext) {
  const [aad, key] = [write(header), secret.subarray(0, lengths[enc])]
  const parts = enc.endsWith('GCM') ? gcm(key, aad, plaintext) : cbc(key, aad, plaintext)
  return `${aad}..${parts.map(write).join('.')}`
}

function gcm(key, aad, plaintext) {
  const iv = randomBytes(12)
  const cipher = createCipheriv(`aes-${key.length * 8}-gcm`, key, iv).setAAD(Buffer.from(aad))
  const ciphertext = Buffer.concat([cipher.update(plaintext), cipher.final()])
  return [iv, ciphertext, cipher.getAuthTag()]
}

function cbc(key, aad, plaintext) {
  const [iv, half] = [randomBytes(16), key.length / 2]
  const cipher = createCipheriv(`aes-${half * 8}-cbc`, key.subarray(half), iv)
  const ciphertext = Buffer.concat([cipher.update(plaintext), cipher.final()])
  const length = Buffer.alloc(8)
  length.writeBigUInt64BE(BigInt(aad.length * 8))
  const mac = createHmac(half === 16 ? 'sha256' : 'sha512', key.subarray(0, half))
  const tag = mac.update(aad).update(iv).update(ciphertext).update(length).digest()
  return [iv, ciphertext, tag.subarray(0, half)]
}

/** Key pairs for the algorithms that find a content key, as private JWKs. */
export const unwrapping = {
  'RSA-OAEP': [jwk(rsa)],
  'RSA-OAEP-256': [jwk(rsa)],
  ...Object.fromEntries(
    ['ECDH-ES', 'ECDH-ES+A128KW', 'ECDH-ES+A256KW'].map((alg) => [
      alg,
      [
        jwk(curve('P-256')),
        jwk(curve('P-384')),
        jwk(curve('P-521')),
        jwk(generateKeyPairSync('x25519')),
      ],
    ]),
  ),
  A128KW: [{ kty: 'oct', k: write(secret.subarray(0, 16)) }],
  A256KW: [{ kty: 'oct', k: write(secret.subarray(0, 32)) }],
}

function jwk({ privateKey }) {
  return privateKey.export({ format: 'jwk' })
}
