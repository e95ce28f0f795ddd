// Which users may come: what a preset requires and what an app requires hold together, in each kind of app, and neither
// switches the other off.
import assert from 'node:assert/strict'
import test from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { load } from '../support/package.mjs'
import { CLIENT, startIdp } from '../support/servicenow.mjs'
import { code, setStage } from '../support/stage.mjs'

const [{ createVerifier }, { createSessions }, presets] = await Promise.all(
  ['./edge', './sessions', './providers'].map((entry) => load(entry)),
)
const [OWN, OTHER] = ['aaaabbbb-0000-cccc-1111-dddd2222eeee', '0fd1a5b3-7a3d-4a0b-9a46-3f9c1d2e4f50']
/** The tenant of personal accounts at Entra ID. */
const PERSONAL = '9188040d-6c67-4c5b-b112-36a304b66dad'
const TEMPLATE = 'https://login.microsoftonline.com/{tenantid}/v2.0'
const entraIssuer = (tid) => TEMPLATE.replace('{tenantid}', tid)
const app = 'https://app.example'
const secret = 'a secret for the cookies of these tests'

/** HTTP to a provider with a real issuer, whose keys are those of a server on this machine. */
const httpOf = (idp, metadata, answers = {}) => async (input) => {
  const { host, pathname } = new URL(input.url ?? input)
  if (pathname in answers) return answers[pathname]()
  if (pathname === '/keys') return fetch(`${idp.origin}/keys`)
  const endpoint = (name) => `https://${host}/${name}`
  const endpoints = { authorization_endpoint: endpoint('a'), token_endpoint: endpoint('token'), jwks_uri: endpoint('keys') }
  return Response.json({ ...endpoints, ...metadata })
}

/** Verifies a token with these claims. `config` has the provider, `issuer` is that of its metadata. */
async function verify(idp, config, issuer, claims = {}, metadata = {}) {
  const verifier = createVerifier({ audience: CLIENT, fetch: httpOf(idp, { issuer, ...metadata }), ...config })
  const isId = config.kind === 'id_token'
  const plain = isId ? {} : { nonce: undefined, scope: 'x', client_id: CLIENT }
  return verifier.verify(idp.token({ iss: issuer, ...plain, ...claims }), isId ? { nonce: 'any' } : undefined)
}

/** The code and place of a sign-in's failure in sessions; nothing after a sign-in. */
async function signIn(idp, config, issuer, claims) {
  let nonce
  const token = () =>
    Response.json({
      access_token: 'at', token_type: 'Bearer', expires_in: 300, id_token: idp.token({ iss: issuer, aud: 'c', nonce, ...claims }),
    })
  const fetch = httpOf(idp, { issuer }, { '/token': token })
  const sessions = createSessions({ clientId: 'c', clientSecret: 's', secret, fetch, ...config })
  const away = await sessions.handle(new Request(`${app}/auth/login`))
  assert.equal(away.status, 302, await away.clone().text())
  const { searchParams } = new URL(away.headers.get('location'))
  nonce = searchParams.get('nonce')
  const cookie = away.headers.getSetCookie().map((line) => line.split(';')[0]).join('; ')
  const back = new Request(`${app}/auth/callback?code=x&state=${searchParams.get('state')}`, { headers: { cookie } })
  const done = await sessions.handle(back)
  return done.status === 302 ? undefined : /OIDC_\w+/.exec(await done.text())?.[0]
}

test('a verifier: an alias with {tenantid} is under tenants, beside an exact issuer too', async (t) => {
  const idp = await startIdp(t)
  const issuer = entraIssuer(OWN)
  const at = (tid) => ({ iss: `https://sts.windows.net/${tid}/`, tid })
  for (const kind of ['access_token', 'id_token']) {
    const config = { kind, issuer, profile: 'jwt', issuerAliases: ['https://sts.windows.net/{tenantid}/'] }
    const limited = { ...config, tenants: [OWN] }
    await assert.rejects(verify(idp, limited, issuer, at(OTHER)), code('OIDC_TENANT_FORBIDDEN', 'tid'))
    assert.equal((await verify(idp, limited, issuer, at(OWN))).tid, OWN)
    await assert.rejects(verify(idp, limited, issuer, { tid: OTHER }), code('OIDC_TENANT_FORBIDDEN', 'tid'))
    assert.equal((await verify(idp, config, issuer, at(OTHER))).tid, OTHER)
  }
})

