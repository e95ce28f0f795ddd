const environment = '02fb4743-189a-4bc7-9d6c-a919edfe6447'

export default {
  title: 'PingOne',
  preset: 'pingone',
  options: { environment, region: 'ca' },
  otherOptions: { environment: '00000000-0000-0000-0000-000000000000', region: 'ca' },
  serves: 'page',
  document: { kind: 'recorded', file: 'pingone/openid-configuration.pingone' },
  authorize: { refuses: { claims: {} } },
  token: { given: 'always', rotates: true, grace: 0 },
  idToken: { add: { env: environment, org: 'org-1', acr: 'Single_Factor', amr: ['pwd'], sid: 'session-1', auth_time: ({ signedInAt }) => signedInAt } },
  accessToken: { claims: ({ client, sub, scope, jti }) => ({ aud: ['https://api.pingone.ca'], sub, client_id: client, scope, env: environment, org: 'org-1', acr: 'Single_Factor', jti }) },
  logout: {},
  edge: { audience: 'https://api.pingone.ca', scope: 'email' },
}
