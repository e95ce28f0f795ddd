// The routes of the sessions: what the provider, a proxy and a browser may send them, and what they send.
import assert from 'node:assert/strict'
import test from 'node:test'
import { app, browse, OTHER, SECRET, settingsAt } from '../support/edge-app.mjs'
import { json, startDouble } from '../support/double.mjs'
import { load } from '../support/package.mjs'

const { createSessions } = await load('./sessions')
const codeOf = async (response) => /^OIDC_\w+/.exec(await response.text())?.[0]
const metadataPath = '/.well-known/openid-configuration'

/** A provider double and a browser in front of an app. */
async function setStage(t, more = {}, origin = app) {
  const double = await startDouble()
  t.after(() => double.close())
  const hints = []
  const settings = { ...settingsAt(double.issuer), clientId: 'edge', log: (hint) => hints.push(hint), ...more }
  const browser = browse(createSessions(settings), origin)
  const sent = (response) => Object.fromEntries(new URL(response.headers.get('location')).searchParams)
  const signIn = async (path = '/auth/login?returnTo=/inbox') => {
    const away = await browser.handle(path)
    assert.equal(away.status, 302, await away.clone().text())
    const back = double.authorize(away.headers.get('location'))
    return { back, response: await browser.handle(back), sent: sent(away) }
  }
  const count = (path) => double.asked.filter((one) => one.path === path).length
  return { double, settings, browser, signIn, count, hints, sent }
}

test('A7: session.fetch never sends the session’s cookies, whatever the address and the caller’s headers', async (t) => {
  const asked = []
  const stage = await setStage(t, {
    apis: { 'https://api.test/inbox/': {} },
    cookie: { name: 'mine' },
    fetch: async (input, init) => {
      if (String(input.url ?? input).startsWith('http://127')) return fetch(input, init)
      const headers = new Headers(init?.headers ?? input.headers)
      asked.push({ url: String(input.url ?? input), cookie: headers.get('cookie'), token: headers.get('authorization') })
      return new Response('ok')
    },
  })
  createSessions({ ...stage.settings, cookie: { name: 'other' } })
  await stage.signIn()
  const own = stage.browser.request('/').headers.get('cookie')
  const cookies = `a=1; ${own}; __Host-other=x.y; mine-state=z; mineral=2; mine.1 = q, mine=r; b=3`
  const forward = (url, more) => [new Request(url, { headers: { cookie: cookies, ...more } })]
  const asInit = (url, more) => [url, { headers: { cookie: cookies, ...more } }]
  await stage.browser.with(async (session) => {
    for (const make of [forward, asInit]) {
      for (const url of ['https://api.test/inbox/', 'https://api.test/', 'https://evil.test/', 'https://api.test/inbox/..%2fadmin']) {
        await session.fetch(...make(url, {}))
        await session.fetch(...make(url, { authorization: 'Basic mine' }))
      }
      await session.fetch(new Request('https://api.test/', { headers: { cookie: 'mine=1' } }), { headers: [['cookie', cookies]] })
    }
    return new Response('done')
  })
  assert.equal(asked.length, 18)
  for (const { url, cookie, token } of asked) {
    assert.equal(cookie, 'a=1; mineral=2; b=3', url)
    assert.ok(url === 'https://api.test/inbox/' || !token || token === 'Basic mine', url)
  }
})