test('a verifier: a placeholder is in the path of an address', async (t) => {
  const idp = await startIdp(t)
  const issuer = entraIssuer(OWN)
  for (const alias of ['{tenantid}', 'https://{tenantid}/', 'https://a.example/?t={tenantid}', 'https://a.example/{tenant}/']) {
    const refused = verify(idp, { issuer, issuerAliases: [alias] }, issuer, { iss: OTHER, tid: OTHER })
    await assert.rejects(refused, code('OIDC_CONFIG_INVALID', 'issuerAliases'), alias)
  }
  const alone = verify(idp, { issuer: 'https://{tenantid}/' }, issuer, { iss: `https://${OTHER}/`, tid: OTHER })
  await assert.rejects(alone, code('OIDC_CONFIG_INVALID', 'issuer'))
})

const AUTH0 = 'https://t.auth0.com/'
const GOOGLE = 'https://accounts.google.com'

test('sessions: what an app requires holds beside what its preset requires', async (t) => {
  const idp = await startIdp(t)
  const google = presets.google({ hostedDomain: 'a.example' })
  const auth0 = presets.auth0({ domain: 't.auth0.com', organization: 'org_1' })
  const entra = presets.entra({ tenant: 'common', tenants: [OWN] })
  const german = { requiredClaims: { locale: 'de' } }
  for (const [config, issuer, claims, end] of [
    [{ provider: google }, GOOGLE, { hd: 'evil.example' }, 'OIDC_TENANT_FORBIDDEN'],
    [{ provider: google, ...german }, GOOGLE, { hd: 'evil.example', locale: 'de' }, 'OIDC_TENANT_FORBIDDEN'],
    [{ provider: google, ...german }, GOOGLE, { hd: 'a.example', locale: 'fr' }, 'OIDC_TENANT_FORBIDDEN'],
    [{ provider: google, ...german }, GOOGLE, { hd: 'a.example', locale: 'de' }],
    [{ provider: auth0, ...german }, AUTH0, { org_id: 'org_2', locale: 'de' }, 'OIDC_TENANT_FORBIDDEN'],
    [{ provider: auth0, requiredClaims: { org_id: ['org_1', 'org_2'] } }, AUTH0, { org_id: 'org_2' }, 'OIDC_TENANT_FORBIDDEN'],
    [{ provider: auth0, requiredClaims: { org_id: ['org_1', 'org_2'] } }, AUTH0, { org_id: 'org_1' }],
    [{ provider: entra, tenants: [OWN, OTHER] }, TEMPLATE, { iss: entraIssuer(OTHER), tid: OTHER }, 'OIDC_TENANT_FORBIDDEN'],
    [{ provider: entra, tenants: [OWN, OTHER] }, TEMPLATE, { iss: entraIssuer(OWN), tid: OWN }],
  ]) {
    assert.equal(await signIn(idp, config, issuer, claims), end, JSON.stringify([config, claims]))
  }
  for (const [config, at] of [
    [{ provider: auth0, requiredClaims: { org_id: 'org_2' } }, 'requiredClaims'],
    [{ provider: entra, tenants: [OTHER] }, 'tenants'],
    [{ provider: google, issuer: 'https://evil.example' }, 'issuer'],
    [{ provider: google, maxAge: 60 }, 'maxAge'],
    [{ provider: presets.entrust({ host: 'a.trustedauth.com' }), extra: { display: 'popup' } }, 'extra'],
    ...['iss', 'sub', 'aud', 'exp', 'nonce'].map((name) => [{ provider: google, booleansAsText: ['email_verified', name] }, 'booleansAsText']),
  ]) {
    const onError = (error) => new Response(`${error.code} ${error.at}`)
    const sessions = createSessions({ clientId: 'c', clientSecret: 's', secret, fetch: httpOf(idp, {}), onError, ...config })
    const refused = await sessions.handle(new Request(`${app}/auth/login`))
    assert.equal(await refused.text(), `OIDC_CONFIG_INVALID ${at}`, JSON.stringify(config))
  }
})

