// A verifier of several issuers: no issuer signs for another, and a preset in a list is as strict as the preset alone.
import assert from 'node:assert/strict'
import test from 'node:test'
import { load } from '../support/package.mjs'
import { CLIENT, startIdp } from '../support/servicenow.mjs'
import { code } from '../support/stage.mjs'

const [{ createVerifier }, { createSessions }, presets] = await Promise.all(
  ['./edge', './sessions', './providers'].map((entry) => load(entry)),
)
const [OWN, OTHER] = ['aaaabbbb-0000-cccc-1111-dddd2222eeee', '0fd1a5b3-7a3d-4a0b-9a46-3f9c1d2e4f50']
const TEMPLATE = 'https://login.microsoftonline.com/{tenantid}/v2.0'
const KEYCLOAK = 'https://k.example/realms/r'
const ADFS = 'https://fs.example/adfs'
const TRUST = 'http://fs.example/adfs/services/trust'
const plain = { nonce: undefined, scope: 'x', client_id: CLIENT }

/** HTTP to providers, each with its host, its issuer and its own keys. */
const httpOf = (providers) => async (input) => {
  const { host, pathname } = new URL(input.url ?? input)
  const { idp, issuer } = providers[host]
  if (pathname === '/keys') return fetch(`${idp.origin}/keys`)
  return Response.json({ issuer, jwks_uri: `https://${host}/keys` })
}

/** Verifies an access token that this provider signs. */
async function verify(config, idp, claims, header = {}) {
  const verifier = createVerifier({ audience: CLIENT, profile: 'jwt', ...config })
  return verifier.verify(idp.token({ ...plain, ...claims }, { header }))
}

/** Two providers with their own keys. */
async function startTwo(t) {
  const [keycloak, adfs] = await Promise.all([startIdp(t), startIdp(t)])
  const fetch = httpOf({ 'k.example': { idp: keycloak, issuer: KEYCLOAK }, 'fs.example': { idp: adfs, issuer: ADFS } })
  return { keycloak, adfs, fetch }
}

test('an issuer does not sign for another: aliases of an app are for a single issuer', async (t) => {
  const { keycloak, adfs, fetch } = await startTwo(t)
  const preset = presets.keycloak({ origin: 'https://k.example', realm: 'r' })
  for (const list of [{ issuer: [KEYCLOAK, ADFS] }, { provider: [preset, ADFS] }]) {
    for (const issuerAliases of [[TRUST], ['https://sts.windows.net/{tenantid}/'], []]) {
      const config = { ...list, fetch, issuerAliases }
      for (const idp of [keycloak, adfs]) {
        await assert.rejects(verify(config, idp, { iss: TRUST }), code('OIDC_CONFIG_INVALID', 'issuerAliases'))
      }
    }
    const elsewhere = { ...list, fetch, discoveryUrl: 'https://k.example/x' }
    await assert.rejects(verify(elsewhere, adfs, { iss: ADFS }), code('OIDC_CONFIG_INVALID', 'discoveryUrl'))
  }
  // The advice of the documentation: the preset has the alias of its own issuer.
  const config = { provider: [preset, presets.adfs({ host: 'fs.example' })], profile: undefined, fetch }
  assert.equal((await verify(config, adfs, { iss: TRUST })).iss, TRUST)
  await assert.rejects(verify(config, keycloak, { iss: TRUST }), code('OIDC_SIGNATURE_INVALID'))
  assert.equal((await verify(config, keycloak, { iss: KEYCLOAK })).iss, KEYCLOAK)
  const alone = { issuer: ADFS, issuerAliases: [TRUST], fetch }
  assert.equal((await verify(alone, adfs, { iss: TRUST })).iss, TRUST)
})

const auth0 = (organization) => presets.auth0({ domain: 't.auth0.com', organization })
const GOOGLE = 'https://accounts.google.com'
const thief = { name: 'x', verifier: { issuer: 'https://b.example', issuerAliases: [GOOGLE] } }

for (const [name, provider] of [
  ['the issuer of another as an alias', [thief, GOOGLE]],
  ['the same, last', [GOOGLE, thief]],
  ['one issuer with two organizations', [auth0('o1'), auth0('o2')]],
  ['a tenant beside common', [presets.entra({ tenant: 'common', tenants: [OTHER] }), presets.entra({ tenant: OWN })]],
  ['common beside a tenant', [presets.entra({ tenant: OWN }), presets.entra({ tenant: 'common' })]],
  ['organizations beside consumers', [presets.entra({ tenant: 'organizations' }), presets.entra({ tenant: 'consumers' })]],
]) {
  test(`a list in which one iss fits two is refused: ${name}`, async (t) => {
    const idp = await startIdp(t)
    await assert.rejects(verify({ provider }, idp, { iss: GOOGLE }), code('OIDC_CONFIG_INVALID', 'provider'))
  })
}

