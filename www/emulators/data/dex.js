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
      authorization_endpoint: '/dex/auth', token_endpoint: '/dex/token', userinfo_endpoint: '/dex/userinfo', jwks_uri: '/dex/keys', introspection_endpoint: '/dex/token/introspect',
      // Sessions of Dex itself are on.
      end_session_endpoint: '/dex/logout',
    }, { code_challenge_methods_supported: ['S256', 'plain'] }),
  },
  authorize: { requires: { connector_id: /^github$/ }, promptNone: 'page' },
  token: { given: 'asked', rotates: true, grace: 0, errors: (error, text) => ({ status: 400, headers: { 'content-type': 'application/json' }, text: JSON.stringify({ error: error === 'invalid_grant' ? 'invalid_request' : error, error_description: text }) }) },
  idToken: { drop: ['preferred_username', 'locale'] },
  accessToken: { claims: ({ client, sub, params, claims }) => ({ aud: client, sub, at_hash: undefined, nonce: params.get('nonce') ?? undefined, email: claims.email }) },
  introspection: {
    audience: 'example-client',
    claims: ({ client, sub, exp, iss }) => ({ client_id: client, sub, exp, iat: exp - 3600, nbf: exp - 3600, aud: client, iss, token_type: 'Bearer', token_use: 'access_token' }),
    refreshToken: { client_id: 'example-client', sub: 'alice', aud: 'example-client', token_type: 'Bearer', token_use: 'refresh_token' },
    takesIdTokens: true,
  },
  notes: { signOut: 'Discovery has no revocation endpoint, and an end_session_endpoint', edge: 'Introspection calls an ID token an active access token' },
}
