// A Worker behind `guard`, in Node and in workerd, with tokens of a real provider (npm's
// oidc-provider) that a person got in a page.
import assert from 'node:assert/strict'
import { createSign } from 'node:crypto'
import { createServer } from 'node:http'
import { readFile } from 'node:fs/promises'
import { once } from 'node:events'
import test from 'node:test'
import { decodeProtectedHeader } from 'jose'
import { Miniflare } from 'miniflare'
import { startProvider } from '../../../www/provider/index.js'
import { openBrowser } from '../support/browser.mjs'
import { bundle } from '../support/bundle.mjs'
import { startDouble } from '../support/double.mjs'
import { folder, load } from '../support/package.mjs'
import { signInAt } from '../support/person.mjs'
import { jsonToBase64url } from '../../support/json.mjs'

const app = 'https://app.example'
const api = 'https://api.example/'
const { createClient } = await load()
const { createVerifier, memoryReplay } = await load('./edge')
const asking = await load('./introspection')

/** A provider, and a client of the page that is signed in there. */
async function setStage(t, { scope = 'inbox:read', accessTokenFormat = 'jwt' } = {}) {
  const apis = { [api]: { scope: 'inbox:read inbox:write', accessTokenFormat } }
  const secret = 'a secret of the API, long enough'
  const clients = [
    {
      client_id: 'api',
      client_secret: secret,
      redirect_uris: [],
      response_types: [],
      grant_types: ['client_credentials'],
      introspection_signed_response_alg: 'ES256',
    },
  ]
  const provider = await startProvider({ port: 0, appOrigin: app, apis, clients })
  t.after(() => provider.close())
  const settings = {
    issuer: provider.issuer,
    audience: api,
    allowLoopbackIssuer: true,
    cors: { origins: [app] },
    resourceMetadata: { resource_name: 'Inbox' },
  }
  const introspection = asking.introspection({ clientId: 'api', clientSecret: secret })
  const browser = openBrowser()
  const open = (url) => {
    const page = browser.visit(url)
    const auth = createClient({
      issuer: provider.issuer,
      clientId: 'demo-spa',
      redirectUri: '/callback',
      allowLoopbackIssuer: true,
      apis: { [api]: { scope, resource: api } },
    })
    t.after(() => auth.close())
    return { page, auth }
  }
  const here = open(`${app}/`)
  here.auth.signIn().catch(() => {})
  const back = open(await signInAt(await here.page.left, 'alice@example.com', app))
  await back.auth.start()
  const { accessToken } = await back.auth.getAccessToken({ resource: api })
  return { provider, settings, introspection, accessToken }
}

/** The same Worker in both runtimes: `ask(path, init)`. */
const RUNTIMES = {
  Node: async (_t, settings) => {
    const verifier = createVerifier(settings)
    return (path, init) => answer(verifier, new Request(new URL(path, api), init))
  },
  workerd: async (t, settings) => {
    const source = `
      import { createVerifier } from './entry/edge/workerd.js'
      const verifier = createVerifier((env) => env.SETTINGS)
      const answer = ${answer}
      export default { fetch: (request) => answer(verifier, request) }`
    const script = await bundle(source, folder, {
      external: ['cloudflare:workers'],
      plugins: [
        {
          name: 'wasm',
          setup: (build) =>
            build.onResolve({ filter: /\.wasm$/ }, () => ({ path: './edge.wasm', external: true })),
        },
      ],
    })
    const worker = new Miniflare({
      modules: [
        { type: 'ESModule', path: 'worker.mjs', contents: script },
        {
          type: 'CompiledWasm',
          path: 'edge.wasm',
          contents: await readFile(new URL('edge.wasm', folder)),
        },
      ],
      compatibilityDate: '2026-04-01',
      bindings: { SETTINGS: settings },
    })
    t.after(() => worker.dispose())
    return (path, init) => worker.dispatchFetch(new URL(path, api), init)
  },
}

async function answer(verifier, request) {
  const { pathname } = new URL(request.url)
  const needs = {
    '/write': { scope: 'inbox:write' },
    '/fresh': { maxAge: 1, acrValues: 'gold' },
  }
  const pass = await verifier.guard(request, needs[pathname])
  if (!pass.ok) {
    pass.response.headers.set('x-code', pass.error?.code ?? '')
    return pass.response
  }
  const body = { sub: pass.claims.sub, form: request.method === 'POST' ? await request.text() : '' }
  return Response.json(body, { headers: pass.headers })
}

