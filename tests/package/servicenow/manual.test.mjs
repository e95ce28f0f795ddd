// The promises of the manual, in its order: each sentence that an API can show. The titles repeat the
// facts, not the sentences.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import test from 'node:test'
import { promisify } from 'node:util'
import { load } from '../support/package.mjs'
import { BODY, CLIENT, entityAt, NOW, openGate, passed, refused, startIdp, usersOf } from '../support/servicenow.mjs'

const { createGate, entityFromTemplate, memoryReplay } = await load('./servicenow')
const invalid = (at) => ({ name: 'OidcError', code: 'OIDC_CONFIG_INVALID', at })

test('inbound calls are accepted with an ID token of a third party', async (t) => {
  const idp = await startIdp(t)
  const { ask } = await openGate(idp)
  assert.equal(passed(await ask(idp.token())).user.email, 'user@example.com')
})

test('Name identifies the entity, and is unique', async (t) => {
  const idp = await startIdp(t)
  const { gate } = await openGate(idp, { entities: [entityAt(idp), entityAt(idp, { clientId: 'other' })] })
  await assert.rejects(gate.entities(), invalid('name'))
})

test('Client ID is the value of aud', async (t) => {
  const idp = await startIdp(t)
  const { ask } = await openGate(idp, { entity: { clientId: 'mine' } })
  passed(await ask(idp.token({ aud: 'mine' })))
  await refused(await ask(idp.token({ aud: CLIENT })), 'OIDC_AUDIENCE_MISMATCH')
})

test('OAuth API Script customizes the requests to the provider, and its responses', async (t) => {
  const idp = await startIdp(t)
  const seen = []
  const answer = idp.answers['/.well-known/openid-configuration']
  idp.answers['/.well-known/openid-configuration?app=1'] = (request) => {
    seen.push(request.headers['x-key'])
    const { jwks_uri, ...rest } = answer()
    return { ...rest, keys_are_at: jwks_uri }
  }
  delete idp.answers['/.well-known/openid-configuration']
  const script = {
    request: (request) =>
      request.url === idp.metadataUrl
        ? new Request(`${request.url}?app=1`, { headers: { 'x-key': 'secret' }, redirect: 'manual' })
        : undefined,
    async response(response, { url }) {
      if (!url.includes('?app=1')) return undefined
      const { keys_are_at: jwks_uri, ...rest } = await response.json()
      return Response.json({ ...rest, jwks_uri })
    },
  }
  const { ask } = await openGate(idp, { entity: { oauthApiScript: 'Fix' }, scripts: { Fix: script } })
  passed(await ask(idp.token()))
  assert.deepEqual([...new Set(seen)], ['secret'])
  const { gate } = await openGate(idp, { entity: { oauthApiScript: 'Other' }, scripts: { Fix: script } })
  await assert.rejects(gate.entities(), invalid('oauthApiScript'))
})

test('User Claim and User Field are those of the provider configuration', async (t) => {
  const idp = await startIdp(t)
  const { ask, users } = await openGate(idp, { entity: { userClaim: 'upn', userField: 'user_name' } })
  passed(await ask(idp.token({ upn: 'user', email: undefined })))
  const [{ field, value, claims }] = users.queries
  assert.deepEqual([field, value, claims.upn], ['user_name', 'user', 'user'])
})

test('with JTI claim verification the jti is checked; the claim must be called jti', async (t) => {
  const idp = await startIdp(t)
  const { ask } = await openGate(idp, { entity: { verifyJti: true }, replay: memoryReplay() })
  await refused(await ask(idp.token({ jti: undefined, JTI: 'x', id: 'y' })), 'OIDC_TOKEN_CLAIM_MISSING', 'jti')
  const token = idp.token()
  passed(await ask(token))
  await refused(await ask(token), 'OIDC_TOKEN_REPLAYED')
})

test('without it, the jti is not checked even if the token has one', async (t) => {
  const idp = await startIdp(t)
  const { ask } = await openGate(idp)
  const token = idp.token()
  for (const given of [token, token, idp.token({ jti: undefined }), idp.token({ jti: 7 })]) passed(await ask(given))
})

test('Clock Skew is in seconds, and 300 by default', async (t) => {
  const idp = await startIdp(t)
  const late = (seconds) => idp.token({ iat: NOW - 3600, exp: NOW - seconds })
  const { ask } = await openGate(idp)
  passed(await ask(late(299)))
  await refused(await ask(late(300)), 'OIDC_TOKEN_EXPIRED')
  const { ask: strict } = await openGate(idp, { entity: { clockSkew: 10 } })
  passed(await strict(late(9)))
  await refused(await strict(late(10)), 'OIDC_TOKEN_EXPIRED')
  const { ask: none } = await openGate(idp, { entity: { clockSkew: 0 } })
  await refused(await none(late(0)), 'OIDC_TOKEN_EXPIRED')
  const { gate } = await openGate(idp, { entity: { clockSkew: 301 } })
  await assert.rejects(gate.entities(), invalid('clockSkew'))
})