test('A9: the address that was checked for a token is the one that gets it', async (t) => {
  const asked = []
  const stage = await setStage(t, {
    apis: { 'https://api.test/': {} },
    fetch: async (input, init) => {
      if (String(input.url ?? input).startsWith('http://127')) return fetch(input, init)
      // As the platform's `fetch` does: an object that is no Request is a text.
      const request = new Request(input, init)
      asked.push([request.url, request.method, request.headers.get('authorization')?.slice(0, 6) ?? null])
      return new Response('ok')
    },
  })
  await stage.signIn()
  class Liar extends Request {
    get url() {
      return 'https://api.test/'
    }
  }
  let calls = 0
  const turning = { toString: () => (calls++ ? 'https://evil.test/' : 'https://api.test/') }
  await stage.browser.with(async (session) => {
    await session.fetch({ url: 'https://api.test/', toString: () => 'https://evil.test/' })
    await session.fetch({ url: 'https://api.test/', method: 'PUT', toString: () => 'https://evil.test/' })
    await session.fetch({ url: 'https://evil.test/', toString: () => 'https://api.test/' })
    await session.fetch(new Liar('https://evil.test/'))
    await session.fetch(turning)
    await session.fetch(new URL('https://api.test/url'))
    return new Response('done')
  })
  for (const [url, , token] of asked) assert.ok(url.startsWith('https://api.test/') || !token, `${url} ${token}`)
  assert.deepEqual(asked.map(([url]) => url), [
    'https://evil.test/', 'https://api.test/', 'https://api.test/', 'https://evil.test/', 'https://api.test/', 'https://api.test/url',
  ])
  assert.deepEqual(asked[1], ['https://api.test/', 'PUT', 'Bearer'])
})

test('A9, BFF-05: no shared cache keeps an answer to a signed-in user', async (t) => {
  const { browser, signIn } = await setStage(t)
  await signIn()
  await browser.with(() => new Response('first'))
  for (const [said, wanted] of [
    [undefined, 'private, no-cache'],
    ['public, max-age=600', 'private, max-age=600'],
    ['PUBLIC,s-maxage=9, stale-while-revalidate=5', 'private, stale-while-revalidate=5'],
    ['no-store', 'private, no-store'],
    ['private, max-age=1', 'private, max-age=1'],
    ['max-age=60, immutable, proxy-revalidate', 'private, max-age=60'],
  ]) {
    const headers = { 'cdn-cache-control': 'public', 'surrogate-control': 'max-age=9', ...(said && { 'cache-control': said }) }
    const response = await browser.sessions.with(browser.request('/'), () => new Response('x', { headers, status: 203 }))
    assert.equal(response.headers.get('cache-control'), wanted)
    assert.match(response.headers.get('vary'), /cookie/i)
    assert.deepEqual([response.headers.get('cdn-cache-control'), response.headers.get('surrogate-control')], [null, null])
    assert.deepEqual([response.status, await response.text()], [203, 'x'])
  }
  const empty = await browser.sessions.with(browser.request('/'), () => Response.redirect('https://app.example/x'))
  assert.deepEqual([empty.status, empty.headers.get('cache-control')], [302, 'private, no-cache'])
})

test('A8, DSC-15: however many sign-ins begin, the provider’s metadata is fetched once in some minutes', async (t) => {
  const { browser, count, signIn, double } = await setStage(t)
  const all = await Promise.all(Array.from({ length: 30 }, () => browser.sessions.handle(browser.request('/auth/login'))))
  assert.deepEqual(new Set(all.map(({ status }) => status)), new Set([302]))
  assert.equal(count(metadataPath), 1)
  await signIn()
  await signIn()
  assert.deepEqual([count(metadataPath), count('/keys')], [1, 1])
  const now = Date.now()
  t.mock.timers.enable({ apis: ['Date'], now })
  t.mock.timers.setTime(now + 5 * 60_000 + 1)
  await browser.handle('/auth/login')
  assert.equal(count(metadataPath), 2, 'not for ever')
  // A failure is repeated for a second only, and what is broken is not kept.
  t.mock.timers.setTime(now + 20 * 60_000)
  const good = double.answers[metadataPath]
  for (const broken of [() => ({ status: 500, body: '' }), () => json({ issuer: 'https://evil.example' }), () => ({ status: 200, body: '<html>' })]) {
    const before = count(metadataPath)
    double.answers[metadataPath] = broken
    const refused = await Promise.all(Array.from({ length: 5 }, () => browser.sessions.handle(browser.request('/auth/login'))))
    assert.ok(refused.every(({ status }) => status >= 400))
    assert.equal(count(metadataPath), before + 1)
    double.answers[metadataPath] = good
    t.mock.timers.setTime(Date.now() + 2000)
    assert.equal((await browser.handle('/auth/login')).status, 302)
    t.mock.timers.setTime(Date.now() + 10 * 60_000)
  }
})

