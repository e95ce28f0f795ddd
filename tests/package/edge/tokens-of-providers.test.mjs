// Tokens as providers write them, and as apps send them. The names in brackets are the public reports in which such a
// token was first seen; names and addresses are made up.
import assert from 'node:assert/strict'
import { generateKeyPairSync, sign } from 'node:crypto'
import test from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { runInNewContext } from 'node:vm'
import { load } from '../support/package.mjs'
import { advanceClock } from '../support/clock.mjs'
import { makeGate } from '../support/gate.mjs'
import { code, isPending } from '../support/stage.mjs'

const { createVerifier, memoryCache, tokenFromCookie, tokenFromHeader, tokenFromProtocol } = await load('./edge')
const { introspection, userinfo } = await load('./introspection')
const NOW = 1_700_000_000
const issuer = 'https://id.example.com'
const api = 'https://api.example.com/'

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const otherJwk = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' })
const jwks = { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'k', alg: 'ES256' }] }

function signed(header, claims) {
  const parts = [{ alg: 'ES256', kid: 'k', ...header }, { iat: NOW, exp: NOW + 3600, ...claims }]
  const input = parts.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')
  const key = { key: privateKey, dsaEncoding: 'ieee-p1363' }
  return `${input}.${sign('sha256', Buffer.from(input), key).toString('base64url')}`
}

const make = (config) => createVerifier({ jwks, now: () => NOW, ...config })
const bearer = (token, more) => ({ ...more, headers: { authorization: `Bearer ${token}`, ...more?.headers } })

/** An access token of RFC 9068, and the settings that accept it. */
const good = { iss: issuer, aud: 'api', sub: 'u', client_id: 'c', jti: 'j' }
const settings = { issuer, audience: 'api' }
const goodToken = (claims) => signed({ typ: 'at+jwt' }, { ...good, ...claims })

const cognito = 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_ZLiEFD4b6'
const keycloak = 'https://kc.example.com/realms/demo'
const b2c = 'https://contoso.b2clogin.com/c64a4f7d-3091-4c73-a722-a3f0694edc43/v2.0/'
const cloudflare = 'https://team.cloudflareaccess.com'

for (const [name, config, header, claims, end] of [
  [
    'Cognito: an access token without aud is for its client_id (aws-jwt-verify#46)',
    { issuer: cognito, audience: 'app' },
    {},
    { iss: cognito, sub: 'f', client_id: 'app', token_use: 'access', scope: 'openid', jti: 'j' },
  ],
  [
    'Cognito: an access token of another client',
    { issuer: cognito, audience: 'app' },
    {},
    { iss: cognito, sub: 'f', client_id: 'other', token_use: 'access', scope: 'openid', jti: 'j' },
    'OIDC_CLAIM_INVALID',
  ],
  [
    'Cognito: an ID token (flask_cognito#23)',
    { issuer: cognito, audience: 'app' },
    {},
    { iss: cognito, sub: 'f', aud: 'app', token_use: 'id', auth_time: NOW },
    'OIDC_ACCESS_TOKEN_EXPECTED',
  ],
  [
    'Keycloak: an ID token by its claim typ',
    { issuer: keycloak, audience: 'web' },
    { typ: 'JWT' },
    { iss: keycloak, aud: 'web', azp: 'web', typ: 'ID', sub: 'u' },
    'OIDC_ACCESS_TOKEN_EXPECTED',
  ],
  [
    'Keycloak: a refresh token by its claim typ',
    { issuer: keycloak, audience: 'web' },
    { typ: 'JWT' },
    { iss: keycloak, aud: 'web', azp: 'web', typ: 'Refresh', sub: 'u', scope: 'openid' },
    'OIDC_ACCESS_TOKEN_EXPECTED',
  ],
  [
    'Keycloak: an access token with a nonce (keycloak#26893)',
    { issuer: keycloak, audience: 'api' },
    { typ: 'JWT' },
    { iss: keycloak, aud: ['api', 'account'], sub: 'u', typ: 'Bearer', azp: 'web', nonce: 'ab12', scope: 'openid' },
  ],
  [
    'Azure AD B2C: an access token with a nonce (azure-docs#29240)',
    { issuer: b2c, audience: 'f2a76e08' },
    { typ: 'JWT' },
    { iss: b2c, aud: 'f2a76e08', sub: '1558', nonce: 'any', scp: 'read', azp: '38307aee', nbf: NOW },
  ],
  [
    'an ID token with a nonce and nothing else',
    { issuer: b2c, audience: 'f2a76e08' },
    { typ: 'JWT' },
    { iss: b2c, aud: 'f2a76e08', sub: '1558', nonce: 'any', scope: null },
    'OIDC_ACCESS_TOKEN_EXPECTED',
  ],
  [
    'Cloudflare Access: a service token without sub (open-seo#260)',
    { issuer: cloudflare, audience: 'f86125' },
    {},
    { iss: cloudflare, aud: 'f86125', sub: '', common_name: '09fe267a.access', type: 'app' },
  ],
  [
    'a token that names neither a user nor a client',
    { issuer: cloudflare, audience: 'f86125' },
    {},
    { iss: cloudflare, aud: 'f86125', sub: '', common_name: '', type: 'app' },
    'OIDC_CLAIM_INVALID',
  ],
  [
    'AD FS: an http issuer whose keys are pinned',
    { issuer: 'http://adfs.example.com/adfs/services/trust', audience: 'urn:api' },
    { typ: 'JWT' },
    { iss: 'http://adfs.example.com/adfs/services/trust', aud: 'urn:api', sub: 'u', auth_time: '2026-11-27T04:00:00Z' },
  ],
]) {
  test(name, async () => {
    const verifier = make({ profile: 'jwt', ...config })
    const { ok, error } = await verifier.guard(new Request(api, bearer(signed(header, claims))))
    assert.deepEqual([ok, error?.code], [!end, end])
  })
}

