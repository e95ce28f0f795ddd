// A connection of Aisera: eight fields become a client at the edge that knows two endpoints and no issuer.
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import test from 'node:test'
import { app, browse, SECRET } from '../support/edge-app.mjs'
import { advanceClock } from '../support/clock.mjs'
import { load } from '../support/package.mjs'
import { signInAt } from '../support/person.mjs'
import { startAuth0 } from '../support/auth0.mjs'
import { code } from '../support/stage.mjs'

const { createClient } = await load('.')
const { createSessions } = await load('./sessions')
const { createVerifier } = await load('./edge')
const { fromAisera, aiseraFetch } = await load('./aisera')
const codeOf = async (response) => /OIDC_\w+/.exec(await response.text())?.[0]
const recorded = JSON.parse(await readFile(new URL('../../vectors/providers/aisera/oidc-integration-fields.json', import.meta.url)))

const CLIENT = { client_id: 'console', client_secret: 'secret-of-the-registration', token_endpoint_auth_method: 'client_secret_post' }

const FIELDS = {
  'Authorization URL': 'https://tenant.eu.auth0.example/authorize',
  'Client Id': 'console',
  'Client Secret': 'secret-of-the-registration',
  'Access Token URL': 'https://tenant.eu.auth0.example/oauth/token',
  Nonce: 'of the form',
  Scope: 'openid offline_access',
  'Response Type': 'code',
  Prompt: 'login',
}

const USUAL = { integration: 'ServiceNow', origins: ['https://api.example'] }

/** A browser in front of an app with this connection. */
function open(settings, more) {
  const browser = browse(createSessions({ ...settings, secret: SECRET, ...more }))
  browser.enter = async (fetch = more?.fetch) => {
    const away = await browser.handle('/auth/login?returnTo=/inbox')
    if (away.status !== 302) return away
    return browser.handle(await signInAt(away.headers.get('location'), 'ada', app, fetch))
  }
  return browser
}

/** Listens on this machine; `answer` gets the request and its body, and gives a `Response`. */
async function serve(t, answer) {
  const server = createServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray()).toString()
    const found = await answer(request, body)
    response.writeHead(found.status, Object.fromEntries(found.headers)).end(Buffer.from(await found.arrayBuffer()))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  return `http://127.0.0.1:${server.address().port}`
}

/** The parameters of the request that a login makes. */
async function requested(options, fields = FIELDS) {
  const { settings } = await fromAisera(fields, { ...USUAL, ...options })
  const away = await open(settings).handle('/auth/login')
  return Object.fromEntries(new URL(away.headers.get('location')).searchParams)
}

test('the eight fields of the form are imported as they are, as an object and as text', async () => {
  assert.deepEqual(Object.keys(FIELDS).sort(), [...recorded.fields].sort())
  for (const integration of recorded.integrations) {
    const { settings, calls } = await fromAisera(JSON.stringify(FIELDS), { ...USUAL, integration, query: { sysparm_limit: '5' } })
    assert.deepEqual(JSON.parse(JSON.stringify(settings)), {
      user: false,
      metadata: { authorization_endpoint: FIELDS['Authorization URL'], token_endpoint: FIELDS['Access Token URL'] },
      clientId: 'console',
      clientSecret: 'secret-of-the-registration',
      authMethod: 'client_secret_post',
      scope: 'openid offline_access',
      prompt: 'login',
    })
    assert.equal(calls.token, integration === 'ServiceNow' ? 'id_token' : 'access_token')
    assert.deepEqual({ ...calls.query }, { sysparm_limit: '5' })
  }
})

