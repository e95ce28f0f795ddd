// The cookies of a session at the edge: sealed, cut, counted, cleaned up; and what is done with odd ones.
import assert from 'node:assert/strict'
import test from 'node:test'
import { app, browse, openApp, OTHER, SECRET, settingsAt } from '../support/edge-app.mjs'
import { json, startDouble } from '../support/double.mjs'
import { makeGate } from '../support/gate.mjs'
import { load } from '../support/package.mjs'
import { withProperties } from '../support/polluted.mjs'
import { code } from '../support/stage.mjs'

const { createSessions } = await load('./sessions')
const NAME = '__Host-countersign'

/** A provider double and a browser in front of the app; `claims` are what the next sign-in says. */
async function setStage(t, more = {}) {
  const double = await startDouble()
  t.after(() => double.close())
  const settings = (secret = SECRET) => ({ ...settingsAt(double.issuer), maxCookieBytes: 60_000, ...more, clientId: 'edge', secret })
  const browser = await openApp(settings())
  const signIn = async (claims = {}, at = browser) => {
    double.claims = claims
    const away = await at.handle('/auth/login')
    return at.handle(double.authorize(away.headers.get('location')))
  }
  return { double, browser, settings, signIn }
}

/** A claim that does not compress and has so many characters. */
const big = (length) => ({ big: Array.from({ length }, (_, n) => (n * 7919).toString(36).at(-1)).join('') })

/** The user that the app finds in the cookies; refused cookies must be deleted. */
async function look(browser) {
  const response = await browser.with((session) => Response.json(session?.user.sub ?? null))
  return response.json()
}

const set = (browser, name, value) => browser.jar.set(name, { value })

test('B27, BFF-04: a session of more than 4 KB is in several cookies; those not needed any more are deleted', async (t) => {
  const { browser, signIn } = await setStage(t)
  await signIn(big(6000))
  const many = browser.chunks()
  assert.ok(many.length >= 3 && many.length <= 9, `${many}`)
  assert.deepEqual(many, [NAME, ...many.slice(1).map((_, n) => `${NAME}.${n + 1}`)])
  assert.ok(browser.jar.get(NAME).value.startsWith(`${many.length}.1.`))
  assert.equal((await browser.user()).big.length, 6000)
  assert.equal(await look(browser), 'alice')
  await signIn()
  assert.ok(browser.chunks().length < many.length)
  const gone = browser.lines.filter((line) => line.includes('Max-Age=0'))
  for (const name of many.slice(browser.chunks().length)) {
    assert.ok(gone.includes(`${name}=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0`), name)
  }
  assert.equal((await browser.user()).big, undefined)
  await browser.signOut()
  assert.deepEqual(browser.chunks(), [])
})

test('B27: a session too large for twenty cookies is refused, and the earlier one stays', async (t) => {
  const { browser, signIn } = await setStage(t)
  await signIn()
  const before = new Map(browser.jar)
  const response = await signIn(big(60_000))
  assert.deepEqual([response.status, /^\w+/.exec(await response.text())[0]], [400, 'OIDC_SESSION_TOO_LARGE'])
  for (const name of browser.chunks()) assert.equal(browser.jar.get(name), before.get(name))
})

const COUNTS = ['99999999', '-1', '1.5', '0', '21', '99', '1e1', '01', '', '+2', '0x2', 'NaN', '__proto__', '٣']
for (const count of COUNTS) {
  test(`BFF-03, CVE-2024-24814: a number of cookies that is ${count || 'empty'} is refused, and they go`, async (t) => {
    const { browser, signIn } = await setStage(t)
    await signIn(big(6000))
    const { value } = browser.jar.get(NAME)
    set(browser, NAME, value.replace(/^\d+/, encodeURIComponent(count).replaceAll('%', '_')))
    assert.equal(await look(browser), null)
    assert.deepEqual(browser.chunks(), [])
  })
}

