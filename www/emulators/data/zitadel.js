const organization = '000000000000000002'
const name = 'urn:zitadel:iam:user:resourceowner:id'
const project = '000000000000000001'

// A token of either kind names the organization of its user only to an app that asked for it.
const owner = ({ scope }) => (/\burn:zitadel:iam:(org:id:|user:resourceowner\b)/.test(scope) ? organization : undefined)

export default {
  title: 'ZITADEL',
  preset: 'zitadel',
  options: { domain: 'example-a1b2c3.zitadel.cloud', trustedAudiences: [project, 'other-client'], organization },
  otherOptions: { domain: 'other-a1b2c3.zitadel.cloud' },
  serves: 'page',
  settings: { refresh: true },
  document: { kind: 'reconstructed', file: 'zitadel/openid-configuration.reconstructed', fill: { instance: 'example-a1b2c3' } },
  token: { given: 'asked', rotates: true, grace: 0 },
  idToken: {
    authTime: true,
    add: { aud: ({ client }) => [client, 'other-client', project], azp: ({ client }) => client, sid: 'V1_1', amr: ['pwd'], [name]: owner },
    drop: ['name', 'email', 'email_verified', 'preferred_username', 'locale'],
  },
  accessToken: { claims: ({ client, sub, jti, scope }) => ({ aud: [client, 'other-client', project], sub, client_id: client, jti, [name]: owner({ scope }) }) },
  logout: {},
  edge: { audience: project },
  negative: [
    { name: 'an audience that the app does not trust', idToken: (claims) => claims.aud.push('stranger'), code: 'OIDC_AUDIENCE_MISMATCH', at: 'aud' },
    { name: 'a user of another organization', idToken: (claims) => { claims[name] = '000000000000000003' }, code: 'OIDC_TENANT_FORBIDDEN', at: 'requiredClaims' },
  ],
}