test('two entities of one provider have a clock skew each', async (t) => {
  const idp = await startIdp(t)
  const entities = [
    entityAt(idp, { name: 'a', clientId: 'a', clockSkew: 10 }),
    entityAt(idp, { name: 'b', clientId: 'b' }),
  ]
  const { ask } = await openGate(idp, { entities })
  const late = (aud) => idp.token({ aud, iat: NOW - 3600, exp: NOW - 100 })
  await refused(await ask(late('a')), 'OIDC_TOKEN_EXPIRED')
  passed(await ask(late('b')))
})

test('Enforce Token Restrictions allows only the APIs whose policy names the profile', async (t) => {
  const idp = await startIdp(t)
  const entity = {
    enforceTokenRestrictions: true,
    scopes: [{ name: 'read', scope: 'snow.read' }, { name: 'write', scope: 'snow.write' }],
    profiles: [{ name: 'reader', scopes: ['read'] }, { name: 'writer', grantType: 'Authorization Code', scopes: ['read', 'write'] }],
  }
  const policies = [
    { name: 'read', path: '/api/now/table', methods: ['GET'], profiles: ['reader', 'writer'] },
    { name: 'write', path: '/api/now/table', methods: ['POST'], profiles: ['writer'] },
  ]
  const { ask } = await openGate(idp, { entity, policies })
  const [reader, writer] = [{ scope: 'openid snow.read' }, { scp: ['snow.read', 'snow.write'] }]
  passed(await ask(idp.token(reader)))
  passed(await ask(idp.token(writer)))
  passed(await ask(idp.token(writer), { method: 'POST' }))
  await refused(await ask(idp.token(reader), { method: 'POST' }), 'OIDC_API_FORBIDDEN')
  await refused(await ask(idp.token()), 'OIDC_API_FORBIDDEN')
  await refused(await ask(idp.token({ scope: 'snow.reader' })), 'OIDC_API_FORBIDDEN')
})

test('Active makes the application active', async (t) => {
  const idp = await startIdp(t)
  const inactive = entityAt(idp, { name: 'old', active: false })
  const { ask } = await openGate(idp, { entities: [inactive] })
  await refused(await ask(idp.token()), 'OIDC_AUDIENCE_MISMATCH')
  const { ask: both } = await openGate(idp, { entities: [inactive, entityAt(idp)] })
  assert.equal(passed(await both(idp.token())).entity, 'Okta')
})

test('SN client type 1: Iframe Embedded and Integration as a User need a user', async (t) => {
  const idp = await startIdp(t)
  for (const clientType of ['Iframe Embedded', 'Integration as a User']) {
    const { ask } = await openGate(idp, { entity: { clientType } })
    assert.equal(passed(await ask(idp.token())).clientType, clientType)
    await refused(await ask(idp.token({ email: undefined })), 'OIDC_TOKEN_CLAIM_MISSING', 'email')
    const { gate } = await openGate(idp, { entity: { clientType, userClaim: undefined } })
    await assert.rejects(gate.entities(), invalid('userClaim'))
    const { gate: other } = await openGate(idp, { entity: { clientType, applicationUser: 'x' } })
    await assert.rejects(other.entities(), invalid('applicationUser'))
  }
  const { ask } = await openGate(idp)
  assert.equal(passed(await ask(idp.token())).clientType, undefined)
})

