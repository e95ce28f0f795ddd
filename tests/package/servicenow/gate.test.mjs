// Every line of what the gate accepts and of what it refuses.
import assert from 'node:assert/strict'
import test from 'node:test'
import { load } from '../support/package.mjs'
import { CLIENT, entityAt, NOW, openGate, passed, refused, startIdp, usersOf } from '../support/servicenow.mjs'

const { memoryReplay } = await load('./servicenow')

test('SN accept 1: exp = now - 299', async (t) => {
  const idp = await startIdp(t)
  const { ask } = await openGate(idp)
  passed(await ask(idp.token({ iat: NOW - 3600, exp: NOW - 299 })))
})

test('SN accept 2: nbf = now + 299, and iat = now + 299', async (t) => {
  const idp = await startIdp(t)
  const { ask } = await openGate(idp)
  passed(await ask(idp.token({ nbf: NOW + 299 })))
  passed(await ask(idp.token({ iat: NOW + 299 })))
})

test('SN accept 3: aud is a list', async (t) => {
  const idp = await startIdp(t)
  const { ask } = await openGate(idp, { entity: { trustedAudiences: ['https://api.example'] } })
  passed(await ask(idp.token({ aud: [CLIENT] })))
  passed(await ask(idp.token({ aud: ['https://api.example', CLIENT], azp: CLIENT })))
  // OpenID Connect Core 1.0, section 3.1.3.7: other audiences must be trusted, and the client named.
  await refused(await ask(idp.token({ aud: ['https://other.example', CLIENT], azp: CLIENT })), 'OIDC_AUDIENCE_MISMATCH')
  await refused(await ask(idp.token({ aud: ['https://api.example', CLIENT] })), 'OIDC_AZP_MISMATCH')
})

test('SN accept 4: RS256, with the shape of the example in the manual', async (t) => {
  const idp = await startIdp(t)
  const { ask } = await openGate(idp)
  const outcome = passed(await ask(idp.token()))
  assert.deepEqual(
    [outcome.user.sys_id, outcome.entity, outcome.isProvisioned, outcome.claims.nonce],
    ['1', 'Okta', false, 'snow'],
  )
})

test('SN accept 5: a provisioned new user gets the fields of the transform map, and the roles', async (t) => {
  const idp = await startIdp(t)
  const provisioning = {
    transform: [
      { source: 'email', target: 'email' },
      { source: 'given_name', target: 'first_name' },
      { source: 'email_verified', target: 'u_verified' },
      { source: 'auth_time', target: 'u_time' },
      { source: 'not there', target: 'phone' },
    ],
    roles: ['itil', 'rest_service'],
  }
  const { ask, users } = await openGate(idp, { entity: { provisioning } })
  const token = idp.token({ email: 'new@example.com', given_name: 'Ada', roles: ['admin'] })
  const outcome = passed(await ask(token))
  assert.equal(outcome.isProvisioned, true)
  const [{ fields, roles, field, value, entity, claims }] = users.created
  assert.deepEqual(fields, { email: 'new@example.com', first_name: 'Ada', u_verified: true, u_time: NOW })
  assert.deepEqual([roles, field, value, entity], [['itil', 'rest_service'], 'email', 'new@example.com', 'Okta'])
  assert.deepEqual(claims, outcome.claims)
  assert.deepEqual(outcome.user.roles, ['itil', 'rest_service'])
  // The next token finds the user.
  assert.equal(passed(await ask(idp.token({ email: 'new@example.com' }))).isProvisioned, false)
  assert.equal(users.created.length, 1)
})

test('SN accept 6: the same token twice when verifyJti is false, although it has a jti', async (t) => {
  const idp = await startIdp(t)
  const { ask } = await openGate(idp, { replay: memoryReplay() })
  const token = idp.token()
  passed(await ask(token))
  passed(await ask(token))
})

test('SN reject 1: no header', async (t) => {
  const { ask } = await openGate(await startIdp(t))
  await refused(await ask(undefined), 'OIDC_CREDENTIAL_MISSING')
})

test('SN reject 2: Basic', async (t) => {
  const { ask } = await openGate(await startIdp(t))
  await refused(await ask(undefined, { headers: { authorization: 'Basic YTpi' } }), 'OIDC_CREDENTIAL_MISSING')
})

test('SN reject 3: alg none', async (t) => {
  const idp = await startIdp(t)
  const { ask } = await openGate(idp)
  await refused(await ask(idp.forged('none')), 'OIDC_ALG_FORBIDDEN')
})

