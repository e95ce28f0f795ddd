import { api } from './made.js'

export default {
  title: 'Kinde',
  preset: 'kinde',
  options: { domain: 'example.kinde.com', audience: api },
  otherOptions: { domain: 'other.kinde.com', audience: api },
  serves: 'page',
  document: {
    kind: 'reconstructed', file: 'kinde/openid-configuration.reconstructed', fill: { sub: 'example' },
    overlay: { revocation_endpoint: 'https://example.kinde.com/oauth2/revoke' },
  },
  addresses: { 'https://example.kinde.com/logout': 'logout' },
  authorize: { requires: { state: /^.{8,}$/ } },
  token: { given: 'asked', refreshScope: 'offline', rotates: true, grace: 10, keepsAccessToken: true },
  idToken: { add: { org_codes: ['org_0'], azp: ({ client }) => client, auth_time: ({ signedInAt }) => signedInAt } },
  accessToken: { claims: ({ client, sub, params, scope, jti }) => ({ aud: [params.get('audience')].filter(Boolean), sub, azp: client, scp: scope.split(' '), org_code: 'org_0', permissions: [], jti }) },
  logout: { hint: 'never', redirectParameter: 'redirect', needs: ['redirect'], refuses: ['id_token_hint', 'state', 'post_logout_redirect_uri'] },
  edge: { scope: 'email' },
}
