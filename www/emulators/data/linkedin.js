import { made } from './made.js'

const issuer = 'https://www.linkedin.com/oauth'

export default {
  title: 'LinkedIn',
  preset: 'linkedin',
  options: {},
  serves: 'sessions',
  document: {
    kind: 'made up',
    metadata: made(issuer, issuer, {
      authorization_endpoint: '/oauth/v2/authorization', token_endpoint: '/oauth/v2/accessToken', userinfo_endpoint: 'https://api.linkedin.com/v2/userinfo', jwks_uri: '/oauth/openid/jwks',
    }),
  },
  authorize: { refusesScopes: { r_liteprofile: 'unauthorized_scope_error', r_emailaddress: 'unauthorized_scope_error', offline_access: 'unauthorized_scope_error' } },
  // An app for which LinkedIn turned PKCE on. All others are refused, see dialects.test.mjs.
  token: { auth: 'client_secret_post', given: 'never' },
  idToken: { nonce: 'never', booleansAsText: ['email_verified'], add: { locale: { language: 'en', country: 'US' } }, drop: ['preferred_username'] },
  lacksNonce: true,
  notes: { signIn: 'LinkedIn answers a token request with code_verifier with invalid_client, unless' },
  reasons: { renewal: 'Refresh tokens are for approved marketing partners only.', signOut: 'The endpoints are for authorization, tokens, keys', edge: 'An access token is verified at' },
}