test('SN reject 4: HS256 signed with the public key', async (t) => {
  const idp = await startIdp(t)
  const { ask } = await openGate(idp)
  await refused(await ask(idp.forged('HS256', idp.hmac)), 'OIDC_ALG_FORBIDDEN')
})

test('SN reject 5: unknown kid', async (t) => {
  const idp = await startIdp(t)
  const { ask } = await openGate(idp)
  await refused(await ask(idp.token({}, { header: { kid: 'other' }, key: idp.otherKey() })), 'OIDC_KEY_NOT_FOUND')
})

test('SN reject 15: the known kid, and the signature of another key', async (t) => {
  const idp = await startIdp(t)
  const { ask } = await openGate(idp)
  await refused(await ask(idp.token({}, { key: idp.otherKey() })), 'OIDC_SIGNATURE_INVALID')
})

test('SN reject 6: exp = now - 301', async (t) => {
  const idp = await startIdp(t)
  const { ask } = await openGate(idp)
  await refused(await ask(idp.token({ iat: NOW - 3600, exp: NOW - 301 })), 'OIDC_TOKEN_EXPIRED')
  await refused(await ask(idp.token({ nbf: NOW + 301 })), 'OIDC_TOKEN_NOT_YET_VALID')
  await refused(await ask(idp.token({ iat: NOW + 301 })), 'OIDC_ISSUED_IN_FUTURE')
  await refused(await ask(idp.token({ exp: undefined })), 'OIDC_CLAIM_INVALID', 'exp')
})

test('SN reject 7: aud other', async (t) => {
  const idp = await startIdp(t)
  const { ask } = await openGate(idp)
  for (const aud of ['other', ['other'], [], undefined, CLIENT.toLowerCase(), `${CLIENT} `]) {
    await refused(await ask(idp.token({ aud })), 'OIDC_AUDIENCE_MISMATCH', 'aud')
  }
  // Nothing was fetched for them.
  assert.deepEqual(idp.asked, [])
})

test('SN reject 16: an access token whose audience is the client, of another client or with a scope', async (t) => {
  const idp = await startIdp(t)
  const { ask } = await openGate(idp)
  for (const name of ['azp', 'client_id', 'cid', 'appid']) {
    for (const more of [{}, { scope: 'openid' }, { scp: ['a'] }, { nonce: undefined }]) {
      await refused(await ask(idp.token({ ...more, [name]: 'other' })), 'OIDC_AZP_MISMATCH')
    }
    for (const value of [['other'], 1, {}]) await refused(await ask(idp.token({ [name]: value })), 'OIDC_AZP_MISMATCH')
  }
  for (const name of ['client_id', 'cid', 'appid']) {
    for (const scope of [{ scope: 'openid' }, { scp: 'a' }, { scp: ['a'] }]) {
      await refused(await ask(idp.token({ ...scope, [name]: CLIENT })), 'OIDC_TYP_FORBIDDEN')
    }
    // Some providers write the client, or the granted scope, into an ID token too.
    passed(await ask(idp.token({ azp: CLIENT, [name]: CLIENT })))
  }
  passed(await ask(idp.token({ azp: CLIENT, scope: 'openid' })))
  const { ask: ofTwo } = await openGate(idp, { entity: { authorizedParties: ['app'] } })
  for (const name of ['azp', 'client_id', 'cid', 'appid']) passed(await ofTwo(idp.token({ [name]: 'app' })))
})

test('SN reject 8: iss other', async (t) => {
  const idp = await startIdp(t)
  const { ask } = await openGate(idp)
  for (const iss of ['https://other.example', `${idp.issuer}/`, undefined]) {
    await refused(await ask(idp.token({ iss })), 'OIDC_ISSUER_MISMATCH', 'iss')
  }
})

test('SN reject 9: the entity is inactive', async (t) => {
  const idp = await startIdp(t)
  const { ask } = await openGate(idp, { entity: { active: false } })
  await refused(await ask(idp.token()), 'OIDC_AUDIENCE_MISMATCH', 'aud')
})

test('SN reject 10: the claim is missing, empty or no text', async (t) => {
  const idp = await startIdp(t)
  const { ask, users } = await openGate(idp)
  for (const email of [undefined, null, '', ' ']) {
    await refused(await ask(idp.token({ email })), 'OIDC_TOKEN_CLAIM_MISSING', 'email')
  }
  for (const email of [1, ['user@example.com'], { a: 1 }, true]) {
    await refused(await ask(idp.token({ email })), 'OIDC_CLAIM_INVALID', 'email')
  }
  for (const email_verified of [false, 'false']) {
    await refused(await ask(idp.token({ email_verified })), 'OIDC_CLAIM_INVALID', 'email_verified')
  }
  assert.deepEqual(users.queries, [])
})

