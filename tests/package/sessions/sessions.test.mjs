// Sign-in held at the edge, against a real provider (npm's oidc-provider) over sockets. Only the browser
// in front of the app is made up.
import assert from 'node:assert/strict'
import test from 'node:test'
import { advanceClock } from '../support/clock.mjs'
import { app, browse, openApp, OTHER, SECRET, settingsAt, startApi, startOp } from '../support/edge-app.mjs'
import { load } from '../support/package.mjs'
import { signInAt } from '../support/person.mjs'
import { makeGate } from '../support/gate.mjs'
import { code } from '../support/stage.mjs'

const { createSessions } = await load('./sessions')
const codeOf = async (response) => /^OIDC_\w+/.exec(await response.text())?.[0]
const refreshes = ({ log }) => log.filter(({ grant }) => grant === 'refresh_token')

test('a sign-in at a server redirects to returnTo, and its claims are verified', async (t) => {
  const op = await startOp(t)
  const browser = await openApp(settingsAt(op.issuer))
  assert.equal(await browser.user(), null)
  const { response } = await browser.signIn()
  assert.deepEqual([response.status, response.headers.get('location')], [302, `${app}/inbox`])
  const user = await browser.user()
  assert.deepEqual([user.sub, user.iss, user.aud], ['alice@example.com', op.issuer, 'edge:app'])
  assert.ok(Object.isFrozen(user))
  const said = await browser.with((session) => Response.json(session.user.email))
  assert.equal(await said.json(), 'alice@example.com')
  assert.deepEqual(op.log.map(({ by }) => by), ['Basic'])
  for (const path of ['/', '/auth', '/auth/', '/auth/other', '/authlogin', '/x/auth/login']) {
    assert.equal(await browser.sessions.handle(browser.request(path)), undefined, path)
  }
})

test('TOK-09: the client secret is in the form with the setting authMethod client_secret_post', async (t) => {
  const op = await startOp(t, { auth: 'client_secret_post' })
  const browser = await openApp(settingsAt(op.issuer, { authMethod: 'client_secret_post' }))
  assert.equal((await browser.signIn()).response.status, 302)
  assert.deepEqual(op.log.map(({ by, status }) => [by, status]), [['', 200]])
})

test('BFF-01: cookies are __Host-, Secure and HttpOnly', async (t) => {
  const op = await startOp(t)
  const browser = await openApp(settingsAt(op.issuer))
  await browser.handle('/auth/login')
  assert.equal(browser.pending().length, 1)
  const [[name, { age }]] = browser.jar
  assert.ok(name.startsWith('__Host-countersign-') && age <= 7200 && age > 7190)
  browser.jar.clear()
  await browser.signIn()
  for (const name of browser.chunks()) {
    assert.equal(browser.jar.get(name).age, undefined, 'it goes with the browser')
  }
  const strict = await openApp(settingsAt(op.issuer, { cookie: { name: 'mine', sameSite: 'strict', maxAge: 600 } }))
  assert.equal((await strict.signIn()).response.status, 302)
  const { sameSite, age: stays } = strict.jar.get('__Host-mine')
  assert.equal(sameSite, 'SameSite=Strict')
  assert.ok(stays > 590 && stays <= 600)
})

test('a token is sent to the configured APIs only', async (t) => {
  const [op, api] = [await startOp(t), await startApi(t)]
  const browser = await openApp(settingsAt(op.issuer, { apis: { [`${api}inbox`]: {} } }))
  await browser.signIn()
  const said = await browser.with(async (session) => {
    const { accessToken } = await session.getAccessToken()
    const to = async (path, init) => (await session.fetch(api + path, init)).text()
    assert.equal(await to('inbox'), `Bearer ${accessToken}`)
    assert.equal(await to('inbox/1'), `Bearer ${accessToken}`)
    assert.equal(await to('inbox-evil'), 'nothing')
    assert.equal(await to('inbox', { headers: { authorization: 'mine' } }), 'mine')
    await assert.rejects(session.getAccessToken({ scope: 'never:asked' }), code('OIDC_TOKEN_SCOPE_MISSING'))
    await assert.rejects(session.getAccessToken({ signal: AbortSignal.abort() }), code('OIDC_ABORTED'))
    return new Response('done')
  })
  assert.equal(await said.text(), 'done')
  assert.deepEqual(browser.lines, [], 'nothing changed')
})

