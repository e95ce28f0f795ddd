import { entraRules, entraToken } from './entra.js'

const tenant = '11111111-2222-3333-4444-555555555555'

export default {
  title: 'Entra External ID',
  preset: 'entra-external-id',
  options: { tenantName: 'example', tenant },
  otherOptions: { tenantName: 'other', tenant: '99999999-2222-3333-4444-555555555555' },
  serves: 'page',
  settings: { scope: 'openid profile email api://example/read' },
  document: { kind: 'reconstructed', file: 'entra-external-id/openid-configuration.reconstructed', fill: { sub: 'example', tenantid: tenant } },
  jwk: { issuer: `https://${tenant}.ciamlogin.com/${tenant}/v2.0` },
  ...entraRules(tenant),
  accessToken: entraToken({ tenant, issuer: `https://${tenant}.ciamlogin.com/${tenant}/v2.0`, ver: '2.0' }),
  edge: { scope: 'read' },
  negative: [
    { name: 'the issuer of Entra ID for the same tenant', idToken: (claims) => { claims.iss = `https://login.microsoftonline.com/${tenant}/v2.0` }, code: 'OIDC_ISSUER_MISMATCH', at: 'iss' },
  ],
}
