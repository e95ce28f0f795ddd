import { made } from './made.js'

const endpoints = 'https://api.line.me/oauth2/v2.1/'

export default {
  title: 'LINE',
  preset: 'line',
  options: {},
  serves: 'sessions',
  document: {
    kind: 'made up',
    metadata: made('https://access.line.me', endpoints, {
      authorization_endpoint: 'https://access.line.me/oauth2/v2.1/authorize', token_endpoint: 'token', revocation_endpoint: 'revoke', userinfo_endpoint: 'userinfo', jwks_uri: 'certs',
    }, { id_token_signing_alg_values_supported: ['ES256'], code_challenge_methods_supported: ['S256'], subject_types_supported: ['pairwise'] }),
  },
  alg: 'ES256',
  authorize: { requires: { state: /./ } },
  token: { auth: 'client_secret_post', given: 'always', rotates: false, repeats: true },
  idToken: { alg: 'HS256', refreshed: { isAbsent: true }, noHash: true, add: { amr: ['linesso'] }, drop: ['email_verified', 'preferred_username', 'locale'] },
  reasons: { signOut: 'The announced endpoints have no logout.', edge: 'An access token is verified at' },
}