test('B: scope: null beside scp, and a list of scopes, are read as they are meant', async () => {
  const verifier = make(settings)
  for (const granted of [{ scope: null, scp: 'read write' }, { scp: ['read', 'write'] }, { scope: ['read', 'write'] }]) {
    const pass = await verifier.guard(new Request(api, bearer(goodToken(granted))), { scope: ['read', 'write'] })
    assert.equal(pass.ok, true, JSON.stringify(granted))
    const refused = await verifier.guard(new Request(api, bearer(goodToken(granted))), { scope: 'admin' })
    assert.equal(refused.response.status, 403)
  }
})

test('guard verifies ID tokens, with any nonce or none (python-docs-samples#13372)', async () => {
  const google = 'https://accounts.google.com'
  const claims = { iss: google, aud: 'https://api.example.com', azp: 'https://api.example.com', sub: '1071' }
  const verifier = make({ issuer: google, audience: 'https://api.example.com', kind: 'id_token' })
  for (const more of [{}, { nonce: 'n' }, { at_hash: 'x' }]) {
    const pass = await verifier.guard(new Request(api, bearer(signed({ typ: 'JWT' }, { ...claims, ...more }))))
    assert.equal(pass.ok, true, pass.error)
    assert.equal(pass.claims.sub, '1071')
  }
  const other = signed({ typ: 'JWT' }, { ...claims, aud: 'https://other.example.com' })
  const refused = await verifier.guard(new Request(api, bearer(other)))
  assert.deepEqual([refused.response.status, refused.error.code], [401, 'OIDC_AUDIENCE_MISMATCH'])
  // `verify` still demands to say which nonce.
  await assert.rejects(verifier.verify(other), code('OIDC_EXPECTED_INVALID', 'nonce'))
})

test('authorizedParties: an ID token of the phone app, and access tokens of these clients only', async () => {
  const web = { issuer, audience: 'web', kind: 'id_token' }
  const token = signed({ typ: 'JWT' }, { iss: issuer, aud: 'web', azp: 'android', sub: 'u' })
  await assert.rejects(make(web).verify(token, { nonce: 'any' }), code('OIDC_AZP_MISMATCH'))
  const trusting = make({ ...web, authorizedParties: ['android'] })
  assert.equal((await trusting.verify(token, { nonce: 'any' })).sub, 'u')
  const listed = make({ ...settings, authorizedParties: ['c'] })
  assert.equal((await listed.verify(goodToken())).sub, 'u')
  await assert.rejects(listed.verify(goodToken({ client_id: 'd' })), code('OIDC_AZP_MISMATCH'))
  assert.throws(() => make({ ...settings, authorizedParties: 'c' }), code('OIDC_CONFIG_INVALID', 'authorizedParties'))
})

for (const [place, token, request] of [
  ['a header', tokenFromHeader('X-Goog-IAP-JWT-Assertion'), (it) => ({ headers: { 'x-goog-iap-jwt-assertion': it } })],
  ['a cookie', tokenFromCookie('CF_Authorization'), (it) => ({ headers: { cookie: `a=b; CF_Authorization=${it}; c=d` } })],
  [
    'Sec-WebSocket-Protocol (quarkus#45809)',
    tokenFromProtocol(),
    (it) => ({ headers: { 'sec-websocket-protocol': `chat, bearer, ${it}` } }),
  ],
  ['a place of its own', (request) => request.headers.get('x-mine')?.slice(1), (it) => ({ headers: { 'x-mine': `!${it}` } })],
]) {
  test(`a token is found in ${place}`, async () => {
    const verifier = make({ ...settings, token })
    const pass = await verifier.guard(new Request(api, request(goodToken())))
    assert.equal(pass.ok, true, pass.error)
    assert.equal(pass.claims.sub, 'u')
    for (const [init, status, refusal] of [
      [{}, 401, 'OIDC_CREDENTIAL_MISSING'],
      // The app names another place, so this one is not read.
      [bearer(goodToken()), 401, 'OIDC_CREDENTIAL_MISSING'],
      [request('a b'), 400, 'OIDC_CREDENTIAL_INVALID'],
      [request('abc'), 401, 'OIDC_TOKEN_MALFORMED'],
    ]) {
      const { response, error } = await verifier.guard(new Request(api, init))
      assert.deepEqual([response.status, error.code], [status, refusal], JSON.stringify(init))
    }
  })
}

