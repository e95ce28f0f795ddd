import { made } from './made.js'

const issuer = 'https://auth.example.com/application/o/my-app/'

export default {
  title: 'authentik',
  preset: 'authentik',
  options: { domain: 'auth.example.com', application: 'my-app' },
  otherOptions: { domain: 'auth.example.com', application: 'other-app' },
  serves: 'page',
  settings: { refresh: true },
  document: {
    kind: 'made up',
    metadata: made(issuer, issuer, {
      authorization_endpoint: '/application/o/authorize/', token_endpoint: '/application/o/token/', userinfo_endpoint: '/application/o/userinfo/',
      revocation_endpoint: '/application/o/revoke/', introspection_endpoint: '/application/o/introspect/', end_session_endpoint: 'end-session/', jwks_uri: 'jwks/',
    }, { claims_parameter_supported: false, token_endpoint_auth_methods_supported: ['client_secret_post', 'client_secret_basic'] }),
  },
  token: { given: 'asked', rotates: true, grace: 0 },
  idToken: { authTime: true, noHash: true, refreshed: { nonce: 'missing' }, add: { acr: 'goauthentik.io/providers/oauth2/default', sid: '0'.repeat(64) } },
  accessToken: {
    claims: ({ client, sub, params, signedInAt }) => ({ aud: client, sub, azp: client, uid: 'u1', nonce: params.get('nonce') ?? undefined, auth_time: signedInAt, acr: 'goauthentik.io/providers/oauth2/default' }),
  },
  logout: { hint: 'required' },
  introspection: {
    audience: 'example-client', scope: 'email', isClientNamed: false,
    claims: ({ client, sub, scope, exp, iss, asker }) => ({ client_id: asker, iss, sub, aud: client, exp, iat: exp - 3600, acr: 'goauthentik.io/providers/oauth2/default', azp: client, uid: 'u1', scope }),
  },
}
