import { api } from './made.js'

const fill = { customer: 'example', region: 'us' }

export default {
  title: 'Entrust IDaaS',
  preset: 'entrust',
  options: { host: 'example.us.trustedauth.com', audience: api, offline: 'consent' },
  otherOptions: { host: 'other.us.trustedauth.com', audience: api },
  serves: 'page',
  settings: { refresh: true },
  document: { kind: 'reconstructed', file: 'entrust/openid-configuration.reconstructed', fill },
  authorize: { refuses: { resource: { error: 'invalid_request', text: 'audience or resource' } } },
  token: {
    given: (params) => (params.get('scope') ?? '').includes('offline_access') && params.get('prompt') === 'consent',
    rotates: true, grace: 0, numbersAsText: ['expires_in'],
  },
  machine: { oneOf: ['audience', 'resource'] },
  idToken: { add: { acr: 'knowledge', auth_time: ({ signedInAt }) => signedInAt } },
  accessToken: { claims: ({ sub, params, client, scope, jti }) => ({ aud: params.get('audience'), sub, client_id: client, scope, jti }) },
  logout: { hint: 'never', needs: ['client_id', 'post_logout_redirect_uri'], refuses: ['id_token_hint'] },
  edge: { scope: 'email' },
}