test('an unknown, missing or mistyped field is named as the form spells it', async () => {
  for (const [change, at] of [
    [{ Issuer: 'x' }, 'Issuer'],
    [{ 'Client ID': 'x' }, 'Client ID'],
    [{ 'Authorization URL': undefined }, 'Authorization URL'],
    [{ 'Authorization URL': 'http://op.example/a' }, 'Authorization URL'],
    [{ 'Access Token URL': 'nowhere' }, 'Access Token URL'],
    [{ 'Client Id': '' }, 'Client Id'],
    [{ 'Client Secret': 7 }, 'Client Secret'],
    [{ Nonce: {} }, 'Nonce'],
    [{ Scope: ['openid'] }, 'Scope'],
    [{ 'Response Type': 'id_token token' }, 'Response Type'],
    [{ Prompt: true }, 'Prompt'],
  ]) {
    await assert.rejects(fromAisera({ ...FIELDS, ...change }, USUAL), code('OIDC_CONFIG_INVALID', at), JSON.stringify(change))
  }
  for (const [change, at] of [
    [{ integration: 'Salesforce' }, 'integration'],
    [{ integration: undefined }, 'integration'],
    [{ origins: undefined }, 'origins'],
    [{ origins: ['https://api.example/path'] }, 'origins'],
    [{ origins: ['http://api.example'] }, 'origins'],
    [{ query: { limit: 5 } }, 'query'],
    [{ token: 'refresh_token' }, 'token'],
    [{ nonceMode: 'fixed' }, 'nonceMode'],
    [{ authMethod: 'private_key_jwt' }, 'authMethod'],
    [{ header: 'x' }, 'header'],
  ]) {
    await assert.rejects(fromAisera(FIELDS, { ...USUAL, ...change }), code('OIDC_CONFIG_INVALID', at), JSON.stringify(change))
  }
  for (const other of [undefined, null, 5, '[]', 'x']) {
    await assert.rejects(fromAisera(other, USUAL), code('OIDC_CONFIG_INVALID'), String(other))
  }
})

test('A1: the request has exactly the parameters of the fields', async () => {
  const all = await requested()
  const always = ['client_id', 'code_challenge', 'code_challenge_method', 'nonce', 'redirect_uri', 'response_type', 'state']
  assert.deepEqual(Object.keys(all).sort(), [...always, 'prompt', 'scope'].sort())
  const { response_type, client_id, redirect_uri, scope, prompt, code_challenge_method } = all
  assert.deepEqual([response_type, client_id, redirect_uri, scope, prompt, code_challenge_method],
    ['code', 'console', `${app}/auth/callback`, 'openid offline_access', 'login', 'S256'])
  const bare = await requested({}, { ...FIELDS, Scope: '', Prompt: '', Nonce: '', 'Response Type': '' })
  assert.deepEqual(Object.keys(bare).sort(), always)
  const unproved = await requested({ pkce: false })
  assert.deepEqual(Object.keys(unproved).sort(), [...always.filter((name) => !name.startsWith('code_')), 'prompt', 'scope'].sort())
})

test('A1: the nonce is a fresh one per request, and the static one of the form only when asked, with a warning', async () => {
  const nonces = [await requested(), await requested()].map(({ nonce }) => nonce)
  assert.equal(new Set([...nonces, FIELDS.Nonce]).size, 3)
  const hints = []
  const log = (hint) => void hints.push(hint)
  assert.equal((await requested({ nonceMode: 'static', log })).nonce, FIELDS.Nonce)
  assert.equal(hints.length, 1)
  assert.match(hints[0], /nonce/)
  await requested({ log })
  assert.equal(hints.length, 1)
  await assert.rejects(fromAisera({ ...FIELDS, Nonce: '' }, { ...USUAL, nonceMode: 'static' }), code('OIDC_CONFIG_INVALID', 'Nonce'))
})