test('a page: what an app requires holds beside what its preset requires', async (t) => {
  for (const [own, claims, at] of [
    [{ requiredClaims: { locale: 'de' } }, { hd: 'evil.example', locale: 'de', tid: OWN }, 'hd'],
    [{ requiredClaims: { locale: 'de' } }, { hd: 'a.example', locale: 'fr', tid: OWN }, 'requiredClaims'],
    [{ requiredClaims: { locale: 'de' } }, { hd: 'a.example', locale: 'de', tid: OWN }],
    [{ tenants: [OWN, PERSONAL] }, { hd: 'a.example', tid: OTHER }, 'tid'],
    [{ tenants: [OWN, PERSONAL] }, { hd: 'a.example', tid: PERSONAL }, 'tid'],
    [{ refusedTenants: [OWN] }, { hd: 'a.example', tid: OWN }, 'tid'],
    [{ refusedTenants: [] }, { hd: 'a.example', tid: PERSONAL }, 'tid'],
    [{}, { hd: 'a.example', tid: OWN }],
  ]) {
    const stage = await setStage(t, own)
    const tenants = { tenants: [OWN, OTHER, PERSONAL], refusedTenants: [PERSONAL, ...(own.tenants ? [OTHER] : [])] }
    stage.settings.provider = { name: 'p', page: { issuer: stage.double.issuer, requiredClaims: { hd: 'a.example' }, ...tenants } }
    stage.double.claims = claims
    if (at) await assert.rejects(stage.signIn(), code('OIDC_TENANT_FORBIDDEN', at), JSON.stringify([own, claims]))
    else assert.ok((await stage.signIn()).auth.user)
  }
  // A page does without a check of settings that contradict each other: no sign-in satisfies them.
  for (const [own, claims, at] of [
    [{ requiredClaims: { hd: 'b' } }, { hd: 'a' }, 'hd'],
    [{ requiredClaims: { hd: 'b' } }, { hd: 'b' }, 'hd'],
    [{ tenants: [OTHER] }, { hd: 'a', tid: OTHER }, 'tid'],
    [{ tenants: [OTHER] }, { hd: 'a', tid: OWN }, 'tid'],
  ]) {
    const stage = await setStage(t, own)
    stage.settings.provider = { name: 'p', page: { issuer: stage.double.issuer, requiredClaims: { hd: 'a' }, tenants: [OWN] } }
    stage.double.claims = { tid: OWN, ...claims }
    await assert.rejects(stage.signIn(), code('OIDC_TENANT_FORBIDDEN', at), JSON.stringify([own, claims]))
  }
})

test('a page: what a preset refuses is refused as a setting too', async (t) => {
  for (const own of [{ extra: { display: 'popup' } }]) {
    const stage = await setStage(t, own)
    stage.settings.provider = { name: 'p', page: { issuer: stage.double.issuer, refusedOptions: ['display'] } }
    const { auth } = stage.open('/')
    const refused = await Promise.race([auth.signIn(), sleep(2000)]).catch((error) => error)
    assert.deepEqual([refused?.code, refused?.at], ['OIDC_SIGNIN_OPTION_INVALID', 'extra'])
  }
})

test('Entrust: audience and resource exclude each other', async (t) => {
  const idp = await startIdp(t)
  const with_ = presets.entrust({ host: 'a.trustedauth.com', audience: 'api' })
  const without = presets.entrust({ host: 'a.trustedauth.com' })
  const issuer = 'https://a.trustedauth.com/api/oidc'
  const away = async (provider, more) => {
    const onError = ({ code, at }) => new Response(`${code} ${at}`)
    const config = { clientId: 'c', clientSecret: 's', secret, fetch: httpOf(idp, { issuer }), provider, onError }
    const response = await createSessions({ ...config, ...more }).handle(new Request(`${app}/auth/login`))
    return response.headers.get('location') ?? (await response.text())
  }
  assert.equal(await away(with_, { resource: 'https://api.example/' }), 'OIDC_CONFIG_INVALID resource')
  assert.match(await away(with_), /[?&]audience=api&?/)
  assert.match(await away(without, { resource: 'https://api.example/' }), /[?&]resource=https%3A%2F%2Fapi\.example%2F/)
  const stage = await setStage(t)
  stage.settings.provider = { ...with_, page: { ...with_.page, issuer: stage.double.issuer } }
  const { auth } = stage.open('/')
  const refused = await Promise.race([auth.signIn({ resource: 'https://api.example/' }), sleep(2000)]).catch((error) => error)
  assert.deepEqual([refused?.code, refused?.at], ['OIDC_SIGNIN_OPTION_INVALID', 'resource'])
})

