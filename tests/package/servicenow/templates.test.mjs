// Each template with the recorded metadata of its provider: real addresses and issuers, tokens of a key of the test.
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import test from 'node:test'
import { load } from '../support/package.mjs'
import { CLIENT, openGate, passed, refused, startIdp, usersOf } from '../support/servicenow.mjs'

const { entityFromTemplate } = await load('./servicenow')
const recorded = async (file) =>
  JSON.parse(await readFile(new URL(`../../vectors/providers/${file}.json`, import.meta.url), 'utf8'))

const TENANT = '0fd1a5b3-7a3d-4a0b-9a46-3f9c1d2e4f50'
const ROWS = [
  ['ADFS', 'adfs/openid-configuration', { host: 'fs.fabidentity.com' }, {}],
  ['ADFS', 'adfs/openid-configuration', { host: 'fs.fabidentity.com' }, { appid: CLIENT, apptype: 'Public', scp: 'openid', ver: '1.0' }],
  ['Auth0', 'auth0/openid-configuration', { domain: 'micronautguides.eu.auth0.com' }, {}],
  [
    'Azure AD',
    'entra/openid-configuration.common.v2',
    { tenant: 'common', tenants: [TENANT] },
    { tid: TENANT, iss: `https://login.microsoftonline.com/${TENANT}/v2.0` },
  ],
  ['Google', 'google/openid-configuration.wellknown-2024', { requiredClaims: { hd: 'example.com' } }, { hd: 'example.com' }],
  ['Google', 'google/openid-configuration.wellknown-2024', {}, { iss: 'accounts.google.com' }],
  ['Okta', 'okta/openid-configuration.org-as', { domain: 'auth-js-test.okta.com' }, {}],
  [
    'Okta',
    'okta/openid-configuration',
    { domain: 'dev-265911.oktapreview.com', authorizationServer: 'default' },
    {},
  ],
]

for (const [template, file, values, more] of ROWS) {
  test(`SN template ${template}: recorded metadata of ${file}, a token with ${JSON.stringify(more)}`, async (t) => {
    const idp = await startIdp(t)
    const metadata = await recorded(file)
    const entity = await entityFromTemplate(template, { name: template, clientId: CLIENT, ...values })
    const places = { [entity.metadataUrl]: metadata, [metadata.jwks_uri]: idp.answers['/keys']() }
    const fetch = async (url) => {
      assert.ok(url in places, `${url} was asked`)
      return Response.json(places[url])
    }
    const users = usersOf({ sys_id: '2', user_name: 'user@example.com' })
    const { ask } = await openGate(idp, { entities: [entity], fetch, users, allowLoopbackIssuer: false })
    const claims = { iss: metadata.issuer, upn: 'user@example.com', ...more }
    const { user } = passed(await ask(idp.token(claims)))
    assert.equal(user.sys_id, entity.userField === 'user_name' ? '2' : '1')
    await refused(await ask(idp.token({ ...claims, iss: `${claims.iss}x` })), 'OIDC_ISSUER_MISMATCH', 'iss')
    await refused(await ask(idp.token({ ...claims, [entity.userClaim]: undefined })), 'OIDC_TOKEN_CLAIM_MISSING', entity.userClaim)
    if (more.hd) await refused(await ask(idp.token({ ...claims, hd: undefined })), 'OIDC_TENANT_FORBIDDEN')
    await refused(await ask(idp.token(claims, { key: idp.otherKey() })), 'OIDC_SIGNATURE_INVALID')
  })
}