test('issuers of which one iss fits two are refused, and tenants side by side are not', async (t) => {
  const idp = await startIdp(t)
  const own = TEMPLATE.replace('{tenantid}', OWN)
  for (const issuer of [[GOOGLE, GOOGLE], [TEMPLATE, own], [own, TEMPLATE]]) {
    await assert.rejects(verify({ issuer }, idp, { iss: GOOGLE }), code('OIDC_CONFIG_INVALID', 'issuer'))
  }
  const fetch = (input) => {
    const url = new URL(input.url ?? input)
    const issuer = `${url.origin}${url.pathname.replace('/.well-known/openid-configuration', '')}`
    return httpOf({ [url.host]: { idp, issuer } })(input)
  }
  const provider = [presets.entra({ tenant: OWN }), presets.entra({ tenant: OTHER })]
  for (const tid of [OWN, OTHER]) {
    for (const iss of [TEMPLATE.replace('{tenantid}', tid), `https://sts.windows.net/${tid}/`]) {
      assert.equal((await verify({ provider, fetch }, idp, { iss, tid })).tid, tid)
    }
  }
})

test('a preset in a list is as strict as the preset alone', async (t) => {
  const idp = await startIdp(t)
  const fetch = httpOf({
    't.auth0.com': { idp, issuer: 'https://t.auth0.com/' },
    'login.microsoftonline.com': { idp, issuer: TEMPLATE },
  })
  const preset = auth0()
  const iss = 'https://t.auth0.com/'
  for (const provider of [preset, [preset], [preset, 'https://b.example']]) {
    const strict = verify({ provider, profile: 'rfc9068', fetch }, idp, { iss }, { typ: 'JWT' })
    await assert.rejects(strict, code('OIDC_TYP_FORBIDDEN'))
    assert.equal((await verify({ provider, profile: undefined, fetch }, idp, { iss }, { typ: 'JWT' })).iss, iss)
  }
  const entra = presets.entra({ tenant: 'common' })
  const v1 = { iss: `https://sts.windows.net/${OWN}/`, tid: OWN }
  for (const provider of [entra, [entra]]) {
    assert.equal((await verify({ provider, fetch }, idp, v1)).tid, OWN)
    await assert.rejects(verify({ provider, issuerAliases: [], fetch }, idp, v1), code('OIDC_ISSUER_MISMATCH'))
  }
  const same = { provider: [preset], issuer: iss, fetch }
  assert.equal((await verify(same, idp, { iss })).iss, iss)
})

test('tenants of a preset hold in a list for an issuer without {tenantid}', async (t) => {
  const idp = await startIdp(t)
  const issuer = 'https://b.example'
  const fetch = httpOf({ 'b.example': { idp, issuer } })
  const preset = { name: 'x', verifier: { issuer, profile: 'jwt', tenants: [OWN] } }
  for (const provider of [preset, [preset], [preset, GOOGLE]]) {
    const tokens = (tid) => verify({ provider, fetch }, idp, { iss: issuer, tid })
    assert.equal((await tokens(OWN)).tid, OWN)
    for (const tid of [OTHER, undefined]) await assert.rejects(tokens(tid), code('OIDC_TENANT_FORBIDDEN', 'tid'))
  }
})