test('SN client type 2: Integration as a Service maps a token of client credentials to one user', async (t) => {
  const idp = await startIdp(t)
  const service = { clientType: 'Integration as a Service', userClaim: undefined, applicationUser: 'robot@example.com' }
  const users = usersOf({ sys_id: '2', email: 'robot@example.com' })
  const { ask } = await openGate(idp, { entity: service, users })
  const ofClient = (more) =>
    idp.token({ nonce: undefined, amr: undefined, auth_time: undefined, email: undefined, email_verified: undefined, ...more })
  const header = { header: { typ: 'at+jwt' } }
  for (const more of [
    { sub: CLIENT, client_id: CLIENT },
    { sub: `${CLIENT}@clients`, azp: CLIENT, gty: 'client-credentials' },
    { sub: 'oid', oid: 'oid', azp: CLIENT },
    { sub: 'any', appid: CLIENT, idtyp: 'app' },
    { sub: CLIENT, cid: CLIENT, scp: ['x'] },
  ]) {
    const outcome = passed(await ask(ofClient(more)))
    assert.deepEqual([outcome.user.sys_id, outcome.clientType], ['2', 'Integration as a Service'])
  }
  passed(await ask(idp.token({ nonce: undefined, auth_time: undefined, sub: CLIENT, client_id: CLIENT }, header)))
  // A user's access token, an ID token, and the token of another client.
  await refused(await ask(ofClient({ azp: CLIENT })), 'OIDC_CLAIM_INVALID', 'sub')
  await refused(await ask(ofClient({ sub: 'oid', oid: 'oid', azp: CLIENT, scp: 'x' })), 'OIDC_CLAIM_INVALID', 'sub')
  await refused(await ask(idp.token({ sub: CLIENT, azp: CLIENT })), 'OIDC_ACCESS_TOKEN_EXPECTED')
  await refused(await ask(ofClient({ sub: 'other', client_id: 'other' })), 'OIDC_AZP_MISMATCH')
  // Only the claim that names an accepted client counts, and not another one that equals the subject.
  for (const name of ['client_id', 'cid', 'appid']) {
    await refused(await ask(ofClient({ sub: 'other', azp: CLIENT, [name]: 'other' })), 'OIDC_CLAIM_INVALID', 'sub')
  }
  // An access token is no token of a user either.
  const { ask: ofUser } = await openGate(idp)
  await refused(await ofUser(idp.token({}, header)), 'OIDC_TYP_FORBIDDEN')
  for (const [more, at] of [
    [{ applicationUser: undefined }, 'applicationUser'],
    [{ provisioning: { transform: [] } }, 'provisioning'],
  ]) {
    const { gate } = await openGate(idp, { entity: { ...service, ...more } })
    await assert.rejects(gate.entities(), invalid(at))
  }
})

test('the system generates a default profile without any scope; profiles choose defined scopes', async (t) => {
  const idp = await startIdp(t)
  const { gate } = await openGate(idp)
  const [entity] = await gate.entities()
  assert.deepEqual(entity.profiles, [{ name: 'Okta default_profile', scopes: [] }])
  const profiles = [{ name: 'p', grantType: 'Client Credentials', scopes: ['read'] }]
  const scopes = [{ name: 'read', scope: 'snow.read' }]
  const { gate: own } = await openGate(idp, { entity: { profiles, scopes } })
  assert.deepEqual((await own.entities()).map((one) => [one.profiles, one.scopes]), [[profiles, scopes]])
  for (const [more, at] of [
    [{ profiles }, 'scopes'],
    [{ profiles: [{ name: 'p', grantType: 'Password' }] }, 'grantType'],
    [{ profiles: [{ name: 'p' }, { name: 'p' }] }, 'profiles'],
    [{ profiles: [{ grantType: 'Implicit' }] }, 'name'],
    [{ scopes: [{ name: 'read' }] }, 'scope'],
  ]) {
    const { gate: wrong } = await openGate(idp, { entity: more })
    await assert.rejects(wrong.entities(), invalid(at))
  }
})

test('User Provisioning: off by default; source fields are claims, target fields are those of the user', async (t) => {
  const idp = await startIdp(t)
  const stranger = (more) => idp.token({ email: 'new@example.com', ...more })
  const { ask } = await openGate(idp)
  await refused(await ask(stranger()), 'OIDC_USER_UNKNOWN')
  const provisioning = { dataSource: 'Okta', transform: [{ source: 'name', target: 'name' }], roles: ['itil'] }
  const { ask: create, users } = await openGate(idp, { entity: { provisioning } })
  passed(await create(stranger()))
  assert.deepEqual(users.created[0].fields, { email: 'new@example.com', name: 'A User' })
  await refused(await create(stranger({ email: 'x@example.com', name: ['a'] })), 'OIDC_CLAIM_INVALID', 'name')
  assert.equal(users.created.length, 1)
  for (const [transform, at] of [
    [[{ source: 'sub', target: 'email' }], 'source'],
    [[{ source: 'a', target: 'x' }, { source: 'b', target: 'x' }], 'target'],
    [[{ source: 'a' }], 'target'],
    [undefined, 'transform'],
  ]) {
    const { gate } = await openGate(idp, { entity: { provisioning: { transform } } })
    await assert.rejects(gate.entities(), invalid(at))
  }
  const { gate } = await openGate(idp, { entity: { provisioning }, provisionUser: undefined })
  await assert.rejects(gate.entities(), invalid('provisionUser'))
})

