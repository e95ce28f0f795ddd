import { made } from './made.js'

const issuer = 'https://auth.example.com'

export default {
  title: 'LemonLDAP::NG',
  preset: 'lemonldap',
  options: { domain: 'auth.example.com' },
  otherOptions: { domain: 'auth.other.example' },
  serves: 'page',
  settings: { refresh: true },
  document: {
    kind: 'made up',
    metadata: made(issuer, issuer, {
      authorization_endpoint: '/oauth2/authorize', token_endpoint: '/oauth2/token', userinfo_endpoint: '/oauth2/userinfo',
      end_session_endpoint: '/oauth2/logout', jwks_uri: '/oauth2/jwks', introspection_endpoint: '/oauth2/introspect',
    }),
  },
  authorize: { promptNone: 'page' },
  token: { given: 'asked', rotates: false },
  idToken: { authTime: true, refreshed: { nonce: 'missing' }, add: { aud: ({ client }) => [client], azp: ({ client }) => client, acr: 'loa-2' } },
  accessToken: { header: { typ: 'at+JWT' }, claims: ({ client, sub, scope, jti }) => ({ aud: [client], sub, client_id: client, scope, jti }) },
  logout: {},
  edge: { audience: 'example-client', scope: 'email' },
}
