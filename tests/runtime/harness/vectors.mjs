// Wycheproof's vectors as the suite wants them: keys as JWKs, and the verdict of a strict verifier.
import { readFileSync } from 'node:fs'
import { ALGORITHMS } from './signer.mjs'

const read = (name) =>
  JSON.parse(readFileSync(new URL(`../../vectors/wycheproof/${name}.json`, import.meta.url), 'utf8'))
const isValid = (test) => test.result === 'valid'
const never = () => false

// Which signatures of a file are good under an algorithm; `tests/rust/wycheproof.rs` says why.
const SIGNATURES = [
  ['ecdsa_secp256r1_sha256_p1363', 'ES256', isValid],
  ['ecdsa_secp384r1_sha384_p1363', 'ES384', isValid],
  ['ecdsa_secp256r1_sha512_p1363', 'ES256', never],
  ['rsa_signature_2048_sha256', 'RS256', isValid],
  ['rsa_signature_2048_sha384', 'RS384', isValid],
  ['rsa_signature_2048_sha512', 'RS512', isValid],
  ['rsa_pss_2048_sha256_mgf1_32', 'PS256', isValid],
  ['rsa_pss_3072_sha256_mgf1_32', 'PS256', isValid],
  ['rsa_pss_2048_sha256_mgf1_0', 'PS256', (test) => test.tcId === 69],
  ['rsa_pss_2048_sha256_mgf1sha1_20', 'PS256', never],
  ['ed25519', 'Ed25519', isValid],
  ['ed25519', 'EdDSA', isValid],
]
const TOKENS = ['json_web_signature', 'json_web_key', 'json_web_crypto']

/** `signatures` by file and algorithm, `tokens` by file, and the `algorithms` that are allowed. */
export function makeVectors() {
  return {
    algorithms: Object.keys(ALGORITHMS),
    signatures: SIGNATURES.map(([file, alg, isGood]) => ({ file, alg, groups: groupsOf(file, isGood) })),
    tokens: TOKENS.map((file) => ({ file, cases: tokensOf(file) })),
  }
}

function groupsOf(file, isGood) {
  return read(`${file}_test`).testGroups.map((group) => ({
    jwk: publicKey(group),
    cases: group.tests.map((test) => {
      const { tcId, msg, sig } = test
      return { id: tcId, msg, sig, verdict: isGood(test) ? 'good' : 'bad' }
    }),
  }))
}

function publicKey({ publicKeyJwk, keyJwk, publicKey: key }) {
  const given = publicKeyJwk ?? keyJwk
  const base64url = (hex) => Buffer.from(hex, 'hex').toString('base64url')
  if (given) {
    const { alg, ...jwk } = given
    return jwk
  }
  if (!key.uncompressed) {
    return { kty: 'RSA', n: unpadded(key.modulus), e: unpadded(key.publicExponent) }
  }
  const crv = { secp256r1: 'P-256', secp384r1: 'P-384' }[key.curve]
  const point = key.uncompressed.slice(2)
  const [x, y] = [point.slice(0, point.length / 2), point.slice(point.length / 2)].map(base64url)
  return { kty: 'EC', crv, x, y }
}

// RFC 7518 section 6.3.1.1: a number has no zero octets in front.
function unpadded(hex) {
  return Buffer.from(hex.replace(/^(00)+/, ''), 'hex').toString('base64url')
}

function tokensOf(file) {
  const overrides = read('overrides').overrides.filter((one) => one.file === `${file}_test.json`)
  return read(`${file}_test`).testGroups.flatMap((group) =>
    group.tests.filter(({ jws }) => jws).flatMap((test) => {
      const result = overrides.find((one) => one.tcId === test.tcId)?.strict ?? test.result
      // "Acceptable" is a matter of policy, which the native tests record.
      if (result !== 'valid' && result !== 'invalid') return []
      const keys = group.public ?? group.private
      const token = typeof test.jws === 'string' ? test.jws : JSON.stringify(test.jws)
      const isGood = result === 'valid' && !isSecret(keys)
      const alg = isGood ? algOf(token) : undefined
      return [{ id: test.tcId, token, keys, alg, verdict: isGood ? 'good' : 'bad' }]
    }))
}

/** Whether a key is a secret, which the package never accepts. */
const isSecret = (keys) => (keys.keys ?? [keys]).every(({ kty }) => kty === 'oct')

const algOf = (token) => JSON.parse(Buffer.from(token.split('.')[0], 'base64url')).alg