test('B3: an old token is renewed once, however many requests come with the same cookie', async (t) => {
  const op = await startOp(t, { switches: { accessTokenTtl: 6 } })
  const browser = await openApp(settingsAt(op.issuer))
  await browser.signIn()
  advanceClock(t, 3.2)
  const before = browser.jar.get('__Host-countersign').value
  const request = () => browser.request('/')
  const tokens = []
  const responses = await Promise.all(Array.from({ length: 8 }, () =>
    browser.sessions.with(request(), async (session) => {
      tokens.push((await session.getAccessToken()).accessToken)
      return new Response('ok')
    })))
  assert.equal(refreshes(op).length, 1)
  assert.equal(new Set(tokens).size, 1)
  // A request that finished before the renewal sets no cookie. All others set the renewed one.
  const lines = responses.map((response) => response.headers.getSetCookie().join('\n')).filter(Boolean)
  assert.ok(lines.length && lines.every((line) => line === lines[0] && line.includes('__Host-countersign=')))
  responses.forEach(browser.keep)
  assert.notEqual(browser.jar.get('__Host-countersign').value, before)
  // The refresh token rotated: only a request with the new cookie renews again.
  advanceClock(t, 3.2)
  await browser.with(async (session) => new Response((await session.getAccessToken()).accessToken))
  assert.deepEqual(refreshes(op).map(({ status }) => status), [200, 200])
  assert.equal((await browser.user()).sub, 'alice@example.com')
})

test('BFF-12, CVE-2026-33544: two isolates share nothing but the secret, and no user sees another one', async (t) => {
  const op = await startOp(t)
  const settings = settingsAt(op.issuer)
  const one = await openApp(settings)
  await one.signIn('alice')
  const elsewhere = createSessions(settings)
  assert.equal((await elsewhere.session(one.request('/'))).user.sub, 'alice')
  const other = browse(one.sessions)
  assert.equal(await other.user(), null)
  const names = ['bob', 'carol', 'dave']
  const all = names.map(() => browse(one.sessions))
  await Promise.all(all.map((browser, n) => browser.signIn(names[n])))
  assert.deepEqual(await Promise.all(all.map(async (browser) => (await browser.user()).sub)), names)
})

test('a session that the provider ended is signed out, with a code, and its cookies are deleted', async (t) => {
  const op = await startOp(t, { switches: { accessTokenTtl: 6 } })
  const errors = []
  const onError = (error) => void errors.push(error.code)
  const browser = await openApp(settingsAt(op.issuer, { onError }))
  await browser.signIn()
  advanceClock(t, 3.2)
  const old = new Map(browser.jar)
  const act = async (session) => new Response((await session.getAccessToken()).accessToken)
  assert.equal((await browser.with(act)).status, 200)
  // Another isolate has the old cookie, whose refresh token was used: the provider ends the session.
  const thief = browse(createSessions(settingsAt(op.issuer, { onError })))
  for (const [name, cookie] of old) thief.jar.set(name, cookie)
  advanceClock(t, 3.2)
  assert.equal((await thief.with(act)).status, 401)
  assert.deepEqual([thief.chunks(), await thief.user()], [[], null])
  assert.equal((await browser.with(act)).status, 401)
  assert.deepEqual(errors, ['OIDC_SESSION_ENDED', 'OIDC_SESSION_ENDED'])
})

test("an error of the app's handler is rethrown, and the renewed session is found by the next request", async (t) => {
  const op = await startOp(t, { switches: { accessTokenTtl: 6 } })
  const browser = await openApp(settingsAt(op.issuer))
  await browser.signIn()
  advanceClock(t, 3.2)
  await assert.rejects(browser.with(async (session) => {
    await session.getAccessToken()
    throw new RangeError('mine')
  }), RangeError)
  await browser.with(async (session) => new Response((await session.getAccessToken()).accessToken))
  assert.equal(refreshes(op).length, 1)
  assert.ok(browser.lines.length)
})