test('A2: the code is exchanged with the secret in the form, or in the header if asked', async (t) => {
  for (const [authMethod, by] of [['client_secret_post', ''], ['client_secret_basic', 'Basic']]) {
    const op = await startAuth0(t, { client: { ...CLIENT, token_endpoint_auth_method: authMethod } })
    const { settings } = await fromAisera(FIELDS, { ...USUAL, ...(by && { authMethod }) })
    const browser = open(settings, { fetch: op.fetch })
    const response = await browser.enter()
    assert.equal(response.headers.get('location'), `${app}/inbox`, await response.text())
    assert.deepEqual(op.log.map((one) => [one.by, one.status]), [[by, 200]])
  }
})

test('A2: the secret never reaches a browser', async (t) => {
  const op = await startAuth0(t, { client: CLIENT })
  const { settings } = await fromAisera(FIELDS, USUAL)
  const browser = open(settings, { fetch: op.fetch })
  const away = await browser.handle('/auth/login')
  const seen = [away.headers.get('location'), JSON.stringify([...browser.jar])]
  await browser.enter()
  seen.push(JSON.stringify([...browser.jar]))
  for (const text of seen) assert.ok(!text.includes(FIELDS['Client Secret']))
  await assert.rejects(async () => createClient({ ...settings, redirectUri: `${app}/cb` }), code('OIDC_CONFIG_INVALID'))
})

test('A2: a server that knows no PKCE gets no code_verifier', async (t) => {
  const op = await startAuth0(t, { client: CLIENT })
  const { settings } = await fromAisera(FIELDS, { ...USUAL, pkce: false })
  assert.equal((await open(settings, { fetch: op.fetch }).enter()).status, 302)
  assert.equal(op.log[0].params.code_verifier, undefined)
})

/** A connection whose two endpoints are on this machine; `answer` makes the token response of a nonce. */
async function openLocal(t, answer, options, fields, more) {
  let nonce
  const origin = await serve(t, async (request) => {
    if (request.url.startsWith('/authorize')) {
      const asked = new URL(request.url, 'http://op.example').searchParams
      nonce = asked.get('nonce')
      return new Response(null, { status: 302, headers: { location: `${asked.get('redirect_uri')}?code=c&iss=https://any.example&state=${asked.get('state')}` } })
    }
    return Response.json({ token_type: 'bearer', access_token: 'access', ...answer(nonce) })
  })
  const given = { ...FIELDS, 'Authorization URL': `${origin}/authorize`, 'Access Token URL': `${origin}/token`, ...fields }
  const { settings } = await fromAisera(given, { ...USUAL, ...options })
  return open(settings, { allowLoopbackIssuer: true, ...more })
}