const challengeOf = (response) => response.headers.get('www-authenticate')
const seen = (response) => [response.status, response.headers.get('x-code')]

for (const [runtime, start] of Object.entries(RUNTIMES)) {
  test(`${runtime}: a token of a real provider passes, and a missing scope is named`, async (t) => {
    const { settings, accessToken } = await setStage(t)
    assert.equal(decodeProtectedHeader(accessToken).typ, 'at+jwt')
    const ask = await start(t, settings)
    const headers = { authorization: `bearer ${accessToken}`, origin: app }

    for (let times = 0; times < 2; times += 1) {
      const passed = await ask('/', { headers })
      assert.equal(passed.status, 200, challengeOf(passed))
      assert.equal((await passed.json()).sub, 'alice@example.com')
      assert.equal(passed.headers.get('access-control-allow-origin'), app)
      const exposed = passed.headers.get('access-control-expose-headers')
      assert.equal(exposed, 'WWW-Authenticate, DPoP-Nonce')
    }

    const form = { method: 'POST', body: new URLSearchParams({ text: 'hello' }), headers }
    assert.equal((await (await ask('/', form)).json()).form, 'text=hello')

    const lacking = await ask('/write', { headers })
    assert.deepEqual(seen(lacking), [403, 'OIDC_TOKEN_SCOPE_MISSING'])
    assert.match(challengeOf(lacking), /error="insufficient_scope".*scope="inbox:write"/)

    const old = await ask('/fresh', { headers })
    assert.equal(old.status, 401)
    assert.match(challengeOf(old), /insufficient_user_authentication.*acr_values="gold".*max_age="1"/)
  })

  test(`${runtime}: ATJ-06 and ATJ-09, refusals have the error codes of RFC 6750`, async (t) => {
    const { settings, accessToken } = await setStage(t)
    const ask = await start(t, settings)
    const bearer = (token) => ({ headers: { authorization: `Bearer ${token}` } })
    const metadata = 'https://api.example/.well-known/oauth-protected-resource'

    const bare = await ask('/')
    assert.deepEqual(seen(bare), [401, 'OIDC_CREDENTIAL_MISSING'])
    assert.equal(challengeOf(bare), `Bearer realm="${api}", resource_metadata="${metadata}"`)
    assert.equal(bare.headers.get('cache-control'), 'no-store')

    const forged = `${accessToken.slice(0, -8)}AAAAAAAA`
    for (const [path, init, expected] of [
      ['/', bearer(forged), [401, 'OIDC_SIGNATURE_INVALID']],
      ['/', bearer('opaque'), [401, 'OIDC_TOKEN_MALFORMED']],
      ['/', bearer(`${accessToken}, Bearer ${accessToken}`), [400, 'OIDC_CREDENTIAL_INVALID']],
      [`/?access_token=${accessToken}`, {}, [400, 'OIDC_CREDENTIAL_INVALID']],
      ['/', { method: 'POST', body: new URLSearchParams({ access_token: accessToken }) },
        [400, 'OIDC_CREDENTIAL_INVALID']],
    ]) {
      assert.deepEqual(seen(await ask(path, init)), expected)
    }

    const document = await (await ask(new URL(metadata).pathname)).json()
    assert.equal(document.resource, api)
    assert.deepEqual(document.authorization_servers, [settings.issuer])

    const preflight = await ask('/', {
      method: 'OPTIONS',
      headers: {
        origin: app,
        'access-control-request-method': 'GET',
        'access-control-request-headers': 'authorization',
      },
    })
    assert.equal(preflight.status, 204)
    assert.equal(preflight.headers.get('access-control-allow-headers'), 'authorization')
  })

  test(`${runtime}: an unreachable issuer is a 503, never a 401`, async (t) => {
    const { settings, accessToken } = await setStage(t)
    // A server that says nothing of use, where the issuer was.
    const server = createServer((_request, response) => response.writeHead(500).end())
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    t.after(() => server.close())
    const issuer = `http://127.0.0.1:${server.address().port}`
    const ask = await start(t, { ...settings, issuer })
    const headers = { authorization: `Bearer ${accessToken}` }
    const response = await ask('/', { headers })
    assert.equal(response.status, 503)
    assert.ok(Number(response.headers.get('retry-after')) > 0)
    assert.equal(challengeOf(response), null)
  })
}

