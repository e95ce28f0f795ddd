import { api } from './made.js'

const common = {
  preset: 'salesforce',
  serves: 'page',
  settings: { scope: 'openid profile email refresh_token' },
  token: {
    given: 'asked', refreshScope: 'refresh_token', rotates: false,
    adds: { id: 'https://login.salesforce.com/id/00D0/0050', instance_url: 'https://example.my.salesforce.com', issued_at: '1700000000000', signature: 'AAAA' },
    drops: () => ['expires_in'],
  },
  idToken: { add: { sub: 'https://login.salesforce.com/id/00D0/0050', user_id: '0050', organization_id: '00D0', updated_at: 1_700_000_000 }, timesAsText: ['updated_at'] },
  accessToken: { claims: ({ client, scope, jti }) => ({ sub: 'uid:0050', aud: [api], scp: scope, client_id: client, sfi: '0', jti }) },
  userinfo: { add: { sub: 'https://login.salesforce.com/id/00D0/0050', updated_at: 1_700_000_000 }, timesAsText: ['updated_at'] },
  edge: { scope: 'email' },
}

export default [
  {
    ...common,
    title: 'Salesforce',
    options: { domain: 'example.my.salesforce.com' },
    otherOptions: { domain: 'other.my.salesforce.com' },
    document: { kind: 'reconstructed', file: 'salesforce/openid-configuration.my-domain.reconstructed' },
    logout: { isRegisteredOnly: true },
  },
  {
    ...common,
    title: 'Salesforce, login.salesforce.com',
    options: {},
    otherOptions: { domain: 'example.my.salesforce.com' },
    document: { kind: 'recorded', file: 'salesforce/openid-configuration' },
    reasons: { signOut: 'The metadata of login.salesforce.com has no end_session_endpoint.' },
  },
]
