// Records as the form of an instance spells them, and configurations with a wrong field.
import assert from 'node:assert/strict'
import test from 'node:test'
import { load } from '../support/package.mjs'
import { entityAt, openGate, passed, startIdp } from '../support/servicenow.mjs'

const { createGate, entityFromForm } = await load('./servicenow')

const flat = {
  Name: 'Okta',
  'Client ID': '0oagd8o97kiBOwpwB0h7',
  'OIDC Metadata URL': 'https://dev-934121.oktapreview.com/.well-known/openid-configuration',
  'User Claim': 'email',
  'User Field': 'email',
}
const full = {
  ...flat,
  'Client Secret': 'never used',
  'OAuth API Script': 'OAuthUtil',
  'OAuth OIDC Provider Configuration': 'Okta',
  'OIDC Provider': 'Okta',
  'Enable JTI claim verification': true,
  'Clock Skew': 120,
  'Enforce Token Restrictions': true,
  Active: false,
  'Client Type': 'Integration as a User',
  'OAuth Entity Profiles': [{ Name: 'reader', 'Grant type': 'Authorization Code', 'OAuth Scopes': ['read-scope'] }],
  'OAuth Entity Scopes': [{ Name: 'read-scope', 'OAuth scope': 'snow.read' }],
  'User Provisioning': {
    'Automatically provision users': true,
    'Provision data source': 'Okta users',
    'Transform mapping': [{ 'Source field': 'given_name', 'Target field': 'first_name' }],
    'User roles applied to provisioned users': ['itil'],
  },
}
const refusal = (at, code = 'OIDC_CONFIG_INVALID') => ({ name: 'OidcError', code, at })

test('a record of the form becomes an entity', async () => {
  assert.deepEqual(await entityFromForm(flat), {
    name: 'Okta',
    clientId: '0oagd8o97kiBOwpwB0h7',
    metadataUrl: 'https://dev-934121.oktapreview.com/.well-known/openid-configuration',
    userClaim: 'email',
    userField: 'email',
  })
  assert.deepEqual(await entityFromForm(full), {
    ...(await entityFromForm(flat)),
    oauthApiScript: 'OAuthUtil',
    verifyJti: true,
    clockSkew: 120,
    enforceTokenRestrictions: true,
    active: false,
    clientType: 'Integration as a User',
    profiles: [{ name: 'reader', grantType: 'Authorization Code', scopes: ['read-scope'] }],
    scopes: [{ name: 'read-scope', scope: 'snow.read' }],
    provisioning: {
      dataSource: 'Okta users',
      transform: [{ source: 'given_name', target: 'first_name' }],
      roles: ['itil'],
    },
  })
})

test('the provider configuration may be a record of its own', async () => {
  const { 'OIDC Metadata URL': url, 'User Claim': claim, 'User Field': field, ...rest } = flat
  const configuration = { 'OIDC Provider': 'Okta', 'OIDC Metadata URL': url, 'User Claim': claim, 'User Field': field }
  const record = { ...rest, 'OAuth OIDC Provider Configuration': configuration }
  assert.deepEqual(await entityFromForm(record), await entityFromForm(flat))
  for (const [more, at] of [
    [{ 'User Claim': 'sub' }, 'User Claim'],
    [{ 'OAuth OIDC Provider Configuration': { ...configuration, 'User claim': 'x' } }, 'User claim'],
    [{ 'OAuth OIDC Provider Configuration': { ...configuration, 'User Field': 1 } }, 'User Field'],
    [{ 'OAuth OIDC Provider Configuration': {} }, 'OIDC Metadata URL'],
    [{ 'OAuth OIDC Provider Configuration': 'Okta' }, 'OIDC Metadata URL'],
  ]) await assert.rejects(entityFromForm({ ...record, ...more }), refusal(at))
})

test('empty fields of the form are not set, and users are created only if the box is ticked', async () => {
  const record = {
    ...flat,
    'Client Type': '-- None --',
    'OAuth API Script': '',
    'OAuth OIDC Provider Configuration': '',
    'User Provisioning': { 'Automatically provision users': false, 'Provision data source': '' },
  }
  assert.deepEqual(await entityFromForm(record), await entityFromForm(flat))
})

test('an unknown, a missing and a mistyped field is named as the form spells it', async () => {
  for (const name of Object.keys(flat)) {
    const { [name]: _, ...rest } = full
    await assert.rejects(entityFromForm(rest), refusal(name), `${name} missing`)
    await assert.rejects(entityFromForm({ ...full, [name]: '' }), refusal(name), `${name} empty`)
  }
  for (const name of Object.keys(full)) await assert.rejects(entityFromForm({ ...full, [name]: null }), refusal(name), name)
  const users = full['User Provisioning']
  for (const [more, at] of [
    [{ name: 'Okta' }, 'name'],
    [{ 'Client Id': 'x' }, 'Client Id'],
    [{ 'Clock Skew': '300' }, 'Clock Skew'],
    [{ 'Clock Skew': 301 }, 'Clock Skew'],
    [{ 'Clock Skew': 1.5 }, 'Clock Skew'],
    [{ Active: 'true' }, 'Active'],
    [{ 'Client Type': 'Iframe embedded' }, 'Client Type'],
    [{ 'Client Type': 'Integration as a Service' }, 'OAuth Application User'],
    [{ 'OAuth Entity Scopes': [{ Name: 'a' }] }, 'OAuth scope'],
    [{ 'OAuth Entity Scopes': ['a'] }, 'OAuth Entity Scopes'],
    [{ 'OAuth Entity Profiles': [{ Name: 'a', 'Grant Type': 'x' }] }, 'Grant Type'],
    [{ 'OAuth Entity Profiles': [{ Name: 'a', 'Grant type': 'x' }] }, 'Grant type'],
    [{ 'OAuth Entity Profiles': [{ Name: 'a', 'OAuth Scopes': ['x'] }] }, 'OAuth Scopes'],
    [{ 'User Provisioning': {} }, 'Automatically provision users'],
    [{ 'User Provisioning': { ...users, 'Transform mapping': undefined } }, 'Transform mapping'],
    [{ 'User Provisioning': { ...users, 'Transform mapping': [{ 'Source field': 'a' }] } }, 'Target field'],
    [{ 'User Provisioning': { ...users, 'User roles applied to provisioned users': 'itil' } }, 'User roles applied to provisioned users'],
    [{ 'User Provisioning': { ...users, Roles: [] } }, 'Roles'],
  ]) await assert.rejects(entityFromForm({ ...full, ...more }), refusal(at), at)
  await assert.rejects(
    entityFromForm({ ...flat, 'OIDC Metadata URL': 'http://op.example/.well-known/openid-configuration' }),
    refusal('OIDC Metadata URL', 'OIDC_CONFIG_INSECURE'),
  )
  for (const value of [null, [], 'x', 1]) await assert.rejects(entityFromForm(value), { code: 'OIDC_CONFIG_INVALID' })
})