test('an opaque token is introspected, and passes as long as it is active', async (t) => {
  const { provider, settings, introspection, accessToken } = await setStage(t, {
    accessTokenFormat: 'opaque',
  })
  assert.ok(!accessToken.includes('.'))
  let asked = 0
  const counting = (...request) => {
    asked += 1
    return fetch(...request)
  }
  const verifier = createVerifier({ ...settings, introspection, fetch: counting })
  const headers = { authorization: `Bearer ${accessToken}` }
  const pass = await verifier.guard(new Request(api, { headers }), { scope: 'inbox:read' })
  assert.equal(pass.ok, true, pass.error)
  assert.equal(pass.claims.sub, 'alice@example.com')
  assert.ok(Object.isFrozen(pass.claims))
  await verifier.guard(new Request(api, { headers }))
  assert.equal(asked, 2, 'the metadata, and one answer that is kept')

  // Revoked: a verifier that has no answer yet hears so, and remembers it for a while.
  await revoke(provider, accessToken)
  const other = createVerifier({ ...settings, introspection, fetch: counting })
  for (let times = 0; times < 2; times += 1) {
    await assert.rejects(other.introspect(accessToken), { code: 'OIDC_TOKEN_INACTIVE' })
  }
  assert.equal(asked, 4)
  const refused = await other.guard(new Request(api, { headers }))
  assert.equal(refused.response.status, 401)
  assert.match(challengeOf(refused.response), /error="invalid_token"/)
})

test('UIN-11: verifiers with the same settings share the answers of the issuer', async (t) => {
  const { settings, introspection, accessToken } = await setStage(t, { accessTokenFormat: 'opaque' })
  const { fetch } = globalThis
  const { mock } = t.mock.method(globalThis, 'fetch', (...request) => fetch(...request))
  const make = () => createVerifier({ ...settings, introspection })
  const headers = { authorization: `Bearer ${accessToken}` }
  for (let requests = 0; requests < 3; requests += 1) {
    const pass = await make().guard(new Request(api, { headers }))
    assert.equal(pass.ok, true, pass.error)
  }
  assert.equal(mock.callCount(), 2, 'the metadata, and one answer that is kept')
  for (let requests = 0; requests < 3; requests += 1) {
    await assert.rejects(make().introspect('unknown'), { code: 'OIDC_TOKEN_INACTIVE' })
  }
  assert.equal(mock.callCount(), 3)
  // Another secret is another verifier, which does not share these answers.
  const another = asking.introspection({ ...introspection.settings, clientSecret: 'wrong' })
  await assert.rejects(createVerifier({ ...settings, introspection: another }).introspect(accessToken))
})

test('DSC-10: a key that any of the verifiers dropped verifies no signed answer', async (t) => {
  const { provider, settings, introspection, accessToken } = await setStage(t, { accessTokenFormat: 'opaque' })
  const signed = asking.introspection({ ...introspection.settings, signed: true, keep: 0 })
  const make = () => createVerifier({ ...settings, introspection: signed })
  assert.equal((await make().introspect(accessToken)).active, true)
  const { keys } = await (await fetch(`${provider.issuer}/jwks`)).json()
  await Promise.all(keys.map(({ kid }) => make().drop(kid)))
  await assert.rejects(make().introspect(accessToken), { code: 'OIDC_KEY_NOT_FOUND' })
})

test('UIN-11: a cached answer is for one token, and expires with it', async (t) => {
  const { settings, introspection, accessToken } = await setStage(t, {
    accessTokenFormat: 'opaque',
  })
  let clock = Date.now() / 1000
  const now = () => clock
  const verifier = createVerifier({ ...settings, introspection, now })
  const known = await verifier.introspect(accessToken)
  assert.equal(known.active, true)
  await assert.rejects(verifier.introspect(`${accessToken}x`), { code: 'OIDC_TOKEN_INACTIVE' })
  await assert.rejects(verifier.introspect(accessToken.slice(0, -1)), {
    code: 'OIDC_TOKEN_INACTIVE',
  })
  clock = known.exp + 60
  await assert.rejects(verifier.introspect(accessToken), { code: 'OIDC_TOKEN_EXPIRED' })
})