test('a restriction of a preset with a wrong type is refused, and the detail shows no value of the app', async (t) => {
  const idp = await startIdp(t)
  const issuer = 'https://b.example'
  const secret = 'a secret for the cookies of these tests'
  for (const [own, app] of [
    [{ refusedTenants: 'T' }, { refusedTenants: ['of-the-app'] }],
    [{ refusedTenants: null }, { refusedTenants: ['of-the-app'] }],
    [{ refusedTenants: { 0: 'T' } }, { refusedTenants: ['of-the-app'] }],
    [{ tenants: 'T' }, { tenants: ['of-the-app'] }],
    [{ tenants: [1] }, { tenants: ['of-the-app'] }],
    [{ requiredClaims: null }, { requiredClaims: { locale: 'of-the-app' } }],
    [{ requiredClaims: [] }, { requiredClaims: { locale: 'of-the-app' } }],
    [{ requiredClaims: 'x' }, { requiredClaims: { locale: 'of-the-app' } }],
    [{ requiredClaims: 1 }, { requiredClaims: { locale: 'of-the-app' } }],
  ]) {
    const [[at, value]] = Object.entries(own)
    const isRight = (error) => {
      assert.deepEqual([error.code, error.at], ['OIDC_CONFIG_INVALID', at])
      assert.ok(error.detail.includes(JSON.stringify(value)) && !error.detail.includes('of-the-app'), error.detail)
      return true
    }
    const preset = { name: 'x', verifier: { issuer, ...own }, sessions: { issuer, ...own } }
    for (const provider of [preset, [preset], [preset, GOOGLE]]) {
      await assert.rejects(verify({ provider, ...app }, idp, { iss: issuer }), isRight)
    }
    let refused
    const onError = (error) => {
      refused = error
      return new Response('')
    }
    const settings = { clientId: 'c', clientSecret: 's', secret, fetch: httpOf({ 'b.example': { idp, issuer } }), onError }
    await createSessions({ ...settings, provider: preset, ...app }).handle(new Request('https://app.example/auth/login'))
    isRight(refused)
  }
})

for (const [cloud, accepted, refused] of [
  [undefined, ['sts.windows.net'], ['sts.chinacloudapi.cn', 'login.microsoftonline.com', 'login.microsoftonline.us']],
  ['login.microsoftonline.com', ['sts.windows.net'], ['sts.chinacloudapi.cn', 'login.microsoftonline.com']],
  ['login.microsoftonline.us', ['sts.windows.net', 'login.microsoftonline.us'], ['sts.chinacloudapi.cn', 'login.microsoftonline.com']],
  ['login.partner.microsoftonline.cn', ['sts.chinacloudapi.cn'], ['sts.windows.net', 'login.partner.microsoftonline.cn']],
]) {
  test(`Entra ID: the issuers of v1 access tokens are those of the cloud ${cloud ?? 'by default'}`, async (t) => {
    const idp = await startIdp(t)
    const host = cloud ?? 'login.microsoftonline.com'
    for (const tenant of [OWN, 'common']) {
      const issuer = `https://${host}/${tenant === OWN ? OWN : '{tenantid}'}/v2.0`
      const fetch = httpOf({ [host]: { idp, issuer } })
      const provider = presets.entra({ tenant, ...(cloud && { cloud }) })
      const v2 = issuer.replace('{tenantid}', OWN)
      const from = (iss) => verify({ provider, fetch, profile: undefined }, idp, { iss, tid: OWN })
      for (const iss of [v2, ...accepted.map((one) => `https://${one}/${OWN}/`)]) assert.equal((await from(iss)).iss, iss)
      for (const one of refused) await assert.rejects(from(`https://${one}/${OWN}/`), code('OIDC_ISSUER_MISMATCH'), one)
    }
  })
}

test('ZITADEL: the trusted audiences of the preset reach a verifier of ID tokens, and no access token', async (t) => {
  const idp = await startIdp(t)
  const issuer = 'https://z.example'
  const fetch = httpOf({ 'z.example': { idp, issuer } })
  const preset = presets.zitadel({ domain: 'z.example', trustedAudiences: ['project', 'other'] })
  const aud = [CLIENT, 'other', 'project']
  for (const provider of [preset, [preset], [preset, GOOGLE]]) {
    const ofId = (config, claims) => {
      const verifier = createVerifier({ kind: 'id_token', audience: CLIENT, provider, fetch, ...config })
      return verifier.verify(idp.token({ iss: issuer, azp: CLIENT, ...claims }), { nonce: 'any' })
    }
    assert.deepEqual((await ofId({}, { aud })).aud, aud)
    await assert.rejects(ofId({}, { aud: [...aud, 'stranger'] }), code('OIDC_AUDIENCE_MISMATCH'))
    await assert.rejects(ofId({ trustedAudiences: [] }, { aud }), code('OIDC_AUDIENCE_MISMATCH'))
    const access = { provider, fetch, profile: undefined }
    assert.deepEqual((await verify(access, idp, { iss: issuer, aud })).aud, aud)
    await assert.rejects(verify(access, idp, { iss: issuer, aud: ['project', 'other'] }), code('OIDC_AUDIENCE_MISMATCH'))
  }
})
