// Tokens to be timed with: of three algorithms, some thousand of each, no two alike.
import { sign } from 'node:crypto'
import { jsonToBase64url } from '../support/json.mjs'
import { generateKeyPairSync } from '../support/keys.mjs'

export const ISSUER = 'https://id.example.com'
export const AUDIENCE = 'https://api.example.com'

/** More than any of the caches under test holds: in a row of all of them each is always new. */
export const MANY = 3000

const pairs = {
  RS256: () => generateKeyPairSync('rsa', { modulusLength: 2048 }),
  ES256: () => generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  EdDSA: () => generateKeyPairSync('ed25519'),
}

/** A key pair of an algorithm: its public JWK, its PEM, and `token(claims)`. */
export function makeSigner(alg, kid = alg) {
  const { privateKey, publicKey } = pairs[alg]()
  const header = jsonToBase64url({ alg, typ: 'at+jwt', kid })
  const key = { key: privateKey, dsaEncoding: 'ieee-p1363' }
  return {
    jwk: { ...publicKey.export({ format: 'jwk' }), kid, alg, use: 'sig' },
    pem: publicKey.export({ format: 'pem', type: 'spki' }),
    token(claims) {
      const input = `${header}.${jsonToBase64url(claims)}`
      const bytes = sign(alg === 'EdDSA' ? null : 'sha256', Buffer.from(input), key)
      return `${input}.${bytes.toString('base64url')}`
    },
  }
}

/** The claims of a person's access token (RFC 9068): an RS256 token of them has 735 bytes. */
export function claimsOf(number, more = {}) {
  const now = Math.floor(Date.now() / 1000)
  return {
    iss: ISSUER,
    aud: AUDIENCE,
    sub: `person-${String(number).padStart(8, '0')}`,
    client_id: 'the-single-page-app',
    jti: `b0a4c3f2-55ad-4d5a-8d1f-${String(number).padStart(12, '0')}`,
    iat: now,
    exp: now + 36_000,
    scope: 'openid profile inbox:read inbox:write',
    ...more,
  }
}

/** The input of a runtime: for each algorithm a key and its tokens. */
export function makeWorld(many = MANY) {
  return Object.keys(pairs).map((alg) => {
    const { jwk, pem, token } = makeSigner(alg)
    const tokens = Array.from({ length: many }, (_, number) => token(claimsOf(number)))
    return { alg, jwk, pem, tokens }
  })
}