test('SN reject 17: an address that the provider does not call verified', async (t) => {
  const idp = await startIdp(t)
  const { ask } = await openGate(idp)
  for (const email_verified of [false, 'false', 'False', 0, 1, null, '', 'yes', [true], {}]) {
    await refused(await ask(idp.token({ email_verified })), 'OIDC_CLAIM_INVALID', 'email_verified')
  }
  for (const email_verified of [true, 'true', 'True', undefined]) passed(await ask(idp.token({ email_verified })))
})

test('SN reject 11: the user is unknown and provisioning is off', async (t) => {
  const idp = await startIdp(t)
  const { ask, users } = await openGate(idp)
  await refused(await ask(idp.token({ email: 'new@example.com' })), 'OIDC_USER_UNKNOWN', 'email')
  assert.deepEqual(users.created, [])
})

test('SN reject 18: several users have the value', async (t) => {
  const idp = await startIdp(t)
  const { ask } = await openGate(idp, { users: usersOf({ sys_id: '2', email: 'user@example.com' }) })
  await refused(await ask(idp.token()), 'OIDC_USER_UNKNOWN', 'email')
})

test('SN reject 12: second use of a jti (verifyJti = true)', async (t) => {
  const idp = await startIdp(t)
  const { ask } = await openGate(idp, { entity: { verifyJti: true }, replay: memoryReplay() })
  const token = idp.token()
  passed(await ask(token))
  await refused(await ask(token), 'OIDC_TOKEN_REPLAYED', 'jti')
  // Another token with the same jti is a second use as well.
  await refused(await ask(idp.token({ jti: JSON.parse(atob(token.split('.')[1])).jti })), 'OIDC_TOKEN_REPLAYED')
  passed(await ask(idp.token()))
})

test('SN reject 13: jti missing (verifyJti = true)', async (t) => {
  const idp = await startIdp(t)
  const { ask } = await openGate(idp, { entity: { verifyJti: true }, replay: memoryReplay() })
  await refused(await ask(idp.token({ jti: undefined })), 'OIDC_TOKEN_CLAIM_MISSING', 'jti')
  await refused(await ask(idp.token({ jti: '' })), 'OIDC_TOKEN_CLAIM_MISSING', 'jti')
  await refused(await ask(idp.token({ jti: 7 })), 'OIDC_TOKEN_CLAIM_MISSING', 'jti')
})

const policies = [
  { name: 'tables', path: '/api/now/table', methods: ['GET'], profiles: ['Okta default_profile'] },
  { name: 'off', path: '/api/now/attachment', active: false, profiles: ['Okta default_profile'] },
]

test('SN reject 14: an API outside every policy, when restrictions are enforced', async (t) => {
  const idp = await startIdp(t)
  const { ask, users } = await openGate(idp, { entity: { enforceTokenRestrictions: true }, policies })
  const at = (path, init) => ask(idp.token(), { url: `https://dev.service-now.example${path}`, ...init })
  for (const path of ['/api/now/table', '/api/now/table/', '/api/now/table/incident?sysparm_limit=1']) passed(await at(path))
  const queries = users.queries.length
  for (const path of [
    '/api/now/attachment',
    '/api/now/tables',
    '/api/now',
    '/',
    '/API/now/table',
    '/api/now/table%2fincident',
    '/api/now/table/..%2f..%2fattachment',
    '/api/now/table/%252e%252e/x',
    '/api/now/table//x',
    '/api/now/table/;x/y',
    '/api/now/table/../attachment',
  ]) await refused(await at(path), 'OIDC_API_FORBIDDEN', 'path')
  await refused(await at('/api/now/table', { method: 'DELETE' }), 'OIDC_API_FORBIDDEN', 'path')
  for (const name of ['x-http-method-override', 'x-http-method', 'x-method-override']) {
    await refused(await at('/api/now/table', { headers: { [name]: 'DELETE' } }), 'OIDC_API_FORBIDDEN', 'method')
  }
  // A refused request asks nothing about users.
  assert.equal(users.queries.length, queries)
  const { ask: open } = await openGate(idp, { policies })
  passed(await open(idp.token(), { url: 'https://dev.service-now.example/api/now/attachment' }))
})

