import { made } from './made.js'

const issuer = 'https://id.example.com/realms/demo'
const at = (path) => `/realms/demo/protocol/openid-connect/${path}`

export default {
  title: 'Keycloak',
  preset: 'keycloak',
  options: { origin: 'https://id.example.com', realm: 'demo', idpHint: 'example-idp' },
  otherOptions: { origin: 'https://id.example.com', realm: 'Demo' },
  serves: 'page',
  document: {
    kind: 'made up',
    metadata: made(issuer, issuer, {
      authorization_endpoint: at('auth'), token_endpoint: at('token'), userinfo_endpoint: at('userinfo'), revocation_endpoint: at('revoke'),
      end_session_endpoint: at('logout'), jwks_uri: at('certs'), introspection_endpoint: at('token/introspect'),
    }, { authorization_response_iss_parameter_supported: true, code_challenge_methods_supported: ['plain', 'S256'] }),
  },
  authorize: { refusesScopes: { offline_access: 'not_allowed' } },
  token: { given: 'always', rotates: true, grace: 86_400 },
  machine: {},
  idToken: { add: { typ: 'ID', azp: ({ client }) => client, sid: 'session-1', acr: '1', auth_time: ({ signedInAt }) => signedInAt } },
  otherKeys: [{ kty: 'RSA', use: 'enc', alg: 'RSA-OAEP', kid: 'enc', n: 'u'.repeat(342), e: 'AQAB' }],
  accessToken: {
    claims: ({ client, sub, scope, jti, params }) => ({ aud: ['https://api.example/', 'account'], sub, typ: 'Bearer', azp: client, sid: 'session-1', scope, jti, nonce: params.get('nonce') ?? undefined, realm_access: { roles: ['user'] } }),
  },
  logout: {},
  edge: {
    scope: 'email',
    refused: [
      { name: 'an ID token by its claim typ', claims: { typ: 'ID' }, code: 'OIDC_ACCESS_TOKEN_EXPECTED' },
      { name: 'a refresh token by its claim typ', claims: { typ: 'Refresh' }, code: 'OIDC_ACCESS_TOKEN_EXPECTED' },
    ],
  },
  negative: [
    { name: 'a realm with another case', idToken: (claims) => { claims.iss = 'https://id.example.com/realms/DEMO' }, code: 'OIDC_ISSUER_MISMATCH', at: 'iss' },
  ],
}
