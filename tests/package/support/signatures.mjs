// Keys and signatures of every algorithm, made by Node's own crypto.
import { constants, sign, verify } from 'node:crypto'
import { generateKeyPairSync } from '../../support/keys.mjs'

const pair = (type, options) => generateKeyPairSync(type, options)
const p1363 = { dsaEncoding: 'ieee-p1363' }

/** Per JOSE name: how a key pair is made, the hash, and what `sign` and `verify` must hear. */
const TABLE = {
  ES256K: [() => pair('ec', { namedCurve: 'secp256k1' }), 'sha256', p1363],
  EdDSA: [() => pair('ed25519'), null, {}],
  Ed25519: [() => pair('ed25519'), null, {}],
  Ed448: [() => pair('ed448'), null, {}],
}
for (const size of [256, 384, 512]) {
  const rsa = () => pair('rsa', { modulusLength: 2048 })
  const pss = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: size / 8 }
  TABLE[`RS${size}`] = [rsa, `sha${size}`, {}]
  TABLE[`PS${size}`] = [rsa, `sha${size}`, pss]
  const namedCurve = `P-${size === 512 ? 521 : size}`
  TABLE[`ES${size}`] = [() => pair('ec', { namedCurve }), `sha${size}`, p1363]
}

/** The JOSE names. */
export const names = Object.keys(TABLE)

/** A new key: its public half as a JWK, how it signs, and what Node says of a signature of it. */
export function signer(alg) {
  const [make, hash, options] = TABLE[alg]
  const { privateKey, publicKey } = make()
  return {
    key: publicKey.export({ format: 'jwk' }),
    sign: (input) => new Uint8Array(sign(hash, input, { key: privateKey, ...options })),
    verifies: (input, signature) => verify(hash, input, { key: publicKey, ...options }, signature),
  }
}

/** A signature over `input` by a new key, and what Node says of any other under that key. */
export function signed(alg, input) {
  const { key, sign, verifies } = signer(alg)
  return { key, signature: sign(input), verifies: (signature) => verifies(input, signature) }
}