test('a renewal that the app does not wait for ends before the response is sent', async (t) => {
  const op = await startOp(t, { switches: { accessTokenTtl: 6 } })
  const browser = await openApp(settingsAt(op.issuer))
  await browser.signIn()
  const before = browser.jar.get('__Host-countersign').value
  advanceClock(t, 3.2)
  await browser.with((session) => {
    session.getAccessToken().catch(() => {})
    return new Response('ok')
  })
  assert.equal(refreshes(op).length, 1)
  assert.notEqual(browser.jar.get('__Host-countersign').value, before)
})

test('after the response has its cookies, the session cannot be renewed', async (t) => {
  const op = await startOp(t)
  const browser = await openApp(settingsAt(op.issuer))
  await browser.signIn()
  let late
  await browser.with((session) => {
    late = session
    return new Response('ok')
  })
  await assert.rejects(late.getAccessToken(), code('OIDC_SESSION_SENT'))
})

test('BFF-08: a sign-out revokes the tokens, deletes the cookies, and redirects to the provider', async (t) => {
  const op = await startOp(t)
  const browser = await openApp(settingsAt(op.issuer, { postLogoutRedirectUri: '/' }))
  await browser.signIn()
  const kept = new Map(browser.jar)
  for (const headers of [
    {},
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { 'sec-fetch-site': 'cross-site', origin: app },
    { 'sec-fetch-site': 'same-origin', origin: 'https://evil.example' },
    { origin: 'https://app.example.evil.example', 'x-forwarded-host': 'app.example.evil.example' },
  ]) {
    const refused = await browser.signOut(headers)
    assert.deepEqual([refused.status, await codeOf(refused)], [403, 'OIDC_REQUEST_FORBIDDEN'])
    assert.deepEqual(browser.lines, [])
  }
  const got = await browser.handle('/auth/logout')
  assert.deepEqual([got.status, got.headers.get('allow')], [405, 'POST'])
  assert.equal((await browser.handle('/auth/login', { method: 'POST' })).status, 405)
  assert.equal((await browser.user()).sub, 'alice@example.com')

  const out = await browser.signOut({ 'sec-fetch-site': 'same-origin', origin: 'null' })
  assert.equal(out.status, 303)
  assert.ok(out.headers.get('location').startsWith(`${op.issuer}/session/end?`))
  assert.deepEqual(browser.chunks(), [])
  assert.ok(op.log.filter(({ path }) => path === '/token/revocation').every(({ status, by }) => status === 200 && by === 'Basic'))
  assert.equal(op.log.filter(({ path }) => path === '/token/revocation').length, 2)
  // Cookies kept after the sign-out contain tokens that the provider refuses.
  const again = browse(createSessions(settingsAt(op.issuer, { renewBefore: 3600 })))
  for (const [name, cookie] of kept) again.jar.set(name, cookie)
  assert.deepEqual(await browser.user(), null)
  const signedOut = await browser.signOut()
  assert.deepEqual([signedOut.status, signedOut.headers.get('location')], [303, `${app}/`])
  const there = await browser.handle('/auth/logout?returnTo=/bye', { method: 'POST', headers: { origin: app } })
  assert.equal(there.headers.get('location'), `${app}/bye`)
})

test('a request that was under way during the sign-out does not bring the session back', async (t) => {
  const op = await startOp(t)
  const browser = await openApp(settingsAt(op.issuer))
  await browser.signIn()
  const [begun, signedOut] = [makeGate(), makeGate()]
  const slow = browser.sessions.with(browser.request('/'), async (session) => {
    begun.open()
    await signedOut.passed
    await assert.rejects(session.getAccessToken({ scope: 'openid' }).then(async () => {
      const renewed = browser.sessions.with(browser.request('/'), () => new Response())
      return (await renewed).headers.getSetCookie().length ? null : Promise.reject(Object.assign(new Error(), { code: 'none' }))
    }), code('none'))
    return new Response('late')
  })
  await begun.passed
  await browser.signOut()
  signedOut.open()
  assert.deepEqual((await slow).headers.getSetCookie(), [])
  assert.deepEqual(browser.chunks(), [])
})