test('BFF-03: a cookie in the middle that is missing, empty, changed for another or one too many is refused', async (t) => {
  const { browser, signIn } = await setStage(t)
  const spoil = {
    missing: (jar) => jar.delete(`${NAME}.1`),
    'first missing': (jar) => jar.delete(NAME),
    empty: () => set(browser, `${NAME}.1`, ''),
    exchanged(jar) {
      const [one, two] = [jar.get(`${NAME}.1`), jar.get(`${NAME}.2`)]
      jar.set(`${NAME}.1`, two)
      jar.set(`${NAME}.2`, one)
    },
    'one too many': (jar) => set(browser, `${NAME}.${jar.size}`, 'AAAA'),
    'far too many': () => set(browser, `${NAME}.99999999`, 'AAAA'),
  }
  for (const [what, act] of Object.entries(spoil)) {
    browser.jar.clear()
    await signIn(big(6000))
    for (const name of browser.pending()) browser.jar.delete(name)
    act(browser.jar)
    assert.equal(await look(browser), null, what)
    assert.deepEqual(browser.chunks(), [], what)
  }
})

test('BFF-02, BFF-03: a changed cookie is refused, wherever it was changed', async (t) => {
  const { browser, signIn } = await setStage(t)
  await signIn()
  const whole = new Map(browser.jar)
  const { value } = whole.get(NAME)
  const places = [0, 1, 2, 4, 6, 11, 13, 14, 20, 30, value.length >> 1, value.length - 2]
  const swapped = (letter) => (letter === 'A' ? 'B' : 'A')
  const wrongs = [
    ...places.map((at) => value.slice(0, at) + swapped(value[at]) + value.slice(at + 1)),
    value.slice(0, -1), value.slice(0, 20), value.slice(0, 12), value.slice(2), '1', '1.', '1.1', '1.1.',
    '1.1.AAAAAAAA.', '1.1.AAAAAAAA.AAAA', '', '1.1.' + 'A'.repeat(3000), `${value}A`, `${value}=`, `${value} x`,
    '1.%00', '1.\u0001', '1.ÿ',
  ]
  for (const wrong of wrongs) {
    browser.jar.clear()
    for (const [name, cookie] of whole) browser.jar.set(name, cookie)
    let response
    try {
      set(browser, NAME, wrong)
      response = await look(browser)
    } catch (error) {
      // No client can send what a header cannot contain.
      if (error instanceof TypeError) continue
      throw error
    }
    assert.equal(response, null, wrong)
    assert.deepEqual(browser.chunks(), [], wrong)
  }
  // Another alphabet's spelling of the same bytes is another text.
  browser.jar.clear()
  for (const [name, cookie] of whole) browser.jar.set(name, cookie)
  assert.equal(await look(browser), 'alice')
})

test('BFF-02, CVE-2023-48309: a text sealed for a sign-in, or for another cookie name, is no session', async (t) => {
  const { browser, signIn, settings } = await setStage(t)
  await browser.handle('/auth/login')
  const [pending] = browser.pending()
  const { value } = browser.jar.get(pending)
  set(browser, NAME, `1.${value}`)
  assert.equal(await look(browser), null)
  await signIn()
  const session = browser.jar.get(NAME).value
  const other = browse(createSessions({ ...settings(), cookie: { name: 'other' } }))
  set(other, '__Host-other', session)
  assert.equal(await other.user(), null)
  // A sign-in under another's name: its state is another one.
  const thief = browse(browser.sessions)
  set(thief, `${pending}x`, value)
  set(thief, `${NAME}-state`, session.slice(2))
  await thief.handle('/auth/login')
  assert.ok(!thief.jar.has(`${pending}x`) && !thief.jar.has(`${NAME}-state`))
  assert.equal(thief.pending().length, 1)
})

test('BFF-02: cookies of an old secret are sealed again with the new one, those of an unknown secret are refused', async (t) => {
  const { browser, signIn, settings } = await setStage(t)
  await signIn()
  const old = browser.jar.get(NAME).value
  const rotated = browse(createSessions(settings([OTHER, SECRET])))
  rotated.jar.set(NAME, { value: old })
  assert.equal(await look(rotated), 'alice')
  const fresh = rotated.jar.get(NAME).value
  assert.notEqual(fresh.split('.')[2], old.split('.')[2], 'another key id')
  const later = browse(createSessions(settings([OTHER])))
  later.jar.set(NAME, { value: fresh })
  assert.equal(await look(later), 'alice')
  assert.deepEqual(later.lines, [])
  later.jar.set(NAME, { value: old })
  assert.equal(await look(later), null)
  assert.deepEqual(later.chunks(), [])
})