test('the metadata gives the keys through jwks_uri, and the issuer', async (t) => {
  // An issuer that is no prefix of the address of its metadata.
  const idp = await startIdp(t, { issuerPath: '/tenant/v2.0/' })
  const { ask, gate } = await openGate(idp)
  passed(await ask(idp.token()))
  passed(await ask(idp.token()))
  assert.deepEqual(idp.asked.filter((path) => path === '/keys').length, 1)
  assert.equal(idp.asked.length, 3)
  await gate.ready()
  assert.equal(idp.asked.length, 3)
  // An entity that names its issuer needs no request for it, and the metadata must name the same.
  const { ask: named } = await openGate(idp, { entity: { issuer: idp.issuer } })
  passed(await named(idp.token()))
  assert.equal(idp.asked.length, 5)
  const { ask: other } = await openGate(idp, { entity: { issuer: 'https://other.example' } })
  await refused(await other(idp.token({ iss: 'https://other.example' })), 'OIDC_METADATA_ISSUER_MISMATCH')
})

test('an issuer of all tenants needs the tenants', async (t) => {
  const idp = await startIdp(t, { issuerPath: '/{tenantid}/v2.0' })
  const tid = '0fd1a5b3-7a3d-4a0b-9a46-3f9c1d2e4f50'
  const claims = { tid, iss: `${idp.origin}/${tid}/v2.0` }
  const { ask } = await openGate(idp)
  await refused(await ask(idp.token(claims)), 'OIDC_CONFIG_INVALID', 'tenants')
  const { ask: mine } = await openGate(idp, { entity: { tenants: [tid] } })
  passed(await mine(idp.token(claims)))
  const other = '9188040d-6c67-4c5b-b112-36a304b66dad'
  await refused(await mine(idp.token({ tid: other, iss: `${idp.origin}/${other}/v2.0` })), 'OIDC_TENANT_FORBIDDEN')
})

test('an alias of all tenants needs the tenants too, and is under them', async (t) => {
  const [own, other] = ['0fd1a5b3-7a3d-4a0b-9a46-3f9c1d2e4f50', '9188040d-6c67-4c5b-b112-36a304b66dad']
  const idp = await startIdp(t)
  const issuerAliases = [`${idp.origin}/sts/{tenantid}/`]
  const of = (tid) => idp.token({ tid, iss: `${idp.origin}/sts/${tid}/` })
  const { ask } = await openGate(idp, { entity: { issuerAliases } })
  await assert.rejects(ask(of(other)), invalid('tenants'))
  const { ask: mine, users } = await openGate(idp, { entity: { issuerAliases, tenants: [own] } })
  await refused(await mine(of(other)), 'OIDC_TENANT_FORBIDDEN', 'tid')
  assert.deepEqual(users.queries, [])
  passed(await mine(of(own)))
  for (const [field, entity] of [
    ['issuerAliases', { issuerAliases: ['{tenantid}'], tenants: [own] }],
    ['issuerAliases', { issuerAliases: [`${idp.origin}/?t={tenantid}`], tenants: [own] }],
    ['issuer', { issuer: 'https://{tenantid}/', tenants: [own] }],
    ['tenants', { issuer: `${idp.origin}/{tenantid}/` }],
  ]) {
    const { ask: wrong } = await openGate(idp, { entity })
    await assert.rejects(wrong(idp.token({ iss: other, tid: other })), invalid(field))
  }
})

test('the OAuth token of the instance itself comes first', async (t) => {
  const idp = await startIdp(t)
  const asked = []
  const jwt = idp.token()
  const findInstanceToken = (token) => (asked.push(token), token === 'opaque' ? { sys_id: '9' } : undefined)
  const { ask } = await openGate(idp, { findInstanceToken })
  const outcome = passed(await ask('opaque'))
  assert.deepEqual([outcome.user.sys_id, outcome.entity, outcome.claims, outcome.token], ['9', undefined, undefined, 'opaque'])
  assert.deepEqual(idp.asked, [])
  assert.equal(passed(await ask(jwt)).entity, 'Okta')
  await refused(await ask('unknown'), 'OIDC_TOKEN_MALFORMED')
  assert.deepEqual(asked, ['opaque', jwt, 'unknown'])
})