test('BFF-06, CVE-2021-41246: a sign-in makes a new session, and nothing of the earlier one stays', async (t) => {
  const op = await startOp(t)
  const browser = await openApp(settingsAt(op.issuer))
  await browser.signIn('alice')
  const [first, before] = [browser.jar.get('__Host-countersign').value, browser.request('/')]
  await browser.signIn('bob')
  assert.notEqual(browser.jar.get('__Host-countersign').value, first)
  assert.equal((await browser.user()).sub, 'bob')
  // A late request with the cookies of before neither is bob nor takes his cookies away.
  const late = await browser.sessions.with(before, (session) => Response.json(session))
  assert.deepEqual([await late.json(), late.headers.getSetCookie()], [null, []])
})

for (const to of ['https://evil.example/', '//evil.example', '/%5Cevil.example', 'https://app.example@evil.example/', '/a\r\nSet-Cookie: x=y']) {
  test(`RES-17: no redirect to ${JSON.stringify(to)}`, async (t) => {
    const op = await startOp(t)
    const browser = await openApp(settingsAt(op.issuer))
    const { response } = await browser.signIn('alice', `/auth/login?returnTo=${encodeURIComponent(to)}`)
    assert.equal(response.headers.get('location'), `${app}/`)
    const out = await browser.handle(`/auth/logout?returnTo=${encodeURIComponent(to)}`, { method: 'POST', headers: { origin: app } })
    assert.ok(!out.headers.get('location').startsWith(to))
  })
}

test('B4: a callback of another browser is refused, with a code and without a secret', async (t) => {
  const op = await startOp(t)
  const browser = await openApp(settingsAt(op.issuer))
  const cases = [
    ['/auth/callback', 400, 'OIDC_STATE_MISSING'],
    ['/auth/callback?code=x', 400, 'OIDC_STATE_MISSING'],
    ['/auth/callback?code=s3cret&state=foreign', 400, 'OIDC_STATE_MISMATCH'],
  ]
  for (const [path, status, wanted] of cases) {
    const response = await browser.handle(path)
    const text = await response.text()
    assert.deepEqual([response.status, /^\w+/.exec(text)[0]], [status, wanted])
    assert.match(response.headers.get('content-type'), /^text\/plain/)
    assert.ok(!text.includes('s3cret'))
  }
  const { callback } = await browser.signIn()
  // The same address in a browser that did not begin it; and once more where it was used.
  const stranger = browse(browser.sessions)
  assert.deepEqual(await codeOf(await stranger.handle(callback)), 'OIDC_STATE_UNKNOWN')
  const again = await browser.handle(callback)
  assert.deepEqual([again.status, again.headers.get('location')], [302, `${app}/`], 'a reload')
  const foreign = await browser.handle('/auth/callback?code=x&state=foreign')
  assert.deepEqual([foreign.status, await codeOf(foreign)], [400, 'OIDC_STATE_MISMATCH'])
  assert.equal((await browser.user()).sub, 'alice@example.com', 'who was there stays')
  await browser.signOut()
  const out = await browser.handle(callback)
  assert.deepEqual([out.status, await codeOf(out)], [401, 'OIDC_STATE_USED'])
  assert.equal(op.log.filter(({ grant }) => grant === 'authorization_code').length, 1)
})

test('an authorization error is answered by onError, and the earlier session stays', async (t) => {
  const op = await startOp(t)
  const seen = []
  const onError = (error, request) => {
    seen.push([error.code, new URL(request.url).pathname])
    return new Response('own', { status: 418 })
  }
  const browser = await openApp(settingsAt(op.issuer, { onError }))
  await browser.signIn()
  const away = await browser.handle('/auth/login')
  const state = new URL(away.headers.get('location')).searchParams.get('state')
  const query = new URLSearchParams({ error: 'access_denied', state, iss: op.issuer })
  const response = await browser.handle(`/auth/callback?${query}`)
  assert.deepEqual([response.status, seen], [418, [['OIDC_SIGNIN_REFUSED', '/auth/callback']]])
  assert.ok(browser.lines.length, 'the sign-in is used')
  assert.equal((await browser.user()).sub, 'alice@example.com')
})

