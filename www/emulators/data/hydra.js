import { api } from './made.js'

const domain = 'oidc-certification.ory.sh:8443'

export default {
  title: 'Ory Hydra',
  preset: 'hydra',
  options: { domain, audience: api },
  otherOptions: { domain: 'other.projects.oryapis.com', audience: api },
  serves: 'page',
  settings: { refresh: true },
  document: {
    kind: 'recorded', file: 'hydra/openid-configuration.2018',
    // Newer versions have logout and revocation, and write the issuer without a slash at its end.
    overlay: {
      issuer: `https://${domain}`, end_session_endpoint: `https://${domain}/oauth2/sessions/logout`,
      revocation_endpoint: `https://${domain}/oauth2/revoke`, code_challenge_methods_supported: ['plain', 'S256'],
    },
  },
  token: { given: 'asked', rotates: true, grace: 0 },
  idToken: { authTime: true, add: { sid: 'session-1', rat: ({ signedInAt }) => signedInAt } },
  accessToken: { claims: ({ client, sub, params, scope, jti }) => ({ aud: [params.get('audience')], sub, client_id: client, scp: scope.split(' '), ext: {}, jti }) },
  otherKeys: [],
  logout: { hint: 'required' },
  edge: { scope: 'email' },
}
