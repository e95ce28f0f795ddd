import { made } from './made.js'

const tenant = '00000000-0000-0000-0000-000000000000'
const issuer = 'https://example.fusionauth.io'

export default {
  title: 'FusionAuth',
  preset: 'fusionauth',
  options: { domain: 'example.fusionauth.io', tenant },
  otherOptions: { domain: 'other.fusionauth.io', tenant },
  serves: 'page',
  settings: { refresh: true },
  document: {
    kind: 'made up',
    metadata: made(issuer, issuer, {
      authorization_endpoint: '/oauth2/authorize', token_endpoint: '/oauth2/token', userinfo_endpoint: '/oauth2/userinfo',
      end_session_endpoint: '/oauth2/logout', jwks_uri: '/.well-known/jwks.json',
    }, { id_token_signing_alg_values_supported: ['HS256', 'RS256'] }),
  },
  authorize: { requires: { tenantId: new RegExp(`^${tenant}$`) }, adds: { locale: 'en', userState: 'Authenticated' } },
  token: { given: 'asked', rotates: false },
  idToken: { authTime: true, add: { tid: tenant, applicationId: 'example-client', sid: 'session-1' } },
  accessToken: { header: { gty: ['authorization_code'] }, claims: ({ client, sub, scope, jti, signedInAt }) => ({ aud: client, sub, applicationId: client, roles: [], sid: 'refresh-1', tid: tenant, scope, jti, auth_time: signedInAt }) },
  logout: { needs: ['tenantId'] },
  edge: { audience: 'example-client', scope: 'email', isClientNamed: false },
}