const unsigned = (claims) =>
  [{ alg: 'RS256', kid: 'k' }, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.') + '.c2ln'
const soon = () => Math.floor(Date.now() / 1000) + 300

test('A4: an ID token makes no user without an issuer, whatever it says', async (t) => {
  const finished = []
  const browser = await openLocal(t, (nonce) => ({ id_token: unsigned({ iss: 'https://any.example', sub: 'admin', aud: 'console', exp: soon(), nonce }) }))
  assert.equal((await browser.enter(fetch)).headers.get('location'), `${app}/inbox`)
  const response = await browser.with(async (session) => {
    finished.push(session.user, (await session.getAccessToken()).accessToken, (await session.getIdToken()).split('.').length)
    return new Response()
  })
  assert.equal(response.status, 200)
  assert.deepEqual(finished, [null, 'access', 3])
  assert.deepEqual({ ...(await browser.sessions.session(browser.request('/'))) }, { user: null })
  const other = browse(createSessions({ issuer: 'https://op.example', clientId: 'console', clientSecret: 'x', secret: SECRET }))
  for (const [name, cookie] of browser.jar) other.jar.set(name, cookie)
  assert.equal(await other.user(), null, 'it is no session of a client that has users')
})

test('A4: onSignIn has no user, and a sign-in without an ID token is one too', async (t) => {
  const got = []
  const browser = await openLocal(t, () => ({}), { integration: 'Generic' }, { Scope: '' }, {
    onSignIn: ({ user, returnTo }) => void got.push(user, returnTo),
  })
  await browser.enter(fetch)
  assert.deepEqual(got, [null, `${app}/inbox`])
  const response = await browser.with(async (session) => new Response(await session.getIdToken()))
  assert.equal(await codeOf(response), 'OIDC_ID_TOKEN_MISSING')
})

test('A4: an ID token that surely answers another request is refused', async (t) => {
  for (const [claims, expected] of [
    [{ aud: 'console', exp: soon(), nonce: 'other' }, 'OIDC_NONCE_MISMATCH'],
    [{ aud: 'console', exp: soon(), nonce: undefined }, 'OIDC_NONCE_MISMATCH'],
    [{ aud: 'other', exp: soon() }, 'OIDC_AUDIENCE_MISMATCH'],
    [{ aud: 'console', exp: soon() - 400 }, 'OIDC_TOKEN_EXPIRED'],
    [{ aud: 'console' }, 'OIDC_CLAIM_INVALID'],
  ]) {
    const browser = await openLocal(t, (nonce) => ({ id_token: unsigned({ nonce, ...claims }) }))
    assert.equal(await codeOf(await browser.enter(fetch)), expected, JSON.stringify(claims))
    assert.deepEqual(browser.chunks(), [])
  }
  const broken = await openLocal(t, () => ({ id_token: 'x.y.z' }))
  assert.equal(await codeOf(await broken.enter(fetch)), 'OIDC_TOKEN_MALFORMED')
  const none = await openLocal(t, () => ({ access_token: '' }))
  assert.equal(await codeOf(await none.enter(fetch)), 'OIDC_TOKEN_RESPONSE_INVALID')
})

test('A4: with an issuer the ID token is verified, and the session has a user', async (t) => {
  const op = await startAuth0(t, { client: CLIENT })
  const { settings } = await fromAisera(FIELDS, { ...USUAL, issuer: op.issuer })
  const browser = open(settings, { fetch: op.fetch })
  await browser.enter()
  assert.equal((await browser.user()).sub, 'ada')
  const forged = open(settings, {
    async fetch(input, init) {
      const response = await op.fetch(input, init)
      if (!new URL(new Request(input).url).pathname.endsWith('/token')) return response
      const body = await response.json()
      return Response.json({ ...body, id_token: body.id_token.replace(/\.[^.]+$/, `.${'A'.repeat(342)}`) })
    },
  })
  assert.equal(await codeOf(await forged.enter(op.fetch)), 'OIDC_SIGNATURE_INVALID')
})

/** An API that checks the user's ID token as ServiceNow does, and tells whose it is. */
async function startGate(t, op, { denied = new Set() } = {}) {
  const verifier = createVerifier({ issuer: op.issuer, audience: 'console', kind: 'id_token', fetch: op.fetch })
  const calls = []
  const origin = await serve(t, async (request, body) => {
    const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1]
    calls.push({ url: request.url, method: request.method, token, body, cookie: request.headers.cookie })
    const to = new URL(request.url, 'http://gate.example').searchParams.get('to')
    if (to) return new Response(null, { status: request.method === 'POST' ? 307 : 302, headers: { location: to } })
    const claims = token && (await verifier.verify(token, { nonce: 'any' }).catch(() => undefined))
    const isKnown = claims && !denied.has(claims.sub)
    return isKnown ? Response.json({ user: claims.sub }) : Response.json({ status: 'failure' }, { status: 401 })
  })
  return { origin, calls }
}

/** A user who signed in, and calls the external system. */
async function openUser(t, op, gate, options, more) {
  const { settings, calls } = await fromAisera(FIELDS, { ...USUAL, origins: [gate.origin], ...options })
  const browser = open(settings, { fetch: op.fetch, ...more })
  await browser.enter(op.fetch)
  browser.call = (path, init) => browser.with((session) => aiseraFetch(session, calls)(new URL(path, gate.origin), init))
  return browser
}