test('BFF-01: a Unicode space before a name makes another cookie, and another protocol', async () => {
  const guarded = async (token, header, value) => {
    // A server receives bytes that Node's `Request` does not accept.
    const headers = { get: (name) => (name === header ? value : null) }
    const { error } = await make({ ...settings, token }).guard({ method: 'GET', url: api, headers, body: null })
    return error?.code
  }
  const [cookie, protocol] = [tokenFromCookie('__Host-t'), tokenFromProtocol()]
  assert.equal(await guarded(cookie, 'cookie', `a=1;\t __Host-t=${goodToken()}\t`), undefined)
  assert.equal(await guarded(protocol, 'sec-websocket-protocol', `chat,\tbearer ,${goodToken()} `), undefined)
  for (const space of ['\u00c2\u00a0', '\u00a0', '\u000b', '\u000c', '\u0085', '\ufeff', '\u2003', '\u3000']) {
    const [planted, own] = [`${space}__Host-t=${goodToken()}`, `__Host-t=${goodToken()}`]
    assert.equal(await guarded(cookie, 'cookie', planted), 'OIDC_CREDENTIAL_MISSING', JSON.stringify(space))
    assert.equal(await guarded(cookie, 'cookie', `${own}; ${planted}`), undefined, JSON.stringify(space))
    const words = `${space}bearer, ${goodToken()}`
    assert.equal(await guarded(protocol, 'sec-websocket-protocol', words), 'OIDC_CREDENTIAL_MISSING', JSON.stringify(space))
  }
})