test('an unreachable provider is a 503 with its code', async (t) => {
  const browser = await openApp(settingsAt('http://127.0.0.1:1'))
  const response = await browser.handle('/auth/login')
  assert.deepEqual([response.status, await codeOf(response)], [503, 'OIDC_NETWORK_FAILED'])
  assert.ok(response.headers.has('retry-after'))
})

test('BFF-11, CVE-2026-67437: after three hundred unfinished sign-ins, the cookies still fit into a request', async (t) => {
  const op = await startOp(t)
  const metadata = await (await fetch(`${op.issuer}/.well-known/openid-configuration`)).json()
  const browser = await openApp(settingsAt(undefined, { issuer: undefined, metadata }))
  let last
  for (let n = 0; n < 300; n += 1) {
    last = await browser.handle('/auth/login')
    assert.ok(browser.pending().length <= 10)
    assert.ok(browser.request('/').headers.get('cookie').length < 8000)
  }
  assert.ok(browser.pending().length >= 3)
  const callback = await signInAt(last.headers.get('location'), 'alice', app)
  assert.equal((await browser.handle(callback)).status, 302)
})

test("BFF-10, CVE-2025-54576: no request header changes the app's origin, and routes match the path exactly", async (t) => {
  const op = await startOp(t)
  const spoofed = {
    'x-forwarded-host': 'evil.example',
    'x-forwarded-proto': 'http',
    'x-forwarded-uri': '/auth/logout',
    'x-original-url': '/auth/logout',
    forwarded: 'host=evil.example;proto=http',
  }
  const redirectUri = (response) =>
    new URL(response.headers.get('location')).searchParams.get('redirect_uri')
  const browser = await openApp(settingsAt(op.issuer))
  const away = await browser.handle('/auth/login', { headers: spoofed })
  assert.equal(redirectUri(away), `${app}/auth/callback`)
  for (const path of ['/?/auth/login', '/x#/auth/login', '/x?a=/auth/logout', '/AUTH/login', '/auth/login//']) {
    assert.equal(await browser.sessions.handle(browser.request(path, { headers: spoofed })), undefined, path)
  }
  // Behind a proxy the origin is from the settings, not from the address of the request.
  const behind = browse(createSessions(settingsAt(op.issuer, { baseUrl: app })), 'http://10.0.0.7:8080')
  const there = await behind.sessions.handle(behind.request('/auth/login', { headers: spoofed }))
  assert.equal(redirectUri(there), `${app}/auth/callback`)
  assert.ok(there.headers.getSetCookie().every((line) => line.startsWith('__Host-')))
  const plain = await openApp(settingsAt(op.issuer), 'http://app.example')
  const refused = await plain.sessions.handle(plain.request('/auth/login', { headers: { 'x-forwarded-proto': 'https' } }))
  assert.deepEqual([refused.status, await codeOf(refused)], [400, 'OIDC_CONFIG_INSECURE'])
})

test('in development a loopback origin works without https if configured, and no other origin does', async (t) => {
  const op = await startOp(t)
  const more = { allowInsecure: true }
  const there = await openApp(settingsAt(op.issuer, more), 'http://localhost:8787')
  assert.equal((await there.handle('/auth/login')).status, 302)
  assert.ok(there.pending()[0].startsWith('countersign-'))
  for (const origin of ['http://app.example', 'http://localhost.evil.example', 'http://192.168.0.1']) {
    const other = await openApp(settingsAt(op.issuer, more), origin)
    assert.equal(await codeOf(await other.handle('/auth/login')), 'OIDC_CONFIG_INSECURE')
  }
  const unsaid = await openApp(settingsAt(op.issuer), 'http://localhost:8787')
  assert.equal(await codeOf(await unsaid.handle('/auth/login')), 'OIDC_CONFIG_INSECURE')
})