test('A3: the token of the integration is in the header of calls to the listed origin, with the query parameters', async (t) => {
  const op = await startAuth0(t, { client: CLIENT })
  const gate = await startGate(t, op)
  const user = await openUser(t, op, gate, { query: { sysparm_limit: '5', sysparm_query: 'a=b' } })
  assert.deepEqual(await (await user.call('/api/now/table/incident?sysparm_limit=1')).json(), { user: 'ada' })
  assert.equal(gate.calls[0].url, '/api/now/table/incident?sysparm_limit=1&sysparm_query=a%3Db')
  assert.equal((await user.call('/x', { method: 'POST', body: 'text' })).status, 200)
  assert.deepEqual([gate.calls[1].method, gate.calls[1].body], ['POST', 'text'])
  const generic = await openUser(t, op, gate, { integration: 'Generic' })
  assert.equal((await generic.call('/x')).status, 401, 'this system takes ID tokens only')
  assert.notEqual(gate.calls.at(-1).token.split('.').length, 3)
})

test('A3: another origin gets no header, and a redirect to one loses it', async (t) => {
  const op = await startAuth0(t, { client: CLIENT })
  const gate = await startGate(t, op)
  const thief = await startGate(t, op)
  const user = await openUser(t, op, gate)
  await user.call(`${thief.origin}/x`)
  await user.call(`/x?to=${thief.origin}/stolen`, { headers: { cookie: 'a=b' } })
  await user.call(`/x?to=${thief.origin}/posted`, { method: 'POST', body: 'text', headers: { cookie: 'a=b' } })
  assert.deepEqual(thief.calls.map(({ url, token, cookie }) => [url, token, cookie]),
    [['/x', undefined, undefined], ['/stolen', undefined, undefined], ['/posted', undefined, undefined]])
  assert.equal(thief.calls[2].body, 'text')
  // Back at the listed origin the token does not come back: the thief chose the address.
  await user.call(`/x?to=${encodeURIComponent(`${thief.origin}/y?to=${gate.origin}/back`)}`)
  assert.deepEqual([gate.calls.at(-1).url, gate.calls.at(-1).token], ['/back', undefined])
  const own = await user.call(`/x?to=${gate.origin}/moved`)
  assert.deepEqual([own.status, (await own.json()).user], [200, 'ada'], 'the same origin keeps it')
  const kept = await user.call('/x', { headers: { authorization: 'Bearer mine' } })
  assert.deepEqual([kept.status, gate.calls.at(-1).token], [401, 'mine'], "the caller's own header is kept")
  assert.equal((await user.call(`/x?to=${thief.origin}/z`, { redirect: 'manual' })).status, 302)
  await assert.rejects(user.call(`/x?to=${thief.origin}/z`, { redirect: 'error' }), TypeError)
})

test("A3: a redirect to another API of the app gets no token, also if the session's own fetch would send one", async (t) => {
  const op = await startAuth0(t, { client: CLIENT })
  const [gate, other] = [await startGate(t, op), await startGate(t, op)]
  const user = await openUser(t, op, gate, {}, { apis: { [`${other.origin}/`]: {} } })
  assert.equal((await user.call(`/x?to=${other.origin}/y`)).status, 401)
  assert.deepEqual(other.calls.map(({ url, token }) => [url, token]), [['/y', undefined]])
  assert.equal(op.log.length, 1, 'no renewal for a call that had no token')
})

/** An API that redirects as its query says, and a log of the headers that each request had. */
async function startRedirects(t) {
  const seen = []
  const origin = await serve(t, async (request) => {
    seen.push({ path: new URL(request.url, 'http://a.example').pathname, headers: request.headers })
    const query = new URL(request.url, 'http://a.example').searchParams
    const headers = query.has('to') ? { location: query.get('to') } : {}
    return new Response(null, { status: Number(query.get('status') ?? (query.has('to') ? 302 : 200)), headers })
  })
  return { origin, seen }
}