test('BFF-02: each sealed text is different, and no cookie shows a token, a claim or a secret', async (t) => {
  const { browser, signIn } = await setStage(t)
  const seen = new Set()
  for (let n = 0; n < 20; n += 1) {
    browser.jar.clear()
    await signIn({ email: 'alice@secret.example' })
    const { value } = browser.jar.get(NAME)
    seen.add(value.split('.')[3].slice(0, 16))
    const bytes = Buffer.from(value.split('.')[3], 'base64url').toString('latin1')
    for (const secret of ['alice', 'token-of-alice', SECRET, 'eyJhbGciOi']) {
      assert.ok(!value.includes(secret) && !bytes.includes(secret), secret)
    }
  }
  assert.equal(seen.size, 20, 'an IV each')
})

test('BFF-14: a session expires after the configured time, also if the browser keeps the cookie', async (t) => {
  const { browser, signIn, settings } = await setStage(t, { cookie: { maxAge: 100 } })
  await signIn()
  const { now } = Date
  t.after(() => Object.assign(Date, { now }))
  Date.now = () => now() + 101_000
  assert.equal(await look(browse(createSessions(settings()))), null)
  assert.equal(await look(browser), null)
  assert.deepEqual(browser.chunks(), [])
})

test('B, BFF-11: the response of a sign-in of more than fifteen minutes is not redeemed, and another one returns to the same address', async (t) => {
  const { browser, double } = await setStage(t)
  const away = await browser.handle('/auth/login?returnTo=/inbox%3Fx=1&prompt=create')
  const asked = (response) => new URL(response.headers.get('location')).searchParams
  const callback = double.authorize(away.headers.get('location'))
  const { now } = Date
  t.after(() => Object.assign(Date, { now }))
  Date.now = () => now() + 960_000
  const again = await browser.handle(callback)
  assert.equal(again.status, 302)
  assert.deepEqual([asked(away).get('prompt'), asked(again).get('prompt')], ['create', null], 'the user has registered')
  for (const name of ['state', 'nonce', 'code_challenge']) assert.notEqual(asked(again).get(name), asked(away).get(name))
  assert.equal(double.asked.filter(({ path }) => path === '/token').length, 0)
  // The old response is used up.
  assert.notEqual((await browser.handle(callback)).status, 302)
  const back = await browser.handle(double.authorize(again.headers.get('location')))
  assert.equal(back.headers.get('location'), 'https://app.example/inbox?x=1')
  assert.equal((await browser.user()).sub, 'alice')
})

test('B, BFF-11: a sign-in that is late twice, or whose response is an error, is not begun again, and keeps its address', async (t) => {
  const { browser, double } = await setStage(t)
  const { now } = Date
  t.after(() => Object.assign(Date, { now }))
  const login = `Sign in: /auth/login?returnTo=${encodeURIComponent('https://app.example/inbox')}`
  const expire = async (response) => {
    const text = await response.text()
    assert.deepEqual([response.status, /^\w+/.exec(text)[0]], [401, 'OIDC_SIGNIN_EXPIRED'])
    assert.ok(text.includes(login), text)
  }
  let away = await browser.handle('/auth/login?returnTo=/inbox&prompt=login&login_hint=ada')
  Date.now = () => now() + 1000_000
  away = await browser.handle(double.authorize(away.headers.get('location')))
  const asked = new URL(away.headers.get('location')).searchParams
  assert.deepEqual([asked.get('prompt'), asked.get('login_hint')], ['login', 'ada'])
  Date.now = () => now() + 2000_000
  await expire(await browser.handle(double.authorize(away.headers.get('location'))))
  away = await browser.handle('/auth/login?returnTo=/inbox')
  Date.now = () => now() + 3000_000
  const state = new URL(away.headers.get('location')).searchParams.get('state')
  await expire(await browser.handle(`/auth/callback?error=access_denied&state=${state}&iss=${encodeURIComponent(double.issuer)}`))
})