test('A8: a key that the known key set lacks is looked for at once', async (t) => {
  const { signIn, double, count, browser } = await setStage(t)
  double.answers['/keys'] = () => json({ keys: [] })
  const before = double.answers['/keys']
  assert.notEqual((await signIn()).response.headers.get('location'), `${app}/inbox`)
  assert.equal(count('/keys'), 2)
  assert.equal(before, double.answers['/keys'])
  assert.deepEqual(browser.chunks(), [])
})

test('A8, REQ-14: pushed requests are bounded, and no image or prefetch makes one', async (t) => {
  const { double, browser, count } = await setStage(t, { requirePushedAuthorizationRequests: true })
  const good = double.answers[metadataPath]
  double.answers[metadataPath] = () => {
    const metadata = JSON.parse(good().body)
    return json({ ...metadata, pushed_authorization_request_endpoint: `${double.issuer}/par` })
  }
  double.answers['/par'] = () => json({ request_uri: 'urn:x', expires_in: 60 }, 201)
  const open = (headers) => browser.sessions.handle(browser.request('/auth/login', { headers }))
  for (const headers of [{ 'sec-purpose': 'prefetch;prerender' }, { purpose: 'prefetch' }, { 'sec-fetch-dest': 'image' }, { 'sec-fetch-dest': 'script' }]) {
    assert.equal((await open(headers)).status, 403)
  }
  assert.equal(count('/par'), 0)
  assert.equal((await open({ 'sec-fetch-dest': 'document' })).status, 302)
  const all = await Promise.all(Array.from({ length: 150 }, () => open({})))
  assert.equal(count('/par'), 100)
  const busy = all.filter(({ status }) => status === 503)
  assert.equal(busy.length, 51)
  assert.ok(busy[0].headers.has('retry-after'))
})

test('B: a slash at the end, a path that a proxy strips or leaves, and the root as basePath all work', async (t) => {
  const stage = await setStage(t)
  const away = await stage.browser.handle('/auth/login/?returnTo=/inbox')
  assert.equal(stage.sent(away).redirect_uri, `${app}/auth/callback`)
  const { pathname, search } = new URL(stage.double.authorize(away.headers.get('location')))
  const back = await stage.browser.handle(`${pathname}/${search}`)
  assert.equal(back.headers.get('location'), `${app}/inbox`)
  for (const [baseUrl, basePath, prefix, redirectUri] of [
    [`${app}/shop/`, undefined, '/auth', `${app}/shop/auth/callback`],
    [`${app}/shop`, '/auth/', '/shop/auth', `${app}/shop/auth/callback`],
    [app, '/', '', `${app}/callback`],
  ]) {
    const { browser, double, sent } = await setStage(t, { baseUrl, ...(basePath && { basePath }) }, 'http://10.0.0.7:8080')
    const out = await browser.sessions.handle(browser.request(`${prefix}/login`))
    assert.equal(sent(out).redirect_uri, redirectUri)
    for (const line of out.headers.getSetCookie()) {
      const [name, value] = line.split(';')[0].split('=')
      browser.jar.set(name, { value })
    }
    const response = new URL(double.authorize(out.headers.get('location')))
    const done = await browser.sessions.handle(browser.request(`${prefix}/callback${response.search}`))
    assert.equal(done.headers.get('location'), baseUrl.endsWith('/') ? baseUrl : `${baseUrl}/`, await done.text())
  }
})