const USER = {
  getAccessToken: async () => ({ accessToken: 'token' }),
  getIdToken: async () => 'token',
  fetch: (input, init) => fetch(input, init),
}

test('A3: a redirect to an address that is not http is refused', async (t) => {
  const { origin } = await startRedirects(t)
  const call = aiseraFetch(USER, { token: 'access_token', origins: [origin], query: {} })
  const to = (address, more = '') => `${origin}/x?to=${encodeURIComponent(address)}${more}`
  for (const address of ['data:application/json,{"role":"admin"}', 'file:///etc/passwd', 'blob:null', 'javascript:1', 'http://u:p@a.example']) {
    await assert.rejects(call(to(address)), TypeError, address)
  }
  await assert.rejects(call(to('http://[broken')), TypeError)
  // Only a redirect is one: the address in another response is not looked at.
  assert.equal((await call(to('data:,x', '&status=201'))).status, 201)
})

test('A3: a redirect to another origin keeps no header that may be a credential', async (t) => {
  const [api, thief] = [await startRedirects(t), await startRedirects(t)]
  const call = aiseraFetch(USER, { token: 'access_token', origins: [api.origin], query: {} })
  const headers = { 'x-api-key': 'k', 'x-auth-token': 'k', cookie: 'a=b', 'x-custom': 'k', accept: 'text/plain', 'content-type': 'text/plain' }
  await call(`${api.origin}/x?to=${thief.origin}/y&status=307`, { method: 'POST', body: 'text', headers })
  const [{ headers: got }] = thief.seen
  for (const name of ['x-api-key', 'x-auth-token', 'cookie', 'x-custom', 'authorization']) assert.equal(got[name], undefined, name)
  assert.deepEqual([got.accept, got['content-type']], ['text/plain', 'text/plain'])
  await call(`${api.origin}/x?to=${api.origin}/y`, { headers })
  assert.equal(api.seen.at(-1).headers['x-api-key'], 'k', 'the same origin keeps them')
})

test('A3: after a redirect to another origin, the given fetch sends the request', async (t) => {
  const [api, other] = [await startRedirects(t), await startRedirects(t)]
  const calls = { token: 'access_token', origins: [api.origin], query: {} }
  const sent = []
  const own = (input, init) => {
    sent.push(String(input))
    return fetch(input, init)
  }
  await aiseraFetch(USER, calls, { fetch: own })(`${api.origin}/x?to=${other.origin}/y`)
  assert.deepEqual(sent, [`${other.origin}/y`])
  for (const [options, at] of [[{ fetch: 1 }, 'fetch'], [{ Fetch: own }, 'Fetch']]) {
    assert.throws(() => aiseraFetch(USER, calls, options), { code: 'OIDC_CONFIG_INVALID', at })
  }
})

test('A3: two concurrent users never mix', async (t) => {
  const next = { login: 'ada' }
  const op = await startAuth0(t, { client: CLIENT, next })
  const gate = await startGate(t, op)
  const { settings, calls } = await fromAisera(FIELDS, { ...USUAL, origins: [gate.origin] })
  const sessions = createSessions({ ...settings, secret: SECRET, fetch: op.fetch })
  const users = []
  for (const login of ['ada', 'bob', 'eve']) {
    next.login = login
    const browser = browse(sessions)
    const away = await browser.handle('/auth/login')
    await browser.handle(await signInAt(away.headers.get('location'), login, app, op.fetch))
    users.push([login, browser])
  }
  const rounds = Array.from({ length: 8 }, () => users).flat()
  const answers = await Promise.all(rounds.map(async ([login, { sessions, request }]) => {
    const response = await sessions.with(request('/'), (session) => aiseraFetch(session, calls)(`${gate.origin}/x`))
    return [login, (await response.json()).user]
  }))
  for (const [login, user] of answers) assert.equal(user, login)
})