test('BFF-11: a pending sign-in is forgotten after two hours, also if the browser keeps the cookie', async (t) => {
  const { browser, double } = await setStage(t)
  const away = await browser.handle('/auth/login')
  const callback = double.authorize(away.headers.get('location'))
  const { now } = Date
  t.after(() => Object.assign(Date, { now }))
  Date.now = () => now() + 7_201_000
  const response = await browser.handle(callback)
  assert.deepEqual([response.status, /^\w+/.exec(await response.text())[0]], [401, 'OIDC_STATE_UNKNOWN'])
  assert.deepEqual(browser.pending(), [])
})

test("BFF-05, CVE-2025-48947: a response with cookies is never cacheable, also if the app's headers allow it", async (t) => {
  const { browser, signIn, settings } = await setStage(t)
  await signIn()
  const sealed = browse(createSessions(settings([OTHER, SECRET])))
  const said = (headers) => sealed.sessions.with(sealed.request('/'), () => new Response('x', { headers, status: 201 }))
  for (const [vary, wanted] of [
    [undefined, 'Cookie'], ['Accept', 'Accept, Cookie'], ['cookie, Accept', 'cookie, Accept'], ['*', '*'],
  ]) {
    sealed.jar.set(NAME, browser.jar.get(NAME))
    const response = await said({ 'cache-control': 'public, max-age=600', 'set-cookie': 'own=1', ...(vary && { vary }) })
    assert.equal(response.headers.get('cache-control'), 'private, no-store')
    assert.equal(response.headers.get('vary'), wanted)
    assert.equal(response.status, 201)
    assert.equal(response.headers.getSetCookie()[0], 'own=1', "the app's own stay")
  }
  // Where nothing is set, the response of a user who is not signed in is the app's.
  const headers = { 'cache-control': 'public' }
  const plain = await browser.sessions.with(new Request(app), () => new Response('x', { headers }))
  assert.deepEqual([...plain.headers], [['cache-control', 'public'], ['content-type', 'text/plain;charset=UTF-8']])
})

test('BFF-07, CVE-2024-47764: no name and no value of a cookie contains a delimiter', async (t) => {
  const { double, settings, browser } = await setStage(t)
  for (const name of ['a;b', 'a=b', 'a b', 'a,b', 'a\r\nb', 'a\u0000', '', 'ü', 'a-b', 'a.b', 'x'.repeat(65)]) {
    assert.throws(() => createSessions({ ...settings(), cookie: { name } }), code('OIDC_CONFIG_INVALID', 'cookie'))
  }
  for (const cookie of [{ domain: 'app.example' }, { path: '/; Domain=evil' }, { sameSite: 'none' }, { maxAge: -1 }]) {
    assert.throws(() => createSessions({ ...settings(), cookie }), code('OIDC_CONFIG_INVALID', 'cookie'))
  }
  double.claims = { name: 'a; Domain=evil.example\r\nSet-Cookie: x=y' }
  const away = await browser.handle('/auth/login?returnTo=/%0d%0aSet-Cookie:%20x=y')
  for (const line of browser.lines) {
    assert.match(line, /^__Host-[\w.-]+=[\w.-]*; Path=\/; Secure; HttpOnly; SameSite=Lax(; Max-Age=\d+)?$/)
  }
  await browser.handle(double.authorize(away.headers.get('location')))
  for (const line of browser.lines) {
    assert.match(line, /^__Host-[\w.-]+=[\w.-]*; Path=\/; Secure; HttpOnly; SameSite=Lax(; Max-Age=\d+)?$/)
  }
})

