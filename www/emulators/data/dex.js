import { made } from './made.js'

const issuer = 'https://dex.example.com/dex'

export default {
  title: 'Dex',
  preset: 'dex',
  options: { domain: 'dex.example.com', path: 'dex', connector: 'github' },
  otherOptions: { domain: 'dex.other.example', path: 'dex' },
  serves: 'page',
  settings: { refresh: true },
  document: {
    kind: 'made up',
    metadata: made(issuer, issuer, {
      authorization_endpoint: '/dex/auth', token_endpoint: '/dex/token', userinfo_endpoint: '/dex/userinfo', jwks_uri: '/dex/keys',
    }, { code_challenge_methods_supported: ['S256', 'plain'] }),
  },
  authorize: { requires: { connector_id: /^github$/ }, promptNone: 'page' },
  token: { given: 'asked', rotates: true, grace: 0, errors: (error, text) => ({ status: 400, headers: { 'content-type': 'application/json' }, text: JSON.stringify({ error: error === 'invalid_grant' ? 'invalid_request' : error, error_description: text }) }) },
  idToken: { drop: ['preferred_username', 'locale'] },
  accessToken: { claims: ({ client, sub, params, claims }) => ({ aud: client, sub, at_hash: undefined, nonce: params.get('nonce') ?? undefined, email: claims.email }) },
  reasons: { signOut: 'Discovery has no revocation endpoint, and an end_session_endpoint', edge: 'The access token is a JWT with the form of the ID token' },
}