test('a verifier: what an app requires holds beside what each preset of its list requires', async (t) => {
  const idp = await startIdp(t)
  const auth0 = presets.auth0({ domain: 't.auth0.com', organization: 'org_1' })
  for (const provider of [auth0, [auth0, 'https://b.example']]) {
    const config = { provider, requiredClaims: { dept: 'x' } }
    assert.equal((await verify(idp, config, AUTH0, { org_id: 'org_1', dept: 'x' })).dept, 'x')
    await assert.rejects(verify(idp, config, AUTH0, { org_id: 'org_2', dept: 'x' }), code('OIDC_TENANT_FORBIDDEN', 'org_id'))
    await assert.rejects(verify(idp, config, AUTH0, { org_id: 'org_1', dept: 'y' }), code('OIDC_TENANT_FORBIDDEN', 'requiredClaims'))
    const none = { provider, requiredClaims: { org_id: 'org_2' } }
    await assert.rejects(verify(idp, none, AUTH0, { org_id: 'org_2' }), code('OIDC_CONFIG_INVALID', 'requiredClaims'))
    const stranger = { provider, issuer: 'https://other.example' }
    await assert.rejects(verify(idp, stranger, AUTH0), code('OIDC_CONFIG_INVALID', 'issuer'))
  }
})

test('a verifier: the organization of a preset is required of access tokens and of ID tokens', async (t) => {
  const idp = await startIdp(t)
  const owner = 'urn:zitadel:iam:user:resourceowner:id'
  for (const [provider, issuer, claim, at] of [
    [presets.auth0({ domain: 't.auth0.com', organization: '1' }), AUTH0, 'org_id', 'org_id'],
    [presets.zitadel({ domain: 'z.example', organization: '1' }), 'https://z.example', owner, 'requiredClaims'],
  ]) {
    for (const kind of ['access_token', 'id_token']) {
      for (const claims of [{}, { [claim]: '2' }, { [claim]: ['1'] }]) {
        await assert.rejects(verify(idp, { kind, provider }, issuer, claims), code('OIDC_TENANT_FORBIDDEN', at))
      }
      assert.equal((await verify(idp, { kind, provider }, issuer, { [claim]: '1' }))[claim], '1')
    }
  }
  // No API can verify an access token of these, so a verifier without the restriction does not exist.
  for (const provider of [presets.google({ hostedDomain: 'a.example' }), presets.slack({ team: 'T1' })]) {
    await assert.rejects(verify(idp, { provider }, GOOGLE), code('OIDC_CONFIG_INVALID', 'provider'))
  }
})

test('an introspection: its answer is under tenants and required claims, also without iss', async (t) => {
  const idp = await startIdp(t)
  const { introspection } = await load('./introspection')
  const issuer = 'https://op.example'
  const ask = (answer, settings) => {
    const answers = { '/i': () => Response.json({ active: true, aud: CLIENT, ...answer }) }
    const fetch = httpOf(idp, { issuer, introspection_endpoint: `${issuer}/i` }, answers)
    const asks = introspection({ clientId: 'api', clientSecret: 's' })
    return createVerifier({ issuer, audience: CLIENT, fetch, introspection: asks, ...settings }).introspect('opaque')
  }
  const settings = { requiredClaims: { org_id: 'o' }, tenants: [OWN] }
  assert.equal((await ask({ org_id: 'o', tid: OWN }, settings)).tid, OWN)
  await assert.rejects(ask({ org_id: 'p', tid: OWN }, settings), code('OIDC_TENANT_FORBIDDEN', 'org_id'))
  await assert.rejects(ask({ org_id: 'o', tid: OTHER }, settings), code('OIDC_TENANT_FORBIDDEN', 'tid'))
  await assert.rejects(ask({ org_id: 'o' }, settings), code('OIDC_TENANT_FORBIDDEN', 'tid'))
})

test('Entra ID: organizations refuses personal accounts, whatever key signs for them', async (t) => {
  const idp = await startIdp(t)
  const provider = presets.entra({ tenant: 'organizations' })
  const personal = { iss: entraIssuer(PERSONAL), tid: PERSONAL }
  for (const config of [{}, { tenants: [PERSONAL, OWN] }, { refusedTenants: [] }]) {
    await assert.rejects(verify(idp, { provider, ...config }, TEMPLATE, personal), code('OIDC_TENANT_FORBIDDEN', 'tid'))
    assert.equal(await signIn(idp, { provider, ...config }, TEMPLATE, personal), 'OIDC_TENANT_FORBIDDEN')
  }
  const v1 = { iss: `https://sts.windows.net/${PERSONAL}/`, tid: PERSONAL }
  await assert.rejects(verify(idp, { provider: [provider, 'https://b.example'] }, TEMPLATE, v1), code('OIDC_TENANT_FORBIDDEN', 'tid'))
  const work = { iss: entraIssuer(OWN), tid: OWN }
  assert.equal((await verify(idp, { provider }, TEMPLATE, work)).tid, OWN)
  assert.equal(await signIn(idp, { provider }, TEMPLATE, work), undefined)
  const common = { provider: presets.entra({ tenant: 'common' }) }
  assert.equal((await verify(idp, common, TEMPLATE, personal)).tid, PERSONAL)
  assert.equal(await signIn(idp, common, TEMPLATE, personal), undefined)
})