test('settings are checked at once, and those from bindings at the first request', async () => {
  const good = settingsAt('https://op.example')
  for (const [at, wrong] of Object.entries({
    issuer: { issuer: undefined },
    clientSecret: { clientSecret: undefined },
    secret: { secret: 'too short' },
    basePath: { basePath: 'auth' },
    baseUrl: { baseUrl: 'https://app.example/somewhere?x' },
    maxCookieBytes: { maxCookieBytes: 10 },
    cookie: { cookie: { name: 'a;b' } },
    silentRedirectUri: { silentRedirectUri: '/silent' },
    redirectUri: { redirectUri: '' },
  })) {
    assert.throws(() => createSessions({ ...good, ...wrong }), code('OIDC_CONFIG_INVALID', at))
  }
  for (const secret of [[], ['a'.repeat(40)], [SECRET, 'short'], 'x'.repeat(31)]) {
    assert.throws(() => createSessions({ ...good, secret }), code('OIDC_CONFIG_INVALID', 'secret'))
  }
  const asked = []
  const sessions = createSessions((env) => {
    asked.push(env.NAME)
    return { ...good, secret: env.SECRET }
  })
  const request = () => new Request(`${app}/`)
  await assert.rejects(sessions.session(request()), code('OIDC_ENV_MISSING'))
  const env = { NAME: 'one', SECRET: OTHER }
  assert.equal(await sessions.session(request(), { env }), null)
  assert.equal(await sessions.session(request(), { env }), null)
  assert.deepEqual(asked, ['one'])
})

/** An app whose only person has an old token, and a request under way that renewed it and still works. */
async function renewedAndAtWork(t) {
  const op = await startOp(t, { switches: { accessTokenTtl: 2 } })
  const browser = await openApp(settingsAt(op.issuer))
  await browser.signIn()
  advanceClock(t, 1.3)
  let finish
  let renewed
  const isRenewed = new Promise((resolve) => {
    renewed = resolve
  })
  const gate = new Promise((resolve) => {
    finish = resolve
  })
  const answered = browser.sessions.with(browser.request('/'), async (session) => {
    await session.getAccessToken()
    renewed()
    await gate
    return new Response('late')
  })
  await isRenewed
  return { browser, answer: () => (finish(), answered) }
}

test('LOG-22: a slow request does not sign a user in again who signed out meanwhile', async (t) => {
  const { browser, answer } = await renewedAndAtWork(t)
  advanceClock(t, 11)
  await browser.signOut()
  assert.deepEqual(browser.chunks(), [])
  advanceClock(t, 60)
  browser.keep(await answer())
  assert.deepEqual(browser.chunks(), [])
  assert.equal(await browser.user(), null)
})

test('LOG-22: a renewal that is sealed during a sign-out sets no cookie', async (t) => {
  const op = await startOp(t, { switches: { accessTokenTtl: 2 } })
  const browser = await openApp(settingsAt(op.issuer))
  await browser.signIn()
  advanceClock(t, 1.3)
  const encrypt = crypto.subtle.encrypt
  let release
  let isSealing
  const sealing = new Promise((resolve) => {
    isSealing = resolve
  })
  const gate = new Promise((resolve) => {
    release = resolve
  })
  let isFirst = true
  t.mock.method(crypto.subtle, 'encrypt', async (...inputs) => {
    isSealing()
    // The sign-out seals a text of its own, which does not wait.
    const isRenewal = isFirst
    isFirst = false
    if (isRenewal) await gate
    return encrypt.apply(crypto.subtle, inputs)
  })
  const seen = []
  const slow = browser.sessions.with(browser.request('/'), async (session) => {
    await session.getAccessToken().catch((error) => seen.push(error.code))
    return new Response()
  })
  await sealing
  await browser.signOut()
  release()
  browser.keep(await slow)
  assert.deepEqual([browser.chunks(), seen], [[], ['OIDC_SIGNIN_REQUIRED']])
  assert.ok(!op.log.some(({ grant }) => grant === 'refresh_token'), 'nothing was sent')
})

