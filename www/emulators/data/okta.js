import { made } from './made.js'

const org = 'https://example.okta.com'
const common = {
  preset: 'okta',
  serves: 'page',
  authorize: { requires: { state: /^[A-Za-z0-9,._-]+$/, nonce: /./ }, refuses: { ui_locales: {}, claims: {} } },
  token: { given: 'asked', rotates: true, grace: 30 },
  idToken: { add: { ver: 1, amr: ['pwd'], jti: ({ jti }) => `ID.${jti}`, idp: '00o0', auth_time: ({ signedInAt }) => signedInAt }, drop: ['locale', 'email_verified'] },
  userinfo: { refuses: ({ context }) => !/\b(?:profile|email|address|phone)\b/.test(context.params.get('scope')) },
  logout: { hint: 'required' },
}

export default [
  {
    ...common,
    title: 'Okta, a custom authorization server',
    options: { domain: 'dev-265911.oktapreview.com', authorizationServer: 'default' },
    otherOptions: { domain: 'dev-265911.oktapreview.com', authorizationServer: 'other' },
    document: { kind: 'recorded', file: 'okta/openid-configuration' },
    machine: { needs: ['scope'] },
    accessToken: { header: { typ: undefined }, claims: ({ client, sub, scope, jti, signedInAt }) => ({ ver: 1, jti, aud: 'api://default', cid: client, uid: '00u0', scp: scope.split(' '), auth_time: signedInAt, sub }) },
    edge: {
      audience: 'api://default', scope: 'email',
      refused: [{ name: 'a token of the organization’s own server', claims: { iss: 'https://dev-265911.oktapreview.com' }, code: 'OIDC_ISSUER_MISMATCH', at: 'iss' }],
    },
    negative: [{ name: 'a token of the organization’s own server', idToken: (claims) => { claims.iss = 'https://dev-265911.oktapreview.com' }, code: 'OIDC_ISSUER_MISMATCH', at: 'iss' }],
  },
  {
    ...common,
    title: 'Okta, the organization’s server',
    options: { domain: 'example.okta.com' },
    otherOptions: { domain: 'other.okta.com' },
    document: {
      kind: 'made up',
      metadata: made(org, org, {
        authorization_endpoint: '/oauth2/v1/authorize', token_endpoint: '/oauth2/v1/token', userinfo_endpoint: '/oauth2/v1/userinfo', jwks_uri: '/oauth2/v1/keys',
        revocation_endpoint: '/oauth2/v1/revoke', end_session_endpoint: '/oauth2/v1/logout', introspection_endpoint: '/oauth2/v1/introspect',
      }, { code_challenge_methods_supported: ['S256'] }),
    },
    introspection: {
      audience: org, scope: 'email',
      claims: ({ client, sub, scope, exp, iss, jti }) => ({ iss, sub, aud: org, exp, iat: exp - 3600, jti, client_id: client, uid: '00u0', username: sub, scope, token_type: 'Bearer' }),
    },
    notes: { edge: 'Access tokens of the organization\'s server are for Okta alone' },
  },
]