test('SN reject 19: a path with another plus than that of the policy', async (t) => {
  const idp = await startIdp(t)
  const allowed = async (path, asked) => {
    const policies = [{ name: 'p', path, profiles: ['Okta default_profile'] }]
    const { ask } = await openGate(idp, { entity: { enforceTokenRestrictions: true }, policies })
    return ask(idp.token(), { url: `https://dev.example${asked}` })
  }
  for (const [path, asked] of [['/a+b', '/a%20b'], ['/a%20b', '/a+b'], ['/a b', '/a+b']]) {
    await refused(await allowed(path, asked), 'OIDC_API_FORBIDDEN', 'path')
  }
  for (const [path, asked] of [['/a+b', '/a+b'], ['/a+b', '/a%2Bb'], ['/a b', '/a%20b']]) passed(await allowed(path, asked))
})

test('SN jti 1: a token that any other check refuses does not use up its jti, and creates no user', async (t) => {
  const idp = await startIdp(t)
  const replay = memoryReplay()
  const marks = []
  const store = { putIfAbsent: (key, seconds) => (marks.push(seconds), replay.putIfAbsent(key, seconds)) }
  const entity = { verifyJti: true, enforceTokenRestrictions: true }
  const { ask, users } = await openGate(idp, { entity, policies, replay: store })
  const jti = 'ID.once'
  const bad = [
    [idp.token({ jti }, { key: idp.otherKey() })],
    [idp.token({ jti, exp: NOW - 301, iat: NOW - 3600 })],
    [idp.token({ jti, email: undefined })],
    [idp.token({ jti, email: 'new@example.com' })],
    [idp.token({ jti }), { url: 'https://dev.service-now.example/api/now/attachment' }],
  ]
  for (const [token, init] of bad) assert.equal((await ask(token, init)).ok, false)
  assert.deepEqual(marks, [])
  passed(await ask(idp.token({ jti })))
  // Until the token has expired by every clock that the skew allows.
  assert.deepEqual(marks, [3600 + 300 + 1])
  assert.deepEqual(users.created, [])
  await refused(await ask(idp.token({ jti })), 'OIDC_TOKEN_REPLAYED')
})

test('SN jti 2: a jti is used up for its issuer and its client alone', async (t) => {
  const [idp, other] = [await startIdp(t), await startIdp(t)]
  const { createGate } = await load('./servicenow')
  const users = usersOf()
  const gate = createGate({
    entities: [
      entityAt(idp, { name: 'a', verifyJti: true }),
      entityAt(idp, { name: 'b', clientId: 'another', verifyJti: true }),
      entityAt(other, { name: 'c', verifyJti: true }),
    ],
    findUser: (query) => users.findUser(query),
    replay: memoryReplay(),
    allowLoopbackIssuer: true,
  })
  const ask = (token) => gate.guard(new Request('https://a.example/', { headers: { authorization: `Bearer ${token}` } }))
  const jti = 'the same'
  assert.equal(passed(await ask(idp.token({ jti }))).entity, 'a')
  assert.equal(passed(await ask(idp.token({ jti, aud: 'another' }))).entity, 'b')
  assert.equal(passed(await ask(other.token({ jti }))).entity, 'c')
  await refused(await ask(idp.token({ jti })), 'OIDC_TOKEN_REPLAYED')
})

test('a store that fails lets nothing pass', async (t) => {
  const idp = await startIdp(t)
  const replay = { putIfAbsent: () => Promise.reject(new Error('down')) }
  const { ask } = await openGate(idp, { entity: { verifyJti: true }, replay })
  await refused(await ask(idp.token()), 'OIDC_REPLAY_UNAVAILABLE')
})

test('a hook that fails lets nothing pass', async (t) => {
  const idp = await startIdp(t)
  const findUser = () => { throw new Error('the database is down') }
  const { ask } = await openGate(idp, { findUser })
  const { error } = await refused(await ask(idp.token()), 'OIDC_INTERNAL')
  assert.equal(error.cause.message, 'the database is down')
  const entity = { provisioning: { transform: [] } }
  const { ask: create } = await openGate(idp, { entity, provisionUser: () => undefined })
  await refused(await create(idp.token({ email: 'new@example.com' })), 'OIDC_USER_UNKNOWN', 'provisionUser')
})

test('a provider that does not answer gives the same refusal, and is asked again after five seconds', async (t) => {
  const idp = await startIdp(t)
  const logged = []
  const { ask, gate } = await openGate(idp, { log: (hint) => logged.push(hint) })
  const { now } = Date
  let passedMs = 0
  t.mock.method(Date, 'now', () => now() + passedMs)
  const path = '/.well-known/openid-configuration'
  const answer = idp.answers[path]
  delete idp.answers[path]
  await assert.rejects(gate.ready(), { code: 'OIDC_RESPONSE_STATUS' })
  assert.match(logged.join(), /OIDC_RESPONSE_STATUS/)
  idp.answers[path] = answer
  passedMs = 4000
  await refused(await ask(idp.token()), 'OIDC_KEYS_UNAVAILABLE', 'metadataUrl')
  assert.equal(idp.asked.length, 1)
  passedMs = 5001
  passed(await ask(idp.token()))
})

