import { createPrivateKey, createPublicKey, verify } from 'node:crypto'
import { keyFor, makeToken, now, readToken } from '../engine/tokens.js'

const teamId = 'EXAMPLE000'
const client = 'example-client'
const secretKey = () => ({ ...keyFor('ES256', 'apple client'), kid: 'KEY0000000' })

/** The client's secret: a JWT that the developer signs (ES256). */
const clientSecret = () => makeToken({ alg: 'ES256', kid: 'KEY0000000' },
  { iss: teamId, sub: client, aud: 'https://appleid.apple.com', iat: now(), exp: now() + 3600 }, secretKey())

function isSecret(text) {
  const [header, claims] = readToken(text)
  const [head, body, signature] = text.split('.')
  const key = { key: createPublicKey(createPrivateKey(secretKey().privateKey.export({ type: 'pkcs8', format: 'pem' }))), dsaEncoding: 'ieee-p1363' }
  return header.alg === 'ES256' && Boolean(header.kid) && claims.iss === teamId && claims.sub === client
    && claims.aud === 'https://appleid.apple.com' && claims.exp - claims.iat <= 15_777_000
    && verify('sha256', Buffer.from(`${head}.${body}`), key, Buffer.from(signature, 'base64url'))
}

export default {
  title: 'Apple',
  preset: 'apple',
  options: { teamId },
  serves: 'sessions',
  document: { kind: 'recorded', file: 'apple/openid-configuration.wellknown-2024' },
  clientSecret,
  authorize: {
    formPostScopes: ['name', 'email'],
    adds: { user: '{"name":{"firstName":"A","lastName":"B"},"email":"alice@example.com"}' },
    refusesScopes: { offline_access: 'invalid_scope', profile: 'invalid_scope' },
  },
  token: { auth: 'client_secret_post', given: 'always', rotates: false, repeats: true, secret: isSecret },
  idToken: {
    add: { nonce_supported: true, email: 'alice@example.com', email_verified: true, is_private_email: false, auth_time: ({ signedInAt }) => signedInAt },
    booleansAsText: ['email_verified', 'is_private_email'],
  },
  issuers: ['https://account.apple.com'],
  reasons: {
    signOut: 'The metadata has the issuer https://appleid.apple.com, RS256',
    edge: 'Access tokens are for Apple',
  },
}