test('UIN-10: a signed answer is verified, and a plain one is refused instead', async (t) => {
  const { settings, introspection, accessToken } = await setStage(t, {
    accessTokenFormat: 'opaque',
  })
  const signed = asking.introspection({ ...introspection.settings, signed: true })
  const types = []
  const listening = async (...request) => {
    const response = await fetch(...request)
    types.push(response.headers.get('content-type'))
    return response
  }
  const verifier = createVerifier({ ...settings, introspection: signed, fetch: listening })
  assert.equal((await verifier.introspect(accessToken)).sub, 'alice@example.com')
  assert.ok(types.some((type) => type.startsWith('application/token-introspection+jwt')))

  // An attacker on the network answers in plain JSON, or signs with another key.
  for (const [type, body, code] of [
    ['application/json', '{"active":true}', 'OIDC_SIGNATURE_MISSING'],
    ['application/token-introspection+jwt', 'e30.e30.AA', 'OIDC_ALG_FORBIDDEN'],
  ]) {
    const forging = (url, init) =>
      init.method === 'POST'
        ? Promise.resolve(new Response(body, { headers: { 'content-type': type } }))
        : fetch(url, init)
    const deceived = createVerifier({ ...settings, introspection: signed, fetch: forging })
    await assert.rejects(deceived.introspect(accessToken), { code })
  }
})

test('`introspection` and `userinfo` must come from countersign/introspection: plain settings are refused', () => {
  const settings = { issuer: 'https://op.example', audience: api }
  for (const at of ['introspection', 'userinfo']) {
    const plain = { clientId: 'api', clientSecret: 'secret' }
    const make = () => createVerifier({ ...settings, [at]: plain })
    assert.throws(make, { code: 'OIDC_CONFIG_INVALID', at })
  }
})

test('UIN-01 and UIN-03: UserInfo, plain and signed, of the requested user only', async (t) => {
  const double = await startDouble()
  t.after(() => double.close())
  const settings = { issuer: double.issuer, audience: api, allowLoopbackIssuer: true }
  const userinfo = asking.userinfo({ clientId: 'spa' })
  const verifier = createVerifier({ ...settings, userinfo })
  assert.equal((await verifier.userinfo('t', { sub: 'alice' })).name, 'Alice')
  await assert.rejects(verifier.userinfo('t', { sub: 'bob' }), {
    code: 'OIDC_USERINFO_SUB_MISMATCH',
  })
  const asked = double.asked.find(({ path }) => path === '/me')
  assert.equal(asked.headers.authorization, 'Bearer t')

  const strict = createVerifier({ ...settings, userinfo: asking.userinfo({ clientId: 'spa', signed: true }) })
  await assert.rejects(strict.userinfo('t', { sub: 'alice' }), { code: 'OIDC_SIGNATURE_MISSING' })
  const answerWith = (claims, key) => {
    double.answers['/me'] = () => ({
      status: 200,
      headers: { 'content-type': 'application/jwt' },
      body: signJwt(double, claims, key),
    })
  }
  const right = { iss: double.issuer, aud: 'spa', sub: 'alice', name: 'Alice' }
  answerWith(right)
  assert.equal((await strict.userinfo('t', { sub: 'alice' })).name, 'Alice')
  for (const [claims, key, code] of [
    [{ ...right, iss: 'https://evil.example' }, undefined, 'OIDC_ISSUER_MISMATCH'],
    [{ ...right, aud: 'other' }, undefined, 'OIDC_AUDIENCE_MISMATCH'],
    [{ ...right, aud: undefined }, undefined, 'OIDC_CLAIM_INVALID'],
    [{ ...right, sub: 'bob' }, undefined, 'OIDC_USERINFO_SUB_MISMATCH'],
    [{ ...right, exp: 1 }, undefined, 'OIDC_TOKEN_EXPIRED'],
    [right, double.otherKey(), 'OIDC_SIGNATURE_INVALID'],
  ]) {
    answerWith(claims, key)
    await assert.rejects(strict.userinfo('t', { sub: 'alice' }), { code })
  }
})

test('a replay store lets a token pass once, and none while the store fails', async (t) => {
  const { settings, accessToken } = await setStage(t)
  const once = createVerifier({ ...settings, replay: memoryReplay() })
  const all = await Promise.allSettled([1, 2, 3].map(() => once.verify(accessToken)))
  assert.equal(all.filter(({ status }) => status === 'fulfilled').length, 1)
  await assert.rejects(once.verify(accessToken), { code: 'OIDC_TOKEN_REPLAYED' })
  // Another verifier with a store of its own has not seen it.
  await createVerifier({ ...settings, replay: memoryReplay() }).verify(accessToken)
  const headers = { authorization: `Bearer ${accessToken}` }
  const full = createVerifier({ ...settings, replay: memoryReplay({ most: 0 }) })
  const pass = await full.guard(new Request(api, { headers }))
  assert.equal(pass.error.code, 'OIDC_REPLAY_UNAVAILABLE')
  assert.equal(pass.response.status, 503)
})