test('a service of the form has its OAuth Application User', async () => {
  const record = { ...flat, 'Client Type': 'Integration as a Service', 'OAuth Application User': 'robot' }
  const { clientType, applicationUser } = await entityFromForm(record)
  assert.deepEqual([clientType, applicationUser], ['Integration as a Service', 'robot'])
})

test('an entity of the form lets a token in', async (t) => {
  const idp = await startIdp(t)
  const entity = await entityFromForm({ ...flat, 'OIDC Metadata URL': idp.metadataUrl })
  const { ask } = await openGate(idp, { entities: [entity] })
  passed(await ask(idp.token()))
})

test('a wrong field of a configuration is named, before any token is read', async (t) => {
  const idp = await startIdp(t)
  const good = entityAt(idp)
  const findUser = () => undefined
  const policy = { name: 'p', path: '/api', profiles: ['Okta default_profile'] }
  const scripts = { a: {} }
  for (const [config, at, code] of [
    [{ entities: [] }, 'entities'],
    [{ entities: undefined }, 'entities'],
    [{ entities: [good], findUser: undefined }, 'findUser'],
    [{ entities: [good], findUser: {} }, 'findUser'],
    [{ entities: [good], users: [] }, 'users'],
    [{ entities: [good], replay: {} }, 'replay'],
    [{ entities: [good], scripts: { a: () => {} } }, 'scripts'],
    [{ entities: [good], scripts: { a: { before() {} } } }, 'scripts'],
    [{ entities: [good], keys: {} }, 'keys'],
    [{ entities: [{ ...good, verifyJti: true }] }, 'replay'],
    [{ entities: [{ ...good, verifyJTI: true }] }, 'verifyJTI'],
    [{ entities: [{ ...good, verifyJti: 'yes' }] }, 'verifyJti'],
    [{ entities: [{ ...good, clientId: undefined }] }, 'clientId'],
    [{ entities: [{ ...good, clientId: 7 }] }, 'clientId'],
    [{ entities: [{ ...good, clientType: 'Browser' }] }, 'clientType'],
    [{ entities: [{ ...good, metadataUrl: 'http://op.example' }] }, 'metadataUrl', 'OIDC_CONFIG_INSECURE'],
    [{ entities: [{ ...good, metadataUrl: 'no address' }] }, 'metadataUrl', 'OIDC_CONFIG_INSECURE'],
    [{ entities: [good], allowLoopbackIssuer: false }, 'metadataUrl', 'OIDC_CONFIG_INSECURE'],
    [{ entities: [{ ...good, requiredClaims: { hd: 1 } }] }, 'requiredClaims'],
    [{ entities: [{ ...good, oauthApiScript: 'b' }], scripts }, 'oauthApiScript'],
    [{ entities: [good, { ...good, name: 'other' }] }, 'clientId'],
    [{ entities: [good], policies: [{ ...policy, profiles: ['x'] }] }, 'profiles'],
    [{ entities: [good], policies: [policy, policy] }, 'name'],
    [{ entities: [good], policies: [{ ...policy, path: 'api/now' }] }, 'path'],
    [{ entities: [good], policies: [{ ...policy, path: '/' }] }, 'path'],
    [{ entities: [good], policies: [{ ...policy, path: '/a/../b' }] }, 'path'],
    [{ entities: [good], policies: [{ ...policy, methods: ['get'] }] }, 'methods'],
    [{ entities: [good], policies: [{ ...policy, methods: [] }] }, 'methods'],
    [{ entities: [good], policies: [{ ...policy, api: 'x' }] }, 'api'],
  ]) {
    const gate = createGate({ findUser, allowLoopbackIssuer: true, ...config })
    const error = { name: 'OidcError', code: code ?? 'OIDC_CONFIG_INVALID', at }
    await assert.rejects(gate.guard(new Request('https://a.example/')), error, `${at} ${JSON.stringify(config)}`)
  }
  assert.deepEqual(idp.asked, [])
})

test('settings come from the bindings of the platform, once', async (t) => {
  const idp = await startIdp(t)
  let calls = 0
  const gate = createGate((env) => {
    calls += 1
    return { entities: [{ ...entityAt(idp), clientId: env.CLIENT_ID }], findUser: () => 'user', allowLoopbackIssuer: true }
  })
  const request = () => new Request('https://a.example/', { headers: { authorization: `Bearer ${idp.token({ aud: 'mine' })}` } })
  for (let time = 0; time < 2; time += 1) passed(await gate.guard(request(), { env: { CLIENT_ID: 'mine' } }))
  assert.equal(calls, 1)
})