test('B, REQ-10: the registered redirect URI may be any address of the app', async (t) => {
  for (const [redirectUri, path] of [['/oauth2/done', '/oauth2/done'], [`${app}/`, '/'], [`${app}/signed-in/`, '/signed-in']]) {
    const { browser, signIn, sent } = await setStage(t, { redirectUri })
    const { back, response } = await signIn()
    assert.equal(new URL(back).pathname, new URL(redirectUri, app).pathname)
    assert.equal(response.headers.get('location'), `${app}/inbox`, redirectUri)
    assert.equal(await browser.sessions.handle(browser.request(path)), undefined, 'without a response it is the app’s')
    assert.equal(await browser.sessions.handle(browser.request('/auth/callback?state=x&code=y')), undefined)
    assert.ok(sent)
  }
  const elsewhere = await setStage(t, { redirectUri: 'https://evil.example/callback' })
  assert.equal(await codeOf(await elsewhere.browser.handle('/auth/login')), 'OIDC_CONFIG_INVALID')
})

test('B: HEAD changes nothing, and uses no code up', async (t) => {
  const { browser, double, count } = await setStage(t)
  const head = (path) => browser.sessions.handle(browser.request(path, { method: 'HEAD' }))
  const seen = await head('/auth/login')
  assert.deepEqual([seen.status, seen.headers.getSetCookie(), count(metadataPath)], [204, [], 0])
  const away = await browser.handle('/auth/login')
  const back = double.authorize(away.headers.get('location'))
  assert.equal((await head(back)).status, 204)
  assert.equal((await browser.handle(back)).status, 302)
  assert.equal((await browser.user()).sub, 'alice')
  const refused = await head('/auth/logout')
  assert.deepEqual([refused.status, refused.headers.get('allow')], [405, 'POST'])
  assert.equal((await browser.user()).sub, 'alice')
})

test('C5: the error page is for the person, leads back to the sign-in, and runs nothing', async (t) => {
  const { browser } = await setStage(t, { baseUrl: `${app}/shop` })
  const page = await browser.handle('/shop/auth/callback?state=x&code=y', { headers: { accept: 'text/html,*/*' } })
  const html = await page.text()
  assert.match(page.headers.get('content-type'), /^text\/html/)
  assert.match(page.headers.get('content-security-policy'), /default-src 'none'/)
  assert.match(html, /<a href="\/shop\/auth\/login">/)
  assert.match(html, /OIDC_STATE_/)
  assert.ok(!html.includes('<script'))
  const text = await (await browser.handle('/shop/auth/callback?state=x&code=y')).text()
  assert.match(text, /^OIDC_STATE_[\s\S]*\/shop\/auth\/login/)
})

test('C4: an app that sends another response than that of `with` is told so, once', async (t) => {
  const { browser, signIn, hints } = await setStage(t)
  await signIn()
  // As a middleware of Hono does: the response that `with` resolves to is not used.
  for (let n = 0; n < 2; n += 1) {
    const used = new Response('x')
    await browser.sessions.with(browser.request('/'), () => used)
    assert.deepEqual([[...used.headers].length, await used.text()], [1, 'x'])
  }
  assert.deepEqual(hints.map((hint) => /with/.test(hint)), [true])
  const right = await setStage(t)
  await right.signIn()
  const shared = new Response(null, { status: 204, headers: { 'x-own': '1' } })
  for (let n = 0; n < 2; n += 1) {
    const response = await right.browser.sessions.with(right.browser.request('/'), () => shared)
    assert.deepEqual([response.status, response.headers.get('x-own'), await response.text()], [204, '1', ''])
  }
  assert.deepEqual(right.hints, [])
})

test('B: two createSessions with one cookie name are told so', async (t) => {
  const { settings, hints } = await setStage(t, { cookie: { name: 'twice' } })
  createSessions(settings)
  createSessions({ ...settings, baseUrl: 'https://tenant.example' })
  createSessions({ ...settings, cookie: { name: 'else' } })
  createSessions({ ...settings, secret: [OTHER, SECRET] })
  assert.deepEqual(hints, [])
  createSessions({ ...settings, secret: 'mQ3vN8xT1bZ5mC7wR9yL2dF4hJ6gS0pB' })
  assert.equal(hints.length, 1)
  assert.match(hints[0], /twice/)
})

