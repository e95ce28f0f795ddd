import { api } from './made.js'

const organization = 'org_0000000000000000'

export default {
  title: 'Auth0',
  preset: 'auth0',
  options: { domain: 'samples.auth0.com', audience: api, organization },
  otherOptions: { domain: 'other.auth0.com', audience: api },
  serves: 'page',
  document: { kind: 'recorded', file: 'auth0/openid-configuration.samples' },
  addresses: { 'https://samples.auth0.com/oidc/logout': 'logout' },
  authorize: {
    refuses: { audience: { unless: /^https:\/\/api\.example\/$/, error: 'access_denied', text: 'Service not found' } },
  },
  token: {
    given: 'asked', rotates: true, grace: 0,
    errors: (error, text) => ({ status: error === 'invalid_grant' ? 403 : 401, headers: { 'content-type': 'application/json' }, text: JSON.stringify({ error, error_description: text }) }),
  },
  machine: { needs: ['audience'], error: 'access_denied', text: 'No audience parameter was provided, and no default audience has been configured' },
  idToken: { add: { org_id: ({ params }) => params.get('organization') ?? undefined, sid: 'session-1', updated_at: 1_700_000_000 }, timesAsText: ['updated_at'] },
  accessToken: {
    isJwtFor: ({ params }) => params.has('audience'),
    claims: ({ client, sub, params, scope }) => ({
      aud: [params.get('audience'), 'https://samples.auth0.com/userinfo'], sub, azp: client, scope, org_id: params.get('organization') ?? undefined,
    }),
  },
  userinfo: { add: { updated_at: 1_700_000_000 }, timesAsText: ['updated_at'] },
  logout: {},
  edge: { scope: 'email' },
  negative: [
    { name: 'a token without org_id', idToken: (claims) => delete claims.org_id, code: 'OIDC_TENANT_FORBIDDEN', at: 'org_id' },
    { name: 'a token of another organization', idToken: (claims) => { claims.org_id = 'org_1111111111111111' }, code: 'OIDC_TENANT_FORBIDDEN', at: 'org_id' },
  ],
}
