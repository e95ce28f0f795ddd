import { api } from './made.js'

export default {
  title: 'Authelia',
  preset: 'authelia',
  options: { domain: 'auth.example.com' },
  otherOptions: { domain: 'auth.other.example' },
  serves: 'page',
  settings: { refresh: true },
  document: {
    kind: 'reconstructed', file: 'authelia/openid-configuration.reconstructed',
    overlay: { revocation_endpoint: 'https://auth.example.com/api/oidc/revocation', authorization_response_iss_parameter_supported: true },
  },
  authorize: { requires: { state: /^.{8,}$/, nonce: /^.{8,}$/ } },
  token: { given: 'asked', rotates: true, grace: 0 },
  idToken: { drop: ['name', 'email', 'email_verified', 'preferred_username', 'locale'] },
  accessToken: { header: { typ: 'at+jwt' }, claims: ({ client, sub, scope, jti }) => ({ aud: [api], sub, client_id: client, scope, jti }) },
  reasons: { signOut: 'There is no RP-initiated logout' },
  edge: { scope: 'email' },
}