test('access_token_issuer counts for AD FS and for a verifier that trusts it, and skips no tenants', async (t) => {
  const idp = await startIdp(t)
  const announced = { access_token_issuer: GOOGLE }
  const iss = { iss: GOOGLE }
  const keycloak = 'https://k.example/realms/r'
  const untrusted = { provider: presets.keycloak({ origin: 'https://k.example', realm: 'r' }) }
  await assert.rejects(verify(idp, untrusted, keycloak, iss, announced), code('OIDC_ISSUER_MISMATCH'))
  const entra = { provider: presets.entra({ tenant: 'common', tenants: [OWN] }) }
  const other = { iss: entraIssuer(OTHER), tid: OTHER }
  const member = { access_token_issuer: other.iss }
  await assert.rejects(verify(idp, entra, TEMPLATE, other, member), code('OIDC_TENANT_FORBIDDEN', 'tid'))
  const adfs = 'https://adfs.example/adfs'
  const service = 'http://federation.example/trust'
  const named = { access_token_issuer: service }
  const preset = { provider: presets.adfs({ host: 'adfs.example' }) }
  assert.equal((await verify(idp, preset, adfs, { iss: service }, named)).iss, service)
  assert.equal((await verify(idp, preset, adfs, { iss: 'http://adfs.example/adfs/services/trust' })).sub, idp.claims().sub)
  const plain = { issuer: adfs, profile: 'jwt' }
  await assert.rejects(verify(idp, plain, adfs, { iss: service }, named), code('OIDC_ISSUER_MISMATCH'))
  const trusting = { ...plain, trustAccessTokenIssuer: true }
  assert.equal((await verify(idp, trusting, adfs, { iss: service }, named)).iss, service)
  await assert.rejects(verify(idp, trusting, adfs, { iss: 'http://x.example' }, named), code('OIDC_ISSUER_MISMATCH'))
  const limited = { ...trusting, tenants: [OWN] }
  await assert.rejects(verify(idp, limited, adfs, { iss: service, tid: OTHER }, named), code('OIDC_TENANT_FORBIDDEN', 'tid'))
  assert.equal((await verify(idp, limited, adfs, { iss: service, tid: OWN }, named)).tid, OWN)
  const many = { ...trusting, issuer: TEMPLATE }
  await assert.rejects(verify(idp, many, TEMPLATE, other, member), code('OIDC_CONFIG_INVALID', 'trustAccessTokenIssuer'))
  const beside = { ...trusting, issuer: [adfs, 'https://b.example'] }
  await assert.rejects(verify(idp, beside, adfs, { iss: service }, named), code('OIDC_CONFIG_INVALID', 'trustAccessTokenIssuer'))
  const list = { provider: [presets.adfs({ host: 'adfs.example' }), 'https://b.example'] }
  await assert.rejects(verify(idp, list, adfs, { iss: service }, named), code('OIDC_ISSUER_MISMATCH'))
  assert.equal((await verify(idp, list, adfs, { iss: 'http://adfs.example/adfs/services/trust' })).sub, idp.claims().sub)
  for (const provider of [preset.provider, [preset.provider]]) {
    const strict = { provider, trustAccessTokenIssuer: false }
    await assert.rejects(verify(idp, strict, adfs, { iss: service }, named), code('OIDC_ISSUER_MISMATCH'))
  }
})

for (const [name, options, at] of [
  ['entra', { tenant: OWN, tenants: [OTHER] }, 'tenants'],
  ['entra', { tenant: 'consumers', tenants: [OTHER] }, 'tenants'],
  ['entra', { tenant: 'common', tenants: ['x'] }, 'tenants'],
  ['entra', { tenant: 'common', tenants: [] }, 'tenants'],
  ['entra', { tenant: 'common', tenants: [OWN, OTHER.toUpperCase()] }, 'tenants'],
  ['google', Object.create({ hostedDomain: 'a.example' }), 'config'],
  ['auth0', Object.assign(Object.create({ organization: 'org_1' }), { domain: 't.auth0.com' }), 'config'],
]) {
  test(`${name}: a restriction that would not hold is refused: ${JSON.stringify(options)}`, () => {
    assert.throws(() => presets[name](options), code('OIDC_CONFIG_INVALID', at))
  })
}