test('OPS-01, CVE-2023-28625: malformed cookies never throw, and the user is signed out', async (t) => {
  const { browser } = await setStage(t)
  const odd = [
    '', ';', '=', '==', ';;;', NAME, `${NAME}=`, `${NAME}==`, `=${NAME}`, `${NAME};${NAME}=1.1`, `${NAME}=1.`,
    '__proto__=1; constructor=2; toString=3', `${NAME}.__proto__=1`, `${NAME}-__proto__=1.1.AAAAAAAA.AAAA`,
    `${NAME}-=1`, `${NAME}-constructor=x`, `${NAME}=__proto__`, `${NAME}=1.__proto__`, `${NAME}=20.${'A'.repeat(4000)}`,
    `${NAME}=1.1.a; ${NAME}=1.1.b`, Array.from({ length: 500 }, (_, n) => `${NAME}.${n}=x`).join('; '),
    Array.from({ length: 500 }, (_, n) => `${NAME}-${n}=1.AAAAAAAA.AAAA`).join('; '), 'x'.repeat(60_000),
    `${NAME}=${'1.'.repeat(5000)}`, '\u00ff=\u00fe', `${NAME}=\u00ff`,
  ]
  for (const cookie of odd) {
    const request = (path, init) => new Request(app + path, { ...init, headers: { cookie, origin: app } })
    assert.equal(await browser.sessions.session(request('/')), null, cookie.slice(0, 80))
    const response = await browser.sessions.with(request('/'), (session) => Response.json(session))
    assert.equal(await response.json(), null)
    assert.equal((await browser.sessions.handle(request('/auth/login'))).status, 302)
    assert.equal((await browser.sessions.handle(request('/auth/callback?code=x&state=y'))).status, 400)
    assert.equal((await browser.sessions.handle(request('/auth/logout', { method: 'POST' }))).status, 303)
  }
  assert.equal({}.polluted, undefined)
})

test('BFF-01: a name that begins with a Unicode space is another cookie, which any subdomain may set', async (t) => {
  const { browser, signIn } = await setStage(t)
  await signIn({})
  const own = `${NAME}=${browser.jar.get(NAME).value}`
  const signedInBy = async (cookie) => {
    // A server receives bytes that Node's `Request` does not accept.
    const headers = { get: (name) => (name === 'cookie' ? cookie : null) }
    return (await browser.sessions.session({ url: `${app}/`, method: 'GET', headers }))?.user.sub
  }
  assert.equal(await signedInBy(own), 'alice')
  assert.equal(await signedInBy(` \t a=1;\t ${own} \t; b=2`), 'alice')
  for (const space of ['\u00c2\u00a0', '\u00a0', '\u000b', '\u000c', '\n', '\r', '\u0085', '\ufeff', '\u2003', '\u3000']) {
    for (const planted of [`${space}${own}`, `${own.replace('=', `${space}=`)}`, `a=1; ${space} ${own}`, `${own}${space}`]) {
      assert.equal(await signedInBy(planted), undefined, JSON.stringify(planted.slice(0, 20)))
    }
    // Beside the user's own cookie it is no second one, which would make both unreadable.
    assert.equal(await signedInBy(`${own}; ${space}${NAME}=1.x`), 'alice', JSON.stringify(space))
  }
})

test('a property of Object.prototype is not read as a setting, a cookie or a session', async (t) => {
  const { browser, signIn } = await setStage(t)
  const hung = { value: '1.1.AAAAAAAA.AAAA', secret: 'x'.repeat(40), user: { sub: 'mallory' }, isOld: true, maxAge: 5, baseUrl: 'https://evil.example' }
  Object.assign(Object.prototype, hung)
  t.after(() => {
    for (const name of Object.keys(hung)) delete Object.prototype[name]
  })
  const { secret, ...missing } = settingsAt('https://op.example')
  let refused
  try {
    createSessions(missing)
  } catch (error) {
    refused = error
  }
  const who = await look(browser)
  const response = await signIn()
  const then = await look(browser)
  for (const name of Object.keys(hung)) delete Object.prototype[name]
  assert.equal(refused?.code, 'OIDC_CONFIG_INVALID')
  assert.deepEqual([who, response.status, then], [null, 302, 'alice'])
  assert.ok(browser.jar.get(NAME).age === undefined)
})