test('A5: 200; an expired token is renewed and the call sent once more; a second 401 is the response', async (t) => {
  const op = await startAuth0(t, { client: CLIENT, idTokenTtl: 600 })
  const denied = new Set()
  const gate = await startGate(t, op, { denied })
  const user = await openUser(t, op, gate)
  assert.equal((await user.call('/x')).status, 200)
  assert.deepEqual([gate.calls.length, op.log.length], [1, 1])
  // The access token is good for an hour: only the external system says that the ID token is old.
  advanceClock(t, 700)
  const renewed = await user.call('/x', { method: 'POST', body: 'once more' })
  assert.deepEqual([renewed.status, (await renewed.json()).user], [200, 'ada'])
  assert.deepEqual(gate.calls.slice(1).map(({ body }) => body), ['once more', 'once more'])
  assert.deepEqual(op.log.map(({ grant }) => grant), ['authorization_code', 'refresh_token'])
  assert.equal((await user.call('/x')).status, 200, 'the session keeps the new token')
  assert.equal(gate.calls.length, 4)
  denied.add('ada')
  advanceClock(t, 5)
  const refused = await user.call('/x')
  assert.deepEqual([refused.status, await refused.json()], [401, { status: 'failure' }])
  assert.deepEqual([gate.calls.length, op.log.length], [6, 3], 'one renewal, one more call')
})

test('A5: end to end into the ServiceNow gate: the user of the token, renewed after a 401, and refused in its words', async (t) => {
  const { createGate } = await load('./servicenow')
  const op = await startAuth0(t, { client: CLIENT, idTokenTtl: 600 })
  const users = [{ sys_id: 'id-of-ada', email: 'ada@example.com' }]
  const { guard } = createGate({
    entities: [{ name: 'Auth0', clientId: 'console', metadataUrl: `${op.issuer}.well-known/openid-configuration`, userClaim: 'email', userField: 'email' }],
    findUser: ({ value }) => users.filter(({ email }) => email === value),
    fetch: op.fetch,
  })
  const seen = []
  const origin = await serve(t, async (request) => {
    const pass = await guard(new Request(`https://dev.service-now.example${request.url}`, { headers: request.headers }))
    seen.push(pass.ok ? 200 : pass.error.code)
    return pass.ok ? Response.json({ result: { caller: pass.user.sys_id } }) : pass.response
  })
  const fields = { ...FIELDS, Scope: 'openid email' }
  const { settings, calls } = await fromAisera(fields, { ...USUAL, origins: [origin], query: { sysparm_limit: '1' } })
  const user = open(settings, { fetch: op.fetch })
  await user.enter()
  const call = () => user.with((session) => aiseraFetch(session, calls)(`${origin}/api/now/table/incident`))
  assert.deepEqual(await (await call()).json(), { result: { caller: 'id-of-ada' } })
  // The gate tolerates 300 seconds.
  advanceClock(t, 1000)
  assert.deepEqual(await (await call()).json(), { result: { caller: 'id-of-ada' } })
  assert.deepEqual(seen, [200, 'OIDC_TOKEN_EXPIRED', 200])
  users.pop()
  advanceClock(t, 5)
  const refused = await call()
  assert.equal(refused.status, 401)
  assert.equal(await refused.text(), '{"error":{"message":"User Not Authenticated","detail":"Required to provide Auth information"},"status":"failure"}')
  assert.deepEqual(seen.slice(3), ['OIDC_USER_UNKNOWN', 'OIDC_USER_UNKNOWN'])
})

test('A5: without a refresh token the first 401 is the response', async (t) => {
  const op = await startAuth0(t, { client: { ...CLIENT, grant_types: ['authorization_code'] } })
  const gate = await startGate(t, op, { denied: new Set(['ada']) })
  const user = await openUser(t, op, gate)
  assert.equal((await user.call('/x')).status, 401)
  assert.deepEqual([gate.calls.length, op.log.length], [1, 1])
})