test('a cookie that a page of another site sent along is no token, and neither are two', async () => {
  const verifier = make({ ...settings, token: tokenFromCookie('t') })
  const cookie = `t=${goodToken()}`
  for (const [method, headers, status] of [
    ['POST', { cookie, 'sec-fetch-site': 'cross-site' }, 401],
    ['GET', { cookie, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'websocket' }, 401],
    ['POST', { cookie, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' }, 401],
    ['GET', { cookie: `${cookie}; ${cookie}` }, 400],
    ['GET', { cookie, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' }, undefined],
    ['POST', { cookie, 'sec-fetch-site': 'same-origin' }, undefined],
    ['POST', { cookie }, undefined],
  ]) {
    // Node's Request refuses these headers, which a server receives.
    const request = { method, url: api, headers: new Headers(headers), body: null }
    const { response } = await verifier.guard(request)
    assert.equal(response?.status, status, JSON.stringify(headers))
  }
})

test('A9: without Sec-Fetch-Site, the origin says that a page of another host sent the cookie along', async () => {
  const verifier = make({ ...settings, token: tokenFromCookie('t') })
  const cookie = `t=${goodToken()}`
  const { origin, host } = new URL(api)
  for (const [method, more, status] of [
    ['POST', { origin: 'https://evil.example' }, 401],
    ['GET', { origin: 'https://evil.example' }, 401],
    ['GET', { origin: 'https://evil.example', 'sec-fetch-mode': 'navigate' }, 401],
    ['POST', { origin: 'null' }, 401],
    ['POST', { origin: '' }, 401],
    ['POST', { origin: `https://${host}.evil.example` }, 401],
    ['POST', { origin: `https://evil.example/${origin}` }, 401],
    ['POST', { origin: `${origin}:8443` }, 401],
    ['POST', { origin }, undefined],
    // An attacker in the network can make a page of http.
    ['POST', { origin: `http://${host}` }, 401],
    ['POST', { origin: `file://${host}` }, 401],
    ['POST', { origin: 'https://app.example', 'sec-fetch-site': 'same-site' }, undefined],
  ]) {
    const request = { method, url: api, headers: new Headers({ cookie, ...more }), body: null }
    const { response } = await verifier.guard(request)
    assert.equal(response?.status, status, JSON.stringify(more))
  }
  // Behind a proxy that ends TLS the API sees http, and the browser https.
  const headers = new Headers({ cookie, origin })
  const { response } = await verifier.guard({ method: 'POST', url: api.replace('https:', 'http:'), headers, body: null })
  assert.equal(response, undefined)
})

test('a token function that gives anything but a text is a wrong setting', async () => {
  for (const wrong of [async () => goodToken(), () => 5]) {
    await assert.rejects(make({ ...settings, token: wrong }).guard(new Request(api)), code('OIDC_CONFIG_INVALID', 'token'))
  }
  assert.throws(() => make({ ...settings, token: 'x-token' }), code('OIDC_CONFIG_INVALID', 'token'))
})

const granted = { scope: 'openid', permissions: ['inbox:read'], roles: ['Inbox.Read.All'], idtyp: 'app', level: 3 }
for (const [claims, missing] of [
  [{ permissions: 'inbox:read' }],
  [{ permissions: ['inbox:read'], roles: 'Inbox.Read.All' }],
  [{ idtyp: 'app', level: 3 }],
  [{ level: (level) => level > 2 }],
  [{ permissions: (list, all) => list.length === 1 && all.idtyp === 'app' }],
  [{ permissions: 'inbox:write' }, 'permissions'],
  [{ permissions: 'inbox' }, 'permissions'],
  [{ permissions: ['inbox:read', 'inbox:write'] }, 'permissions'],
  [{ idtyp: 'app', roles: 'Other' }, 'roles'],
  [{ idtyp: 'ap' }, 'idtyp'],
  [{ level: '3' }, 'level'],
  [{ absent: () => true }, 'absent'],
  [{ toString: () => true }, 'toString'],
  [{ level: () => 1 }, 'level'],
  [{ level: async () => true }, 'level'],
]) {
  const text = JSON.stringify(claims, (_, value) => (typeof value === 'function' ? String(value) : value))
  test(`a route requires ${text} (node-oauth2-jwt-bearer#58): ${missing ? `403 for ${missing}` : 'passes'}`, async () => {
    const verifier = make({ ...settings, cors: { origins: ['https://app.example.com'] } })
    const headers = { origin: 'https://app.example.com' }
    const pass = await verifier.guard(new Request(api, bearer(goodToken(granted), { headers })), { claims })
    assert.equal(pass.ok, !missing, pass.error)
    if (!missing) return
    assert.deepEqual([pass.error.code, pass.error.at], ['OIDC_TOKEN_CLAIM_MISSING', missing])
    assert.equal(pass.response.status, 403)
    assert.match(pass.response.headers.get('www-authenticate'), /^Bearer .*error="insufficient_scope"/)
    assert.equal(pass.response.headers.get('access-control-allow-origin'), 'https://app.example.com')
  })
}

test('a requirement that requires nothing, or cannot be compared, is refused', async () => {
  const verifier = make(settings)
  for (const claims of [{}, { roles: [] }, { roles: undefined }, { roles: null }, { roles: {} }, { roles: [[]] }, [], null, 'x']) {
    const work = verifier.guard(new Request(api, bearer(goodToken())), { claims })
    await assert.rejects(work, code('OIDC_EXPECTED_INVALID'), JSON.stringify(claims))
  }
  for (const wrong of [null, 5, 'inbox:read', { role: 'x' }]) {
    await assert.rejects(verifier.guard(new Request(api, bearer(goodToken())), wrong), code('OIDC_EXPECTED_INVALID'))
  }
})

/** Values that JSON leaves out or empties. */
const leftOut = [() => 'x', Symbol('x'), { toJSON() {} }, new Map([['x', 1]]), new Set(['x']), NaN, Object.create({ x: 1 })]

test('a requirement that JSON leaves out is refused, wherever it is', async () => {
  const verifier = make(settings)
  const request = new Request(api, bearer(goodToken()))
  const inherited = { scope: 'admin', maxAge: 1, acrValues: 'mfa', claims: { admin: true } }
  class Getter {
    get scope() {
      return 'admin'
    }
  }
  for (const requirements of [
    ...['scope', 'acrValues', 'maxAge'].flatMap((name) => leftOut.map((value) => ({ [name]: value }))),
    ...['scope', 'acrValues'].flatMap((name) => leftOut.slice(0, 3).map((value) => ({ [name]: ['inbox:read', value] }))),
    new Map(Object.entries(inherited)), Object.create(inherited), Object.create(Object.create(inherited)), new Getter(),
    { [Symbol('scope')]: 'admin' }, Object.defineProperty({}, 'scope', { value: 'admin' }), () => inherited, ['scope'],
    'admin', 5, null, true, Object.assign(Object.create({ toJSON: () => ({}) }), inherited),
    { claims: Object.assign(Object.create({ admin: true }), { sub: 'u' }) },
  ]) {
    await assert.rejects(verifier.guard(request, requirements), code('OIDC_EXPECTED_INVALID'))
  }
  // A requirement that is not given is none, and an object of another realm is as good as one of this.
  const elsewhere = runInNewContext("({ scope: ['inbox:read'], claims: { sub: (sub) => sub === 'u' } })")
  const bare = Object.assign(Object.create(null), { scope: 'inbox:read' })
  for (const requirements of [undefined, {}, elsewhere, bare, Object.freeze({ scope: 'inbox:read' })]) {
    const { ok, error } = await verifier.guard(new Request(api, bearer(goodToken({ scope: 'inbox:read' }))), requirements)
    assert.equal(ok, true, error)
  }
})

test('an expectation that JSON leaves out is refused', async () => {
  const verifier = make(settings)
  for (const name of ['nonce', 'accessToken', 'code', 'requireHashes', 'maxAge', 'acrValues']) {
    for (const value of leftOut) {
      await assert.rejects(async () => verifier.verify(goodToken(), { [name]: value }), code('OIDC_EXPECTED_INVALID', name))
    }
  }
  for (const expected of [Object.create({ maxAge: 1 }), new Map([['maxAge', 1]]), () => ({ maxAge: 1 }), null]) {
    await assert.rejects(async () => verifier.verify(goodToken(), expected), code('OIDC_EXPECTED_INVALID'))
  }
  for (const setting of [{ cors: { origins: () => ['https://app.example'] } }, { resourceMetadata: { resource: new Map() } }]) {
    assert.throws(() => make({ ...settings, ...setting }), code('OIDC_CONFIG_INVALID'))
  }
})

test('an app refuses a caller itself: 403 with the challenge and the headers of the API', async () => {
  const verifier = make({ ...settings, cors: { origins: ['https://app.example.com'] } })
  const request = new Request(api, bearer(goodToken({ scope: 'read' }), { headers: { origin: 'https://app.example.com' } }))
  const pass = await verifier.guard(request, { scope: 'read' })
  const response = await pass.forbid()
  assert.equal(response.status, 403)
  assert.match(response.headers.get('www-authenticate'), /error="insufficient_scope"/)
  assert.equal(response.headers.get('access-control-allow-origin'), 'https://app.example.com')
  assert.equal((await response.json()).error, 'insufficient_scope')
})

/** A verifier that asks an issuer about opaque tokens, which answers with `answer(token)`. */
function makeAsking(answer, more, config) {
  const asked = []
  const fetch = async (_, { body }) => {
    const token = new URLSearchParams(body).get('token')
    asked.push(token)
    const said = await answer(token)
    return new Response(JSON.stringify(said ?? ''), { status: said ? 200 : 503 })
  }
  const ask = introspection({ clientId: 'api', clientSecret: 's', endpoint: `${issuer}/introspect`, ...more })
  const world = { asked, now: NOW }
  world.verifier = make({ ...settings, fetch, now: () => world.now, introspection: ask, ...config })
  return world
}

for (const [name, answer, end, required] of [
  ['no aud: a token of another API (mcp-proxy#177)', { client_id: 'other' }, 'OIDC_CLAIM_INVALID'],
  ['an empty aud (hydra#3441)', { aud: [], token_use: 'access_token', token_type: 'Bearer' }, 'OIDC_CLAIM_INVALID'],
  ['no aud, though another member is required', { exp: NOW + 9 }, 'OIDC_CLAIM_INVALID', ['exp']],
  ['no aud, where nothing is required', {}, undefined, []],
  ['an empty aud, where nothing is required', { aud: [] }, undefined, []],
  ['another aud, where nothing is required', { aud: 'other' }, 'OIDC_AUDIENCE_MISMATCH', []],
  ['a refresh token (fosite#207)', { aud: 'api', token_use: 'refresh_token' }, 'OIDC_ACCESS_TOKEN_EXPECTED'],
  ['an ID token', { aud: 'api', typ: 'ID' }, 'OIDC_ACCESS_TOKEN_EXPECTED'],
  ['a refresh token of Keycloak', { aud: 'api', typ: 'Offline' }, 'OIDC_ACCESS_TOKEN_EXPECTED', []],
  ['token_type is the name of the kind', { aud: 'api', token_type: 'access_token' }],
  ['token_type is another kind', { aud: 'api', token_type: 'refresh_token' }, 'OIDC_ACCESS_TOKEN_EXPECTED'],
  ['token_type is that of a bound token', { aud: 'api', token_type: 'DPoP' }, 'OIDC_PROOF_MISSING'],
]) {
  test(`A2, D13, UIN-09: an answer with ${name}`, async () => {
    const { verifier } = makeAsking(() => ({ active: true, sub: 'u', ...answer }), required && { required })
    const { ok, response, error } = await verifier.guard(new Request(api, bearer('tok')))
    assert.deepEqual([ok, error?.code, response?.status], [!end, end, end && 401])
  })
}

test('JWTs are verified here and only opaque tokens are asked about, unless JWTs are too (spring-boot#19426)', async () => {
  const world = makeAsking(() => ({ active: false }))
  assert.equal((await world.verifier.guard(new Request(api, bearer(goodToken())))).ok, true)
  const forged = `${goodToken().slice(0, -8)}AAAAAAAA`
  const { error } = await world.verifier.guard(new Request(api, bearer(forged)))
  assert.equal(error.code, 'OIDC_SIGNATURE_INVALID')
  assert.deepEqual(world.asked, [])
  for (const opaque of ['tok', 'ory_at_a.b', 'a.b.c', 'a.b.c.d.e']) {
    const refused = await world.verifier.guard(new Request(api, bearer(opaque)))
    assert.equal(refused.error.code, 'OIDC_TOKEN_INACTIVE', opaque)
  }
  assert.equal(world.asked.length, 4)
  const strict = makeAsking(() => ({ active: false }), { jwts: true })
  const refused = await strict.verifier.guard(new Request(api, bearer(goodToken())))
  assert.equal(refused.error.code, 'OIDC_TOKEN_INACTIVE')
  assert.equal(strict.asked.length, 1)
})

test('A8, UIN-11: fifty requests at once with one token are one query, whatever its answer', async () => {
  for (const [answer, end] of [
    [{ active: true, aud: 'api', sub: 'u' }, undefined],
    [{ active: false }, 'OIDC_TOKEN_INACTIVE'],
    [undefined, 'OIDC_PROVIDER_UNAVAILABLE'],
  ]) {
    const { verifier, asked } = makeAsking(() => new Promise((resolve) => setTimeout(resolve, 60, answer)), { keep: 0 })
    const all = await Promise.all(Array.from({ length: 50 }, () => verifier.guard(new Request(api, bearer('tok')))))
    for (const { error } of all) assert.equal(error?.code, end)
    assert.equal(asked.length, 1)
  }
})

for (const keep of [60, 0]) {
  test(`A8, UIN-11: one token is asked about once in two seconds while the issuer is slow, keep ${keep}`, async (t) => {
    const gates = []
    const { verifier, asked } = makeAsking(
      async () => {
        const gate = makeGate()
        gates.push(gate)
        await gate.passed
        return { active: true, aud: 'api', sub: 'u' }
      },
      { keep },
    )
    const began = async (count) => {
      while (asked.length < count) await sleep(5)
    }
    const all = Array.from({ length: 20 }, () => verifier.guard(new Request(api, bearer('tok'))))
    await began(1)
    advanceClock(t, 2.1)
    await began(2)
    gates[0].open()
    // The first answer is for all but the request that asks again.
    let answered = 0
    for (const one of all) one.then(() => { answered += 1 })
    while (answered < 19) await sleep(5)
    assert.equal(asked.length, 2)
    gates[1].open()
    for (const { ok } of await Promise.all(all)) assert.equal(ok, true)
    assert.equal(asked.length, 2)
  })
}

test('A8, UIN-11: a query that never ends keeps no request for longer than two seconds', async (t) => {
  const never = new Promise(() => {})
  const { verifier, asked } = makeAsking(() => (asked.length === 1 ? never : { active: true, aud: 'api', sub: 'u' }))
  const lost = verifier.introspect('tok')
  while (!asked.length) await sleep(5)
  const others = Array.from({ length: 5 }, () => verifier.introspect('tok'))
  assert.equal(await isPending(Promise.any(others)), true)
  advanceClock(t, 2.1)
  for (const { sub } of await Promise.all(others)) assert.equal(sub, 'u')
  assert.equal(asked.length, 2)
  assert.equal(await isPending(lost), true)
})

test('A8, UIN-11: a caller who aborts a query ends it for no other caller', async () => {
  const { verifier, asked } = makeAsking(
    () => new Promise((resolve) => setTimeout(resolve, 100, { active: true, aud: 'api', sub: 'u' })),
  )
  const controller = new AbortController()
  const aborted = verifier.introspect('tok', { signal: controller.signal })
  const others = [verifier.introspect('tok'), verifier.introspect('tok')]
  setTimeout(() => controller.abort(), 30)
  await assert.rejects(aborted)
  for (const claims of await Promise.all(others)) assert.equal(claims.sub, 'u')
  assert.equal(asked.length, 2)
})

test('A8, UIN-11: refusals are kept for seconds, and unknown tokens evict no good answer', async () => {
  const world = makeAsking((token) => (token === 'good' ? { active: true, aud: 'api', sub: 'u' } : { active: false }))
  const { verifier, asked } = world
  await verifier.introspect('good')
  for (let number = 0; number < 1100; number += 1) await verifier.introspect(`junk${number}`).catch(() => {})
  assert.equal(asked.length, 1101)
  await verifier.introspect('good')
  await verifier.introspect('junk1099').catch(() => {})
  assert.equal(asked.length, 1101, 'both answers are kept')
  world.now += 11
  await verifier.introspect('good')
  await assert.rejects(verifier.introspect('junk1099'), code('OIDC_TOKEN_INACTIVE'))
  assert.equal(asked.length, 1102, 'a refused token may have become active')
})

test('A8, UIN-11: a token that was good once is asked about as seldom as any other refused one', async () => {
  let answer = { active: true, aud: 'api', sub: 'u', exp: NOW + 5 }
  const world = makeAsking(() => answer)
  const { verifier, asked } = world
  await verifier.introspect('tok')
  answer = { active: false }
  world.now += 60
  for (let times = 0; times < 50; times += 1) {
    await assert.rejects(verifier.introspect('tok'), code('OIDC_TOKEN_INACTIVE'))
  }
  assert.equal(asked.length, 2)
  // The token is good again: the answer with the new end is kept.
  answer = { active: true, aud: 'api', sub: 'u', exp: NOW + 600 }
  world.now += 11
  for (let times = 0; times < 5; times += 1) assert.equal((await verifier.introspect('tok')).sub, 'u')
  assert.equal(asked.length, 3)
})

test('A8, UIN-11: a token for another API is not asked about again at each request, and a failure is after 5 seconds', async () => {
  const other = makeAsking(() => ({ active: true, aud: 'other' }))
  for (let times = 0; times < 5; times += 1) {
    await assert.rejects(other.verifier.introspect('tok'), code('OIDC_AUDIENCE_MISMATCH'))
  }
  assert.equal(other.asked.length, 1)
  const failing = makeAsking(() => undefined)
  for (let times = 0; times < 3; times += 1) {
    for (let requests = 0; requests < 5; requests += 1) {
      await assert.rejects(failing.verifier.introspect('tok'), code('OIDC_PROVIDER_UNAVAILABLE'))
    }
    failing.now += 6
  }
  assert.equal(failing.asked.length, 3)
})

for (const [how, end] of [
  ['is dropped', (verifier) => verifier.drop('a')],
  ['is dropped in another isolate', (_, world) => (world.now += 31, world.other().drop('a'))],
  ['is withdrawn', (_, world) => { world.keys.shift(); world.now += 700 }],
]) {
  test(`A5, DSC-10: a signed answer is kept no longer than its key, which ${how}`, async () => {
    const claims = { iss: issuer, aud: 'api', token_introspection: { active: true, aud: 'api', sub: 'u' } }
    const answer = () => signed({ kid: 'a', typ: 'token-introspection+jwt' }, { ...claims, exp: NOW + 9000 })
    const [{ kid, ...key }] = jwks.keys
    const cache = memoryCache()
    const world = { now: NOW, asked: 0, keys: [{ ...key, kid: 'a' }, { ...otherJwk, kid: 'b' }] }
    const fetch = async (url) => {
      if (url.endsWith('/jwks')) return Response.json({ keys: world.keys })
      world.asked += 1
      return new Response(answer(), { headers: { 'content-type': 'application/token-introspection+jwt' } })
    }
    world.other = () => {
      const ask = introspection({ clientId: 'api', clientSecret: 's', endpoint: `${issuer}/introspect`, signed: true, keep: 3600 })
      const config = { ...settings, jwksUri: `${issuer}/jwks`, keys: cache, keyGrace: 0 }
      return createVerifier({ ...config, fetch, now: () => world.now, introspection: ask })
    }
    const verifier = world.other()
    const guard = () => verifier.guard(new Request(api, bearer('tok')))
    for (let times = 0; times < 5; times += 1) assert.equal((await guard()).ok, true)
    assert.equal(world.asked, 1)
    await end(verifier, world)
    world.now += 31
    for (let times = 0; times < 5; times += 1) {
      const { response, error } = await guard()
      assert.deepEqual([response?.status, error?.code], [401, 'OIDC_KEY_NOT_FOUND'])
    }
    assert.equal(world.asked, 2)
  })
}

/** A verifier that finds the endpoints in the metadata of an issuer. `world.answers` has its answers by their path. */
function makeFinding() {
  const world = { now: NOW, asked: [] }
  const count = (path) => world.asked.filter((one) => one === path).length
  const metadata = {
    ...{ issuer, jwks_uri: `${issuer}/jwks` },
    ...{ introspection_endpoint: `${issuer}/introspect`, userinfo_endpoint: `${issuer}/me` },
  }
  world.answers = {
    [METADATA]: () => metadata,
    '/introspect': () => ({ active: true, aud: 'api', sub: 'u' }),
    '/me': () => ({ sub: 'u' }),
  }
  const fetch = async (url, { body }) => {
    const { pathname } = new URL(url)
    world.asked.push(pathname)
    const answer = await world.answers[pathname](new URLSearchParams(body).get('token'))
    return typeof answer === 'number' ? new Response('', { status: answer }) : Response.json(answer)
  }
  const ask = introspection({ clientId: 'api', clientSecret: 's' })
  const verifier = make({ ...settings, fetch, now: () => world.now, introspection: ask, userinfo: userinfo() })
  const guard = (token) => verifier.guard(new Request(api, bearer(token)))
  return Object.assign(world, { count, verifier, guard, userinfo: () => verifier.userinfo('tok', { sub: 'u' }) })
}

const METADATA = '/.well-known/openid-configuration'
const NO_CONNECTION = () => Promise.reject(new TypeError('no connection'))

test('A8: fifty different tokens at a cold start are one request for metadata, for introspection and for UserInfo', async () => {
  const world = makeFinding()
  const found = world.answers[METADATA]()
  world.answers[METADATA] = () => new Promise((resolve) => setTimeout(resolve, 60, found))
  const all = await Promise.all(Array.from({ length: 50 }, (_, number) => world.guard(`tok${number}`)))
  for (const { ok } of all) assert.equal(ok, true)
  assert.deepEqual([world.count(METADATA), world.count('/introspect')], [1, 50])
  for (const { sub } of await Promise.all(Array.from({ length: 50 }, world.userinfo))) assert.equal(sub, 'u')
  assert.deepEqual([world.count(METADATA), world.count('/me')], [2, 50])
})

test('A8: a request for metadata that never ends, or is aborted, keeps no other request waiting', async (t) => {
  const world = makeFinding()
  const found = world.answers[METADATA]()
  world.answers[METADATA] = () => (world.asked.length <= 2 ? new Promise(() => {}) : found)
  const controller = new AbortController()
  const aborted = world.verifier.introspect('tok', { signal: controller.signal })
  while (!world.asked.length) await sleep(5)
  const lost = world.guard('tok0')
  const first = world.guard('tok1')
  assert.equal(await isPending(Promise.race([lost, first])), true)
  controller.abort()
  await assert.rejects(aborted)
  while (world.asked.length < 2) await sleep(5)
  const second = world.guard('tok2')
  advanceClock(t, 2.1)
  assert.equal((await second).ok, true)
  const { ok } = await Promise.race([lost, first])
  assert.equal(ok, true)
  assert.equal(world.count(METADATA), 3)
})

for (const [name, fails, end] of [
  ['an error of the server', () => 500, 'OIDC_PROVIDER_UNAVAILABLE'],
  ['no connection', NO_CONNECTION, 'OIDC_NETWORK_FAILED'],
]) {
  test(`A8: metadata with ${name} is asked for once in 5 seconds, a 503 for every token`, async () => {
    const world = makeFinding()
    const found = world.answers[METADATA]
    world.answers[METADATA] = fails
    for (let number = 0; number < 20; number += 1) {
      const { response, error } = await world.guard(`tok${number}`)
      assert.deepEqual([response.status, error.code], [503, end])
      await assert.rejects(world.userinfo(), code(end))
    }
    assert.equal(world.asked.length, 2, 'one for introspection, one for UserInfo')
    world.answers[METADATA] = found
    world.now += 6
    assert.equal((await world.guard('tok0')).ok, true)
    assert.equal((await world.userinfo()).sub, 'u')
  })
}

for (const [name, fails, end] of [
  ['is overloaded', () => 503, 'OIDC_PROVIDER_UNAVAILABLE'],
  ['has no connection', NO_CONNECTION, 'OIDC_NETWORK_FAILED'],
]) {
  test(`A8: an endpoint that ${name} is asked once in 5 seconds, a 503 for every token`, async () => {
    const world = makeFinding()
    const { '/introspect': good, '/me': me } = world.answers
    world.answers['/introspect'] = world.answers['/me'] = fails
    for (let number = 0; number < 20; number += 1) {
      const { response, error } = await world.guard(`tok${number}`)
      assert.deepEqual([response.status, error.code], [503, end])
      await assert.rejects(world.userinfo(), code(end))
    }
    assert.deepEqual([world.count('/introspect'), world.count('/me')], [1, 1])
    Object.assign(world.answers, { '/introspect': good, '/me': me })
    world.now += 6
    assert.equal((await world.guard('tok0')).ok, true)
    assert.equal((await world.userinfo()).sub, 'u')
  })
}

test('A8: a token at which the server fails refuses no other token, and one that is slow neither', async () => {
  const world = makeFinding()
  const gate = makeGate()
  const good = { active: true, aud: 'api', sub: 'u' }
  world.answers['/introspect'] = (token) => (token === 'slow' ? gate.passed.then(NO_CONNECTION) : token === 'bad' ? 500 : good)
  for (let times = 0; times < 5; times += 1) {
    assert.equal((await world.guard('bad')).response.status, 503)
    assert.equal((await world.guard(`tok${times}`)).ok, true)
  }
  assert.equal(world.count('/introspect'), 6)
  const slow = world.guard('slow')
  while (world.count('/introspect') < 7) await sleep(5)
  await sleep(2)
  assert.equal((await world.guard('another')).ok, true)
  gate.open()
  assert.equal((await slow).response.status, 503)
  assert.equal((await world.guard('other')).ok, true)
})