test('A1, WEB-16: Object.prototype shortens no tag of a cookie, and gives no bindings', async (t) => {
  const { browser, signIn, settings } = await setStage(t)
  await signIn()
  const { value } = browser.jar.get(NAME)
  const [user, short] = await withProperties({ tagLength: 32 }, async () => {
    const who = await browser.user()
    await signIn()
    return [who?.sub, browser.jar.get(NAME).value]
  })
  assert.deepEqual([user, short.length], ['alice', value.length])
  const given = []
  const lazy = createSessions((env) => {
    given.push(env)
    return settings()
  })
  const request = browser.request('/')
  const found = await withProperties({ env: { SECRET: OTHER }, ctx: {} }, async () => (await lazy.session(request))?.user.sub)
  assert.deepEqual([given, found], [[undefined], 'alice'])
})

test('B30: an error response contains no secret', async (t) => {
  const { double, browser } = await setStage(t)
  double.answers['/token'] = () => json({ error: 'invalid_client', error_description: 'a secret: with' }, 401)
  const away = await browser.handle('/auth/login')
  const callback = double.authorize(away.headers.get('location'))
  const response = await browser.handle(callback)
  const text = await response.text()
  assert.deepEqual([response.status, /^\w+/.exec(text)[0]], [400, 'OIDC_PROVIDER_ERROR'])
  for (const secret of ['a secret', SECRET, new URL(callback).searchParams.get('code')]) assert.ok(!text.includes(secret))
})

/** A stage whose tokens expire at once. The provider renews when the gate opens, and accepts each refresh token once. */
async function setSlowStage(t) {
  const stage = await setStage(t)
  const { double } = stage
  const redeem = double.answers['/token']
  const sent = []
  const [asked, gate] = [makeGate(), makeGate()]
  double.answers['/token'] = async (request, body) => {
    const token = new URLSearchParams(body).get('refresh_token')
    if (!token) {
      return json({ ...JSON.parse((await redeem(request, body)).body), refresh_token: 'rt-0', expires_in: 0 })
    }
    if (sent.includes(token)) return json({ error: 'invalid_grant' }, 400)
    sent.push(token)
    asked.open()
    await gate.passed
    return json({ access_token: `at-${sent.length}`, token_type: 'Bearer', expires_in: 600, refresh_token: `rt-${sent.length}` })
  }
  await stage.signIn()
  return { ...stage, sent, asked: asked.passed, answer: gate.open }
}

const renew = (browser) =>
  browser.sessions.with(browser.request('/'), async (session) => new Response((await session.getAccessToken()).accessToken))

test('while one request renews, another one sets no cookie', async (t) => {
  const { browser, sent, asked, answer } = await setSlowStage(t)
  const renewing = renew(browser)
  await asked
  const other = await browser.sessions.with(browser.request('/'), (session) => new Response(session.user.sub))
  assert.deepEqual([await other.text(), other.headers.getSetCookie()], ['alice', []])
  answer()
  browser.keep(await renewing)
  assert.equal(await (await renew(browser)).text(), 'at-1')
  assert.deepEqual(sent, ['rt-0'])
})

test('after a sign-out during a renewal, the renewed session is not stored', async (t) => {
  const { browser, asked, answer } = await setSlowStage(t)
  const renewing = renew(browser)
  await asked
  assert.equal((await browser.signOut()).status, 303)
  answer()
  const late = await renewing
  assert.deepEqual([late.status, late.headers.getSetCookie()], [401, []])
  assert.deepEqual(browser.chunks(), [])
})

test('BFF-02: requests with a cookie of an old secret renew once, too', async (t) => {
  const { browser, settings, sent, asked, answer } = await setSlowStage(t)
  const rotated = browse(createSessions(settings([OTHER, SECRET])))
  rotated.jar.set(NAME, browser.jar.get(NAME))
  const renewing = Array.from({ length: 6 }, () => renew(rotated))
  await asked
  answer()
  const all = await Promise.all(renewing)
  assert.deepEqual(await Promise.all(all.map((response) => response.text())), Array(6).fill('at-1'))
  assert.deepEqual(sent, ['rt-0'])
  const lines = all.flatMap((response) => response.headers.getSetCookie())
  assert.equal(new Set(lines).size, 1)
})