test('an authorization response that arrives twice at once is redeemed once, and both requests are signed in', async (t) => {
  const op = await startOp(t)
  const browser = await openApp(settingsAt(op.issuer))
  const away = await browser.handle('/auth/login?returnTo=/inbox')
  const callback = await signInAt(away.headers.get('location'), 'alice@example.com', app)
  const [one, two] = [browser.request(callback), browser.request(callback)]
  const answers = await Promise.all([one, two].map((request) => browser.sessions.handle(request)))
  assert.deepEqual(answers.map(({ status }) => status), [302, 302])
  assert.deepEqual(answers.map(({ headers }) => headers.get('location')), [`${app}/inbox`, `${app}/inbox`])
  assert.equal(op.log.length, 1)
  for (const answer of answers) {
    browser.keep(answer)
    assert.equal((await browser.user()).sub, 'alice@example.com')
  }
  // The address alone, without the sign-in's cookie, is useless.
  const stranger = await openApp(settingsAt(op.issuer))
  assert.equal(await codeOf(await stranger.handle(callback)), 'OIDC_STATE_UNKNOWN')
})

test('BFF-07: a cookie with an impossible name changes nothing', async (t) => {
  const op = await startOp(t)
  const browser = await openApp(settingsAt(op.issuer))
  for (const name of ['__Host-countersign-a(', '__Host-countersign[0]', '__Host-countersign-a b']) {
    const request = new Request(`${app}/auth/login`, { headers: { cookie: `${name}=1` } })
    assert.equal((await browser.sessions.handle(request)).status, 302, name)
  }
})

test('B27: a return address that is too long for two cookies is dropped, or refused', async (t) => {
  const op = await startOp(t)
  for (const [length, to] of [[900, `/${'x'.repeat(899)}`], [2900, `/${'x'.repeat(2899)}`], [3100, '/']]) {
    const browser = await openApp(settingsAt(op.issuer))
    const path = `/auth/login?returnTo=/${'x'.repeat(length - 1)}`
    const { response } = await browser.signIn('alice@example.com', path)
    assert.equal(response.headers.get('location'), `${app}${to}`)
  }
  const metadata = await (await fetch(`${op.issuer}/.well-known/openid-configuration`)).json()
  metadata.end_session_endpoint += `?${'x'.repeat(7000)}`
  const large = await openApp({ ...settingsAt(op.issuer), metadata })
  const refused = await large.handle('/auth/login')
  assert.equal(await codeOf(refused), 'OIDC_SESSION_TOO_LARGE')
})

test('session.fetch removes the session cookies from a request that it forwards to an API', async (t) => {
  const op = await startOp(t)
  const asked = []
  const settings = settingsAt(op.issuer, {
    apis: { 'https://api.test/': {} },
    fetch: async (input, init) => {
      if (!String(input.url ?? input).startsWith('https://api.test/')) return fetch(input, init)
      asked.push(new Headers(init?.headers).get('cookie'))
      return new Response('ok')
    },
  })
  const browser = await openApp(settings)
  await browser.signIn()
  for (const cookie of [undefined, 'theme=dark']) {
    const own = browser.request('/inbox')
    const headers = new Headers(own.headers)
    if (cookie) headers.append('cookie', cookie)
    await browser.with(async (session) => session.fetch(new Request('https://api.test/inbox', { headers })))
  }
  assert.deepEqual(asked.map((one) => one?.includes('countersign') ?? false), [false, false])
  assert.match(asked[1], /theme=dark/)
})

test('an app on plain http gets an error response with its code from `handle` and `with`', async (t) => {
  const op = await startOp(t)
  const browser = await openApp(settingsAt(op.issuer), 'http://app.example')
  assert.equal(await codeOf(await browser.sessions.handle(browser.request('/auth/login'))), 'OIDC_CONFIG_INSECURE')
  const answer = await browser.sessions.with(browser.request('/'), () => new Response('never'))
  assert.equal(await codeOf(answer), 'OIDC_CONFIG_INSECURE')
})