test('a requirement that is misspelled, empty or undefined is refused', async () => {
  const verifier = createVerifier({ issuer: 'https://op.example', audience: api })
  for (const [need, at] of [
    [{ scopes: ['admin'] }, 'scopes'],
    [{ scope: 'read', acr_values: 'gold' }, 'acr_values'],
    [{ maxage: 5 }, 'maxage'],
    [{ scope: undefined }, 'scope'],
    [{ scope: '' }, 'scope'],
    [{ scope: [] }, 'scope'],
    [{ scope: [' '] }, 'scope'],
    [{ acrValues: '' }, 'acrValues'],
    [{ maxAge: NaN }, 'maxAge'],
    [{ maxAge: 1n }, 'maxAge'],
    [null, ''],
    [[], ''],
    [() => {}, ''],
  ]) {
    const expected = { name: 'OidcError', code: 'OIDC_EXPECTED_INVALID', blame: 'App', at }
    await assert.rejects(verifier.guard(new Request(api), need), expected)
  }
})

test('ATJ-06: a body that cannot be read is a bad request, unless the header has a token', async (t) => {
  const { settings, accessToken } = await setStage(t)
  const verifier = createVerifier(settings)
  const post = (body, authorization) => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded', ...authorization }
    return new Request(api, { method: 'POST', duplex: 'half', body, headers })
  }
  const header = { authorization: `Bearer ${accessToken}` }
  const bodies = {
    broken: (more) =>
      post(new ReadableStream({ pull: (one) => one.error(new Error('gone')) }), more),
    locked: (more) => {
      const request = post('a=b', more)
      request.body.getReader()
      return request
    },
    'never sent': (more) => post(new ReadableStream({ pull: () => new Promise(() => {}) }), more),
  }
  for (const [name, make] of Object.entries(bodies)) {
    const pass = await verifier.guard(make({}))
    assert.deepEqual([pass.response?.status, pass.error?.code], [400, 'OIDC_CREDENTIAL_INVALID'], name)
    assert.match(challengeOf(pass.response), /error="invalid_request"/, name)
    assert.equal((await verifier.guard(make(header))).ok, true, name)
  }
  const twice = await verifier.guard(post('access_token=x', header))
  assert.equal(twice.response.status, 400)
  // A request that is refused for its header is refused at once, without reading the body.
  const unread = post(new ReadableStream({ pull: () => new Promise(() => {}) }), {
    authorization: 'Bearer a, Bearer b',
  })
  const before = performance.now()
  assert.equal((await verifier.guard(unread)).response.status, 400)
  assert.ok(performance.now() - before < 1000)
})

test('introspect and userinfo refuse a token or sub that is not a text, without a request', async (t) => {
  const double = await startDouble()
  t.after(() => double.close())
  const verifier = createVerifier({
    ...{ issuer: double.issuer, audience: api, allowLoopbackIssuer: true },
    introspection: asking.introspection({ clientId: 'api', clientSecret: 's' }),
    userinfo: asking.userinfo({}),
  })
  for (const odd of [undefined, null, 5, {}, '']) {
    await assert.rejects(verifier.introspect(odd), { code: 'OIDC_TOKEN_MALFORMED' })
    await assert.rejects(verifier.userinfo(odd, { sub: 'a' }), { code: 'OIDC_TOKEN_MALFORMED' })
    const expected = { code: 'OIDC_EXPECTED_INVALID', blame: 'App', at: 'sub' }
    await assert.rejects(verifier.userinfo('t', { sub: odd }), expected)
    await assert.rejects(verifier.userinfo('t', odd), expected)
  }
  const large = 't'.repeat(16 * 1024 + 1)
  await assert.rejects(verifier.introspect(large), { code: 'OIDC_TOKEN_TOO_LARGE' })
  await assert.rejects(verifier.userinfo(large, { sub: 'a' }), { code: 'OIDC_TOKEN_TOO_LARGE' })
  assert.deepEqual(double.asked, [])
})

async function revoke(provider, token) {
  const body = new URLSearchParams({ token, client_id: 'demo-spa' })
  const url = new URL('/token/revocation', provider.issuer)
  const response = await fetch(url, { method: 'POST', body })
  assert.equal(response.status, 200)
}

function signJwt(double, claims, key = double.signer) {
  const input = `${jsonToBase64url({ alg: 'RS256', kid: 'one' })}.${jsonToBase64url(claims)}`
  return `${input}.${createSign('sha256').update(input).sign(key, 'base64url')}`
}
