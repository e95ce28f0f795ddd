// Faults of providers, and quirks that only some provider has. Each is a change of a token that is right otherwise.
import { keyFor, now } from './tokens.js'

const otherKey = (emulator) => ({ ...keyFor(emulator.key.kid.slice(0, 2).toUpperCase() === 'ES' ? 'ES256' : 'RS256', 'stranger'), kid: emulator.key.kid })
const pem = ({ publicKey }) => publicKey.export({ type: 'spki', format: 'pem' })

/** Faults of an ID token that every client refuses: the code, and the name in `at`. */
export const ID_TOKEN_FAULTS = [
  {
    name: 'a signature by another key',
    key: (emulator) => (emulator.system.idToken?.alg === 'HS256' ? 'another secret of the client, of 32 bytes' : otherKey(emulator)),
    code: 'OIDC_SIGNATURE_INVALID',
  },
  { name: 'another audience', idToken: (claims) => { claims.aud = 'other-client' }, code: 'OIDC_AUDIENCE_MISMATCH', at: 'aud' },
  // A fresh token with an old iat means that the clock of this machine is wrong, so iat stays.
  { name: 'an ID token that has expired', idToken: (claims) => Object.assign(claims, { exp: now() - 400, nbf: undefined }), code: 'OIDC_TOKEN_EXPIRED', at: 'exp' },
  { name: 'another nonce', idToken: (claims) => { claims.nonce = 'of another sign-in' }, code: 'OIDC_NONCE_MISMATCH', at: 'nonce' },
  { name: 'no user', idToken: (claims) => { delete claims.sub }, code: 'OIDC_CLAIM_INVALID', at: 'sub' },
  { name: 'alg none', idToken: (_claims, header) => Object.assign(header, { alg: 'none', kid: undefined }), code: 'OIDC_ALG_FORBIDDEN' },
  {
    name: 'HS256 with the public key as the secret',
    idToken: (_claims, header) => Object.assign(header, { alg: 'HS256', kid: undefined }),
    key: (emulator) => pem(emulator.key),
    // At LINE, whose tokens are HS256, it is a wrong secret.
    code: /^OIDC_(ALG_FORBIDDEN|SIGNATURE_INVALID)$/,
  },
]

/** The quirks, each with its provider. No other preset accepts it. */
export const QUIRKS = [
  { of: 'google', name: 'Google: iss without its scheme', idToken: (claims) => { claims.iss = 'accounts.google.com' }, code: 'OIDC_ISSUER_MISMATCH', at: 'iss' },
  { of: 'apple', name: 'Apple: the second issuer', idToken: (claims) => { claims.iss = 'https://account.apple.com' }, code: 'OIDC_ISSUER_MISMATCH', at: 'iss' },
  { name: 'AD FS: the issuer of access tokens, in an ID token', idToken: (claims) => { claims.iss = 'http://fs.fabidentity.com/adfs/services/trust' }, code: 'OIDC_ISSUER_MISMATCH', at: 'iss' },
  { name: 'Entra ID: the issuer of v1', idToken: (claims) => { claims.iss = 'https://sts.windows.net/aaaaaaaa-0000-0000-0000-000000000001/' }, code: 'OIDC_ISSUER_MISMATCH', at: 'iss' },
  { name: 'Entra ID: the issuer of another tenant, with its tid', idToken: (claims) => Object.assign(claims, { tid: 'aaaaaaaa-0000-0000-0000-000000000009', iss: 'https://login.microsoftonline.com/aaaaaaaa-0000-0000-0000-000000000009/v2.0' }), code: /^OIDC_(ISSUER_MISMATCH|TENANT_FORBIDDEN)$/ },
  { name: 'Auth0 and others: a slash at the end of the issuer, or none', idToken: (claims) => { claims.iss = claims.iss.endsWith('/') ? claims.iss.slice(0, -1) : `${claims.iss}/` }, code: 'OIDC_ISSUER_MISMATCH', at: 'iss' },
  { of: 'linkedin', name: 'LinkedIn: no nonce', idToken: (claims) => { delete claims.nonce }, code: 'OIDC_CLAIM_INVALID', at: 'nonce' },
  { name: 'ZITADEL: further audiences that the app does not name', idToken: (claims) => { claims.aud = ['example-client', 'other-project'] }, code: 'OIDC_AUDIENCE_MISMATCH', at: 'aud' },
  { of: 'line', name: 'LINE: HS256 with the secret of the client', idToken: (_claims, header) => Object.assign(header, { alg: 'HS256', kid: undefined }), key: () => 'a secret: with +, % and &, of no short length', code: 'OIDC_ALG_FORBIDDEN' },
  { name: 'PayPal: no ID token', isAbsent: true, code: 'OIDC_ID_TOKEN_MISSING' },
  { name: 'Amazon Cognito: no aud', idToken: (claims) => Object.assign(claims, { client_id: claims.aud, aud: undefined }), code: 'OIDC_CLAIM_INVALID', at: 'aud' },
]

/** Faults of an access token at an API. */
export const ACCESS_TOKEN_FAULTS = [
  { name: 'a signature by another key', key: otherKey, code: 'OIDC_SIGNATURE_INVALID' },
  { name: 'another audience', claims: { aud: 'https://other.example/', client_id: 'other-client' }, code: 'OIDC_AUDIENCE_MISMATCH', at: 'aud' },
  { name: 'an access token that has expired', claims: () => ({ exp: now() - 400, iat: now() - 4000 }), code: 'OIDC_TOKEN_EXPIRED', at: 'exp' },
  { name: 'the issuer of another provider', claims: { iss: 'https://op.other.example' }, code: 'OIDC_ISSUER_MISMATCH', at: 'iss' },
  { of: 'google', name: 'Google: iss without its scheme', claims: { iss: 'accounts.google.com' }, code: 'OIDC_ISSUER_MISMATCH', at: 'iss' },
  { of: 'adfs', name: 'AD FS: the issuer of access tokens', claims: { iss: 'http://fs.fabidentity.com/adfs/services/trust' }, code: 'OIDC_ISSUER_MISMATCH', at: 'iss' },
  { name: 'Entra ID: v1 of another tenant', claims: { iss: 'https://sts.windows.net/aaaaaaaa-0000-0000-0000-000000000009/', tid: 'aaaaaaaa-0000-0000-0000-000000000009' }, code: /^OIDC_(ISSUER_MISMATCH|TENANT_FORBIDDEN)$/ },
  { name: 'alg none', header: { alg: 'none' }, code: 'OIDC_ALG_FORBIDDEN' },
]