test('the templates ADFS, Auth0, Azure AD, Google and Okta', async () => {
  const known = { name: 'n', clientId: 'c' }
  const made = await Promise.all([
    entityFromTemplate('ADFS', { ...known, host: 'fs.example.com' }),
    entityFromTemplate('Auth0', { ...known, domain: 'dev.eu.auth0.com' }),
    entityFromTemplate('Azure AD', { ...known, tenant: '0fd1a5b3-7a3d-4a0b-9a46-3f9c1d2e4f50' }),
    entityFromTemplate('Google', { ...known, requiredClaims: { hd: 'example.com' } }),
    entityFromTemplate('Okta', { ...known, domain: 'dev-934121.oktapreview.com', userClaim: 'sub', clockSkew: 5 }),
    entityFromTemplate('Okta', { ...known, domain: 'dev-934121.oktapreview.com', authorizationServer: 'default' }),
  ])
  assert.deepEqual(made.map(({ metadataUrl, userClaim, userField }) => [metadataUrl, userClaim, userField]), [
    ['https://fs.example.com/adfs/.well-known/openid-configuration', 'upn', 'user_name'],
    ['https://dev.eu.auth0.com/.well-known/openid-configuration', 'email', 'email'],
    ['https://login.microsoftonline.com/0fd1a5b3-7a3d-4a0b-9a46-3f9c1d2e4f50/v2.0/.well-known/openid-configuration', 'upn', 'user_name'],
    ['https://accounts.google.com/.well-known/openid-configuration', 'email', 'email'],
    ['https://dev-934121.oktapreview.com/.well-known/openid-configuration', 'sub', 'email'],
    ['https://dev-934121.oktapreview.com/oauth2/default/.well-known/openid-configuration', 'email', 'email'],
  ])
  assert.deepEqual([made[3].issuerAliases, made[3].requiredClaims, made[4].clockSkew], [['accounts.google.com'], { hd: 'example.com' }, 5])
  const gate = createGate({ entities: made.slice(0, 4).map((entity, n) => ({ ...entity, name: `${n}` })), findUser: () => undefined })
  assert.equal((await gate.entities()).length, 4)
  for (const [template, values, at] of [
    ['Keycloak', known, 'template'],
    ['ADFS', known, 'host'],
    ['ADFS', { ...known, host: 'https://fs.example.com' }, 'host'],
    ['Auth0', { ...known, domain: 'a/b' }, 'domain'],
    ['Auth0', { ...known, domain: 7 }, 'domain'],
    ['Azure AD', { ...known, tenant: '' }, 'tenant'],
    ['Okta', { ...known, domain: 'a.example', authorizationServer: '../x' }, 'authorizationServer'],
    ['Google', { ...known, domain: 'a.example' }, 'domain'],
    ['Google', { name: 'n' }, 'clientId'],
  ]) await assert.rejects(entityFromTemplate(template, values), invalid(at), template)
})

/** The instance: the Table API behind a gate, on this machine. */
async function startInstance(t, idp) {
  const { gate } = await openGate(idp)
  const server = createServer(async (request, response) => {
    const { method, headers, url } = request
    const outcome = await gate.guard(new Request(new URL(url, 'http://127.0.0.1'), { method, headers }))
    if (outcome.ok) return response.setHeader('content-type', 'application/json').end('{"result":{"number":"INC0010001"}}')
    response.writeHead(outcome.response.status, Object.fromEntries(outcome.response.headers))
    response.end(Buffer.from(await outcome.response.arrayBuffer()))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  return `http://127.0.0.1:${server.address().port}/api/now/table/incident/897b04f2dbd4a300a135364e9d961952`
}

test('SN curl: application/json for the user, otherwise User Not Authenticated', async (t) => {
  const idp = await startIdp(t)
  const url = await startInstance(t, idp)
  const format = '\n%{http_code} %{content_type}'
  const curl = async (...more) => {
    const all = ['-s', '-X', 'GET', '--header', 'Accept:application/json', url, '-k', ...more, '-w', format]
    return (await promisify(execFile)('curl', all)).stdout
  }
  const bearer = (token) => ['--header', `Authorization: Bearer ${token}`]
  assert.equal(await curl(...bearer(idp.token())), '{"result":{"number":"INC0010001"}}\n200 application/json')
  const failure = `${BODY}\n401 application/json`
  assert.equal(await curl(...bearer(idp.token({ aud: 'other' }))), failure)
  assert.equal(await curl(), failure)
})

test('SN body: the failure is that of the manual, and of the article KB0719167 except for the order of its members', async () => {
  const recorded = new URL('../../vectors/providers/servicenow/', import.meta.url)
  const read = async (name) => JSON.parse(await readFile(new URL(`error-401.${name}.json`, recorded), 'utf8'))
  const [manual, article] = await Promise.all(['manual', 'kb0719167'].map(read))
  assert.equal(BODY, JSON.stringify(manual))
  assert.deepEqual(JSON.parse(BODY), article)
})