test('a request reads the metadata of each entity once, however slowly it fails', async (t) => {
  const idp = await startIdp(t)
  const entities = ['a', 'b'].map((name) => entityAt(idp, { name, metadataUrl: `${idp.origin}/${name}` }))
  const { now } = Date
  let passedMs = 0
  t.mock.method(Date, 'now', () => now() + passedMs)
  // Each of the first ten requests takes longer than a failure is remembered.
  const { ask } = await openGate(idp, {
    entities,
    fetch: (...request) => {
      passedMs = Math.min(passedMs + 6000, 60_000)
      return fetch(...request)
    },
  })
  await refused(await ask(idp.token()), 'OIDC_KEYS_UNAVAILABLE', 'metadataUrl')
  assert.deepEqual(idp.asked, ['/a', '/b'])
})

test('ready loads everything that the first token needs', async (t) => {
  const idp = await startIdp(t)
  const old = entityAt(idp, { name: 'old', active: false, clientId: 'old', metadataUrl: `${idp.origin}/old` })
  const { ask, gate } = await openGate(idp, { entities: [entityAt(idp), old] })
  await gate.ready()
  const asked = [...idp.asked]
  assert.ok(asked.includes('/keys') && !asked.includes('/old'))
  passed(await ask(idp.token()))
  assert.deepEqual(idp.asked, asked)
})

test('the issuer is read again after an hour, and stays if that fails', async (t) => {
  const idp = await startIdp(t)
  const { ask } = await openGate(idp)
  passed(await ask(idp.token()))
  const { now } = Date
  let passedMs = 0
  t.mock.method(Date, 'now', () => now() + passedMs)
  const path = '/.well-known/openid-configuration'
  const metadata = idp.answers[path]
  delete idp.answers[path]
  passedMs = 3_600_001
  passed(await ask(idp.token()))
  const moved = `${idp.issuer}/moved`
  idp.answers[path] = () => ({ ...metadata(), issuer: moved })
  passedMs += 5001
  passed(await ask(idp.token({ iss: moved })))
  await refused(await ask(idp.token()), 'OIDC_ISSUER_MISMATCH')
})

test('every refusal is 401 with a scheme, is not cached, and is the same for every reason', async (t) => {
  const idp = await startIdp(t)
  const { ask } = await openGate(idp)
  const headers = async (token) => [...(await ask(token)).response.headers]
  const first = await headers(undefined)
  assert.deepEqual(Object.fromEntries(first), {
    'cache-control': 'no-store', 'content-type': 'application/json', 'www-authenticate': 'Bearer',
  })
  for (const token of ['opaque', idp.token({ aud: 'x' }), idp.token({ email: 'new@example.com' })]) {
    assert.deepEqual(await headers(token), first)
  }
})

test('a second token in the address or the body is refused', async (t) => {
  const idp = await startIdp(t)
  const { ask } = await openGate(idp)
  const url = 'https://dev.service-now.example/api?access_token=a'
  await refused(await ask(idp.token(), { url }), 'OIDC_CREDENTIAL_INVALID')
  const body = new URLSearchParams({ access_token: 'a' })
  await refused(await ask(idp.token(), { method: 'POST', body }), 'OIDC_CREDENTIAL_INVALID')
  const two = { authorization: `Bearer ${idp.token()}, Bearer ${idp.token()}` }
  await refused(await ask(undefined, { headers: two }), 'OIDC_CREDENTIAL_INVALID')
})

test('a token for several entities of one provider is of the one that asked for it', async (t) => {
  const idp = await startIdp(t)
  const { createGate } = await load('./servicenow')
  const trusted = { trustedAudiences: ['one', 'two'] }
  const gate = createGate({
    entities: ['one', 'two'].map((name) => entityAt(idp, { name, clientId: name, ...trusted })),
    findUser: ({ entity }) => entity,
    allowLoopbackIssuer: true,
  })
  const ask = (more) =>
    gate.guard(new Request('https://a.example/', { headers: { authorization: `Bearer ${idp.token(more)}` } }))
  assert.equal(passed(await ask({ aud: ['one', 'two'], azp: 'two' })).user, 'two')
  await refused(await ask({ aud: ['one', 'two'] }), 'OIDC_CONFIG_INVALID', 'clientId')
})
