import { made } from './made.js'

const tenant = '6babcaad-604b-40ac-a9d7-9fd97c0b779f'
const options = { tenantName: 'sometenantid', tenant, policy: 'policy' }
const otherOptions = { ...options, tenant: '11111111-2222-3333-4444-555555555555' }
const common = {
  preset: 'azure-ad-b2c',
  options,
  otherOptions,
  serves: 'page',
  settings: { scope: 'openid example-client' },
  authorize: { refuses: { resource: { error: 'invalid_request', text: 'AADB2C90146' } } },
  token: { given: 'asked', rotates: true, grace: 1_209_600, numbersAsText: ['expires_in', 'not_before'], adds: { not_before: '1700000000' }, refreshNeedsScope: true,
    noAccessToken: ({ scope }) => scope === 'openid' },
  idToken: { drop: ['name', 'email', 'email_verified', 'preferred_username', 'locale'], add: { tfp: 'policy', emails: ['alice@example.com'], auth_time: ({ signedInAt }) => signedInAt, ver: '1.0', nbf: ({ signedInAt }) => signedInAt } },
  accessToken: { claims: ({ client, sub, params }) => ({ aud: client, sub, azp: client, tfp: 'policy', nonce: params.get('nonce'), scp: 'read', ver: '1.0' }) },
  logout: { needs: ['post_logout_redirect_uri'] },
  edge: { audience: 'example-client', scope: 'read' },
  negative: [
    { name: 'a token with the issuer of the address of the metadata', idToken: (claims) => { claims.iss = 'https://sometenantid.b2clogin.com/sometenantid.onmicrosoft.com/policy/v2.0/' }, code: 'OIDC_ISSUER_MISMATCH', at: 'iss' },
  ],
}
const host = 'https://sometenantid.b2clogin.com'

export default [
  { ...common, title: 'Azure AD B2C', document: { kind: 'made up', file: 'azure-ad-b2c/openid-configuration.b2clogin.synthetic' } },
  {
    ...common,
    title: 'Azure AD B2C, endpoints with a query',
    document: {
      kind: 'made up',
      metadata: made(`${host}/${tenant}/v2.0/`, host, {
        authorization_endpoint: '/sometenantid.onmicrosoft.com/oauth2/v2.0/authorize?p=policy',
        token_endpoint: '/sometenantid.onmicrosoft.com/oauth2/v2.0/token?p=policy',
        jwks_uri: '/sometenantid.onmicrosoft.com/discovery/v2.0/keys?p=policy',
        end_session_endpoint: '/sometenantid.onmicrosoft.com/oauth2/v2.0/logout?p=policy',
      }),
    },
  },
]
