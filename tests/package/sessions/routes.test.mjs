// The routes of the sessions: what the provider, a proxy and a browser may send them, and what they send.
import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import test from 'node:test'
import { advanceClock } from '../support/clock.mjs'
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
    // Many sign-ins within seconds would look like a loop.
    for (const name of browser.jar.keys()) if (/-/.test(name.replace('__Host-', ''))) browser.jar.delete(name)
    const away = await browser.handle(path)
    assert.equal(away.status, 302, await away.clone().text())
    const back = double.authorize(away.headers.get('location'))
    return { back, response: await browser.handle(back), sent: sent(away) }
  }
  const count = (path) => double.asked.filter((one) => one.path === path).length
  return { double, settings, browser, signIn, count, hints, sent }
}

/** A stage whose app calls other servers by `session.fetch`. `asked` has what they receive. */
async function setApiStage(t, more) {
  const asked = []
  const callApi = async (input, init) => {
    const url = String(input.url ?? input)
    if (url.startsWith('http://127')) return fetch(input, init)
    const headers = new Headers(init?.headers ?? input.headers)
    asked.push({ url, headers, cookie: headers.get('cookie'), token: headers.get('authorization') })
    return new Response('ok')
  }
  return { ...(await setStage(t, { fetch: callApi, ...more })), asked }
}

test('A7: session.fetch never sends the session’s cookies, whatever the address and the caller’s headers', async (t) => {
  const { asked, ...stage } = await setApiStage(t, { apis: { 'https://api.test/inbox/': {} }, cookie: { name: 'mine' } })
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

test('A7: session.fetch removes the session’s own cookies, however many other sessions the isolate has', async (t) => {
  const { asked, ...stage } = await setApiStage(t, { cookie: { name: 'first' } })
  await stage.signIn()
  const cookie = `a=1; ${stage.browser.request('/').headers.get('cookie')}`
  for (let count = 0; count < 200; count += 1) createSessions({ ...stage.settings, cookie: { name: `tenant${count}` } })
  await stage.browser.with(async (session) => {
    await session.fetch(new Request('https://evil.test/', { headers: { cookie } }))
    await session.fetch('https://evil.test/', { headers: { cookie: `${cookie}; __Host-tenant199=x` } })
    return new Response('done')
  })
  assert.deepEqual(asked.map(({ cookie }) => cookie), ['a=1', 'a=1'])
})

test('A7: session.fetch removes the cookies of every session, whatever their number, their place and their isolate', async (t) => {
  const { asked, ...stage } = await setApiStage(t, { cookie: { name: 'first' } })
  for (let count = 0; count < 200; count += 1) createSessions({ ...stage.settings, cookie: { name: `many${count}` } })
  await stage.signIn()
  const own = stage.browser.request('/').headers.get('cookie')
  const foreign = Array.from({ length: 100 }, (_, count) => `foreign${count}=1`).join('; ')
  // Another isolate made these sessions: this one knows the form of their cookies alone.
  const sealed = (await stage.browser.handle('/auth/login')).headers.getSetCookie().at(-1).split('; ')[0].split('=')[1]
  const elsewhere = `__Host-elsewhere=2.${sealed}; __Host-elsewhere.1=AAAA; __Host-elsewhere-state=${sealed}; plain=1.${sealed}`
  const kept = `a=1.2.3; _ga=GA1.2.1234567890.1234567890; b=x,y; ${foreign}; c; d="1"; elsewhere2=1; =e`
  const spread = `__Host-many0=x; many1=x; ${kept}; __Host-many2.1=x; many3-state=x; ${own}; ${elsewhere}; __Host-many199=x,__Host-many150=y`
  await stage.browser.with(async (session) => {
    await session.fetch('https://evil.test/', { headers: { cookie: spread } })
    await session.fetch('https://evil.test/', { headers: { cookie: `${kept}; ${own}` } })
    await session.fetch('https://evil.test/', { headers: { cookie: kept } })
    return new Response('done')
  })
  assert.deepEqual(asked.map(({ cookie }) => cookie), [kept, kept, kept])
})

test('session.fetch takes headers as an iterator, with and without a token, and sends them all', async (t) => {
  const { browser, signIn, asked } = await setApiStage(t, { apis: { 'https://api.test/': {} } })
  await signIn()
  const own = browser.request('/').headers.get('cookie')
  function* pairs() {
    yield ['x-trace', '1']
    yield ['cookie', `a=1; ${own}`]
  }
  await browser.with(async (session) => {
    for (const url of ['https://api.test/', 'https://other.test/']) {
      for (const headers of [pairs(), new Map(pairs()), new Headers([...pairs()]).entries(), [...pairs()].values()]) {
        await session.fetch(url, { headers })
      }
    }
    return new Response('done')
  })
  assert.equal(asked.length, 8)
  for (const { url, headers, cookie, token } of asked) {
    assert.deepEqual([headers.get('x-trace'), cookie, !!token], ['1', 'a=1', url === 'https://api.test/'], url)
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

test('A9, BFF-05: no header that only caches read is left on an answer to a signed-in user, whatever cache it names', async (t) => {
  const { browser, signIn } = await setStage(t)
  await signIn()
  await browser.with(() => new Response('first'))
  const names = [
    'CDN-Cache-Control', 'Cloudflare-CDN-Cache-Control', 'Akamai-CDN-Cache-Control', 'Fastly-CDN-Cache-Control',
    'X-LiteSpeed-Cache-Control', 'X-Vercel-Cache-Control', 'Example-Cache-Control', 'Surrogate-Control',
    'X-Accel-Expires', 'Edge-Control', 'Expires',
  ]
  const headers = { ...Object.fromEntries(names.map((name) => [name, 'public, max-age=3600'])), 'x-own': 'stays' }
  const answers = [
    await browser.sessions.with(browser.request('/'), () => new Response('x', { headers })),
    // One that gets cookies.
    await browser.sessions.with(new Request(app, { headers: { cookie: '__Host-countersign=1.x' } }), () => new Response('x', { headers })),
  ]
  for (const answer of answers) {
    for (const name of names) assert.equal(answer.headers.get(name), null, name)
    assert.equal(answer.headers.get('x-own'), 'stays')
    assert.match(answer.headers.get('cache-control'), /^private\b/)
  }
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
  assert.equal(count(metadataPath), 2, 'not longer')
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

test('A8: a failed request for a missing key hides the known keys from no other sign-in', async (t) => {
  const now = Date.now()
  t.mock.timers.enable({ apis: ['Date'], now })
  const { signIn, double, count } = await setStage(t)
  const isIn = async () => (await signIn()).response.headers.get('location') === `${app}/inbox`
  assert.equal(await isIn(), true)
  double.answers['/keys'] = () => ({ status: 500, body: '' })
  const { signer } = double
  double.signer = double.otherKey()
  assert.equal(await isIn(), false)
  assert.ok(count('/keys') > 1)
  double.signer = signer
  assert.equal(await isIn(), true)
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

test('C4: an app that sends another response than that of `with` gets a hint, once', async (t) => {
  const { browser, signIn, hints } = await setStage(t)
  await signIn()
  // As a middleware of Hono does: the response that `with` resolves to is not used.
  for (let n = 0; n < 2; n += 1) {
    const used = new Response('x')
    await browser.sessions.with(browser.request('/'), () => used)
    assert.deepEqual([[...used.headers].length, await used.text()], [1, 'x'])
  }
  assert.equal(hints.filter((hint) => /sent another response/.test(hint)).length, 1)
  const right = await setStage(t)
  await right.signIn()
  const shared = new Response(null, { status: 204, headers: { 'x-own': '1' } })
  for (let n = 0; n < 2; n += 1) {
    const response = await right.browser.sessions.with(right.browser.request('/'), () => shared)
    assert.deepEqual([response.status, response.headers.get('x-own'), await response.text()], [204, '1', ''])
  }
  assert.deepEqual(right.hints.filter((hint) => /sent another response/.test(hint)), [])
})

test('B: two createSessions with one cookie name give a hint', async (t) => {
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


test('RES-14, apple-form-post: a form of the provider’s site, without cookies, finds the sign-in by one redirect', async (t) => {
  const { browser, double, sent } = await setStage(t, { responseMode: 'form_post' })
  const away = await browser.handle('/auth/login?returnTo=/inbox')
  assert.equal(sent(away).response_mode, 'form_post')
  assert.ok(browser.pending().every((name) => browser.jar.get(name).sameSite === 'SameSite=Lax'))
  const { search, pathname } = new URL(double.authorize(away.headers.get('location')))
  const post = (body, type = 'application/x-www-form-urlencoded') =>
    browser.sessions.handle(new Request(`${app}${pathname}`, { method: 'POST', body, headers: { 'content-type': type, origin: 'https://appleid.apple.com' } }))
  const user = encodeURIComponent('{"name":{"firstName":"A"},"email":"a@b.example"}')
  const moved = await post(`${search.slice(1)}&user=${user}`)
  assert.deepEqual([moved.status, moved.headers.getSetCookie()], [303, []])
  const location = new URL(moved.headers.get('location'))
  assert.deepEqual([location.origin + location.pathname, location.searchParams.has('user')], [`${app}/auth/callback`, false])
  assert.match(moved.headers.get('cache-control'), /no-store/)
  const done = await browser.handle(location.href)
  assert.equal(done.headers.get('location'), `${app}/inbox`)
  // Nothing else is taken, and nothing leads elsewhere.
  for (const [body, type] of [['', undefined], ['code=x', undefined], [search.slice(1), 'text/plain'], [`state=${'x'.repeat(40_000)}`, undefined]]) {
    assert.equal(await codeOf(await post(body, type)), 'OIDC_STATE_MISSING')
  }
  const odd = await post('state=a%0d%0ab&code=%2f%2fevil.example')
  assert.ok(odd.headers.get('location').startsWith(`${app}/auth/callback?`))
})

test('D10: onSignIn receives the other parameters of the callback, and may choose the address', async (t) => {
  const seen = []
  const onSignIn = ({ user, returnTo, callbackParams }, request) => {
    seen.push([user.sub, returnTo, { ...callbackParams }, new URL(request.url).pathname])
    return callbackParams.kc_action_status && `/done?status=${encodeURIComponent(callbackParams.kc_action_status)}`
  }
  const { browser, double } = await setStage(t, { onSignIn })
  const signIn = async (more) => {
    const away = await browser.handle('/auth/login?returnTo=/inbox')
    const response = await browser.handle(`${double.authorize(away.headers.get('location'))}${more}`)
    return response.headers.get('location')
  }
  assert.equal(await signIn(''), `${app}/inbox`)
  assert.equal(await signIn('&kc_action_status=success&session_state=q'), '/done?status=success')
  assert.deepEqual(seen, [
    ['alice', `${app}/inbox`, {}, '/auth/callback'],
    ['alice', `${app}/inbox`, { kc_action_status: 'success' }, '/auth/callback'],
  ])
  // Not for a response of another browser.
  assert.equal(await codeOf(await browser.handle('/auth/callback?code=x&state=s&kc_action_status=success')), 'OIDC_STATE_MISMATCH')
  assert.equal(seen.length, 2)
})

test('D10: onSignIn redirects to addresses of the app alone', async (t) => {
  let answer
  const { signIn } = await setStage(t, { onSignIn: () => answer })
  for (answer of ['/account?x=1', 'account', `${app}/account`]) {
    const { response } = await signIn()
    assert.equal(new URL(response.headers.get('location'), app).origin, app, answer)
  }
  for (answer of ['https://evil.example/', '//evil.example', '/\\\\evil.example', 'javascript:alert(1)', 'http://[', 'data:,x']) {
    const { response } = await signIn()
    assert.deepEqual([await codeOf(response), response.headers.has('location')], ['OIDC_CONFIG_INVALID', false], answer)
  }
})

test('B, BFF-11: links of other sites that begin sign-ins beside a session keep its header below 8 KB', async (t) => {
  const { browser, signIn, double } = await setStage(t)
  double.claims = { text: 'x'.repeat(1900) }
  await signIn()
  const cookies = () => [...browser.jar].map(([name, { value }]) => `${name}=${value}`).join('; ')
  const sessionBytes = cookies().length
  assert.ok(sessionBytes > 4500 && sessionBytes < 6500, `${sessionBytes} bytes`)
  const long = (length) => 'a'.repeat(length)
  for (const query of [
    ...[700, 700, 2800, 700, 2800, 2800, 700].map((length) => `returnTo=/${long(length)}&prompt=login`),
    `login_hint=${long(2000)}`,
    `login_hint=${long(4500)}&returnTo=/x`,
    `acr_values=${long(2500)}`,
    `ui_locales=${long(2500)}`,
    `claims=${encodeURIComponent(JSON.stringify({ userinfo: { [long(4500)]: null } }))}`,
    `target_link_uri=/${long(2800)}`,
  ]) {
    const { status } = await browser.handle(`/auth/login?${query}`)
    assert.equal(status, 302, query.slice(0, 20))
    assert.ok(cookies().length < 8192, `${query.slice(0, 20)}: ${cookies().length} bytes`)
  }
  assert.equal((await browser.with((session) => Response.json(session.user.sub)).then((one) => one.json())), 'alice')
})

test('B: sign-ins begun before a large session do not make its header too long afterwards', async (t) => {
  const { browser, double } = await setStage(t)
  const cookies = () => [...browser.jar].map(([name, { value }]) => `${name}=${value}`).join('; ')
  double.claims = { text: 'x'.repeat(1900) }
  const tabs = []
  for (let n = 0; n < 5; n += 1) tabs.push(await browser.handle(`/auth/login?returnTo=/${'a'.repeat(300)}&prompt=login`))
  const last = double.authorize(tabs.at(-1).headers.get('location'))
  assert.equal((await browser.handle(last)).status, 302)
  assert.ok(cookies().length < 7600, `${cookies().length} bytes`)
  assert.equal((await browser.user()).sub, 'alice')
})

test('B: beside a session above 8 KB that the app allows, a sign-in of another tab stays', async (t) => {
  const { browser, double, signIn } = await setStage(t, { maxCookieBytes: 20_000 })
  double.claims = { text: 'x'.repeat(7000) }
  await signIn()
  const { length } = browser.request('/').headers.get('cookie')
  assert.ok(length > 8192, `${length} bytes`)
  advanceClock(t, 5)
  const first = await browser.handle('/auth/login?returnTo=/first')
  advanceClock(t, 5)
  await browser.handle('/auth/login?returnTo=/second')
  const done = await browser.handle(double.authorize(first.headers.get('location')))
  assert.equal(done.headers.get('location'), `${app}/first`)
})

test('B, BFF-11: words of the provider never take the largest session over its limit', async (t) => {
  for (const letter of ['\u0001', '\u009b', '"', '\u{1f600}']) {
    const { browser, double, signIn, count } = await setStage(t)
    const redeem = double.answers['/token']
    double.answers['/token'] = (...request) => json({ ...JSON.parse(redeem(...request).body), refresh_token: 'r' })
    for (let size = 3600; size > 0; size -= 50) {
      double.claims = { text: 'x'.repeat(size) }
      if ((await signIn()).response.status === 302) break
    }
    assert.equal((await browser.user()).sub, 'alice')
    const words = { error: `invalid_client${letter.repeat(300)}`, error_description: letter.repeat(2000) }
    for (const error of ['invalid_client', words.error]) {
      const before = count('/token')
      double.answers['/token'] = () => json({ ...words, error }, 401)
      await browser.with(async (session) => {
        await assert.rejects(session.getAccessToken({ renew: true }), ({ code }) => code !== 'OIDC_SESSION_TOO_LARGE')
        return new Response('done')
      })
      assert.ok(count('/token') > before)
      advanceClock(t, 60)
    }
    assert.equal((await browser.user())?.sub, 'alice', JSON.stringify(letter))
  }
})

test('A8: pushed requests of sign-ins that a late or repeated response begins are bounded', async (t) => {
  const { browser, double } = await setStage(t, { requirePushedAuthorizationRequests: true })
  const readMetadata = double.answers[metadataPath]
  double.answers[metadataPath] = (...request) =>
    json({ ...JSON.parse(readMetadata(...request).body), pushed_authorization_request_endpoint: `${double.issuer}/par` })
  double.answers['/par'] = () => json({ request_uri: 'urn:x', expires_in: 60 }, 201)
  const away = await browser.handle('/auth/login')
  assert.equal(away.status, 302)
  const state = [...browser.jar.keys()].find((name) => name.includes('-')).replace(/^.*?-countersign-|^__Host-countersign-/, '')
  advanceClock(t, 16 * 60)
  const cookie = [...browser.jar].map(([name, { value }]) => `${name}=${value}`).join('; ')
  for (let n = 0; n < 130; n += 1) {
    await browser.sessions.handle(new Request(`${app}/auth/callback?code=junk${n}&state=${state}`, { headers: { cookie } }))
  }
  const pushed = double.asked.filter(({ path }) => path === '/par').length
  assert.ok(pushed > 2 && pushed <= 101, `${pushed} pushed requests`)
})

test('B: an address of onSignIn with letters that no header can have is escaped', async (t) => {
  let answer
  const { signIn } = await setStage(t, { onSignIn: () => answer })
  for (const [given, sent] of [['/日本', '/%E6%97%A5%E6%9C%AC'], ['/straße x', '/stra%C3%9Fe%20x'], ['/a\nb', '/ab'], ['/ok?a=b', '/ok?a=b'], ['/.//evil.example', `${app}//evil.example`]]) {
    answer = given
    assert.equal((await signIn()).response.headers.get('location'), sent)
  }
})

test('B: a long address to return to is kept in two cookies, of which none is left afterwards', async (t) => {
  const { browser, double, signIn } = await setStage(t)
  const long = `/inbox?x=${'é'.repeat(345)}`
  const away = await browser.handle(`/auth/login?returnTo=${encodeURIComponent(long)}`)
  const pending = [...browser.jar.keys()].filter((name) => name.startsWith('__Host-countersign-'))
  assert.deepEqual(pending.map((name) => name.endsWith('.1')), [false, true])
  // Another sign-in beside it, which has one cookie.
  await browser.handle('/auth/login?returnTo=/other')
  const [, second] = pending
  const { value } = browser.jar.get(second)
  browser.jar.get(second).value = value.replace(/.$/, (end) => (end === 'A' ? 'B' : 'A'))
  const back = double.authorize(away.headers.get('location'))
  assert.equal(await codeOf(await browser.handle(back)), 'OIDC_STATE_UNKNOWN')
  const { response } = await signIn(`/auth/login?returnTo=${encodeURIComponent(long)}`)
  assert.equal(response.headers.get('location'), new URL(long, app).href)
  assert.deepEqual([...browser.jar.keys()].filter((name) => name.endsWith('.1') && name.includes('-')), [])
})

test('D14: an error without a state is reported while a sign-in waits for it, and changes nothing', async (t) => {
  const seen = []
  const onError = ({ code, cause }) => void seen.push([code, cause])
  const { browser, double, signIn } = await setStage(t, { onError })
  const refusal = '/auth/callback?error=access_denied&error_description=Not%20today'
  assert.equal(await codeOf(await browser.handle(refusal)), 'OIDC_STATE_MISSING')
  const away = await browser.handle('/auth/login?returnTo=/inbox')
  const refused = await browser.handle(refusal)
  assert.deepEqual([refused.status, refused.headers.getSetCookie()], [401, []])
  // As a form, without cookies.
  const moved = await browser.handle('/auth/callback', {
    method: 'POST', body: 'error=access_denied', headers: { 'content-type': 'application/x-www-form-urlencoded' },
  })
  assert.equal(moved.headers.get('location'), `${app}/auth/callback?error=access_denied`)
  assert.deepEqual(seen.map(([code]) => code), ['OIDC_STATE_MISSING', 'OIDC_SIGNIN_REFUSED'])
  for (const [, cause] of seen) assert.match(JSON.stringify(cause), /access_denied.*Not today/)
  // The same sign-in still finishes, and its session outlives such an address.
  const done = await browser.handle(double.authorize(away.headers.get('location')))
  assert.equal(done.headers.get('location'), `${app}/inbox`)
  await browser.handle(refusal)
  assert.equal((await browser.user()).sub, 'alice')
  assert.equal((await signIn()).response.status, 302)
})

test('D14: at a redirect URI that is a page of the app, the app answers its own errors', async (t) => {
  const { browser, settings } = await setStage(t, { redirectUri: '/' })
  const own = createSessions({ ...settings, cookie: { name: 'own' } })
  for (const query of ['?error=mine', '?terror=mine']) {
    assert.equal(await own.handle(browser.request(`/${query}`)), undefined)
  }
  await browser.handle('/auth/login')
  assert.equal(await codeOf(await browser.handle('/?error=access_denied')), 'OIDC_SIGNIN_REFUSED')
})

test('authorization-parameters: the settings and the address of a sign-in say what is sent', async (t) => {
  const { browser, sent, double } = await setStage(t, { extra: { access_type: 'offline', audience: 'https://api.example.com/' } })
  const query = new URLSearchParams({
    prompt: 'consent', login_hint: 'a@b.c', acr_values: 'gold silver', ui_locales: 'de', max_age: '60',
    claims: '{"id_token":{"email":null}}', audience: 'https://evil.example/', scope: 'evil', state: 'evil', access_type: 'x',
  })
  const asked = sent(await browser.handle(`/auth/login?${query}`))
  const { prompt, login_hint, acr_values, ui_locales, max_age, claims, access_type, audience, scope, state } = asked
  assert.deepEqual([prompt, login_hint, acr_values, ui_locales, max_age], ['consent', 'a@b.c', 'gold silver', 'de', '60'])
  assert.equal(claims, '{"id_token":{"email":null}}')
  assert.deepEqual([access_type, audience], ['offline', 'https://api.example.com/'], 'a link adds no parameter of its own')
  assert.ok(!scope.includes('evil') && state !== 'evil')
  assert.equal(sent(await browser.handle('/auth/login?loginHint=a%40b.c')).login_hint, 'a@b.c')
  for (const odd of ['claims=x', 'claims=[]', 'max_age=x', 'login_hint=a&loginHint=b', 'prompt=a&prompt=b']) {
    assert.equal(await codeOf(await browser.handle(`/auth/login?${odd}`)), 'OIDC_SIGNIN_OPTION_INVALID', odd)
  }
  // A sign-in that the provider begins (Core 4).
  const issuer = encodeURIComponent(double.issuer)
  const target = encodeURIComponent(`${app}/deep`)
  const begun = await browser.handle(`/auth/login?iss=${issuer}&login_hint=alice&target_link_uri=${target}`)
  assert.equal(sent(begun).login_hint, 'alice')
  const done = await browser.handle(double.authorize(begun.headers.get('location')))
  assert.equal(done.headers.get('location'), `${app}/deep`)
  assert.equal((await browser.handle('/auth/login?iss=https%3A%2F%2Fevil.example')).status, 403)
  for (const name of ['state', 'redirect_uri', 'response_mode', 'client_id']) {
    const refused = await setStage(t, { extra: { [name]: 'x' } })
    assert.equal(await codeOf(await refused.browser.handle('/auth/login')), 'OIDC_EXTRA_FORBIDDEN', name)
  }
})

test('B, BFF-04: a session that is too large for the header of a request is refused at its sign-in', async (t) => {
  const groups = (length) => ({ groups: Array.from({ length }, (_, n) => `6fb1a7c2-4d5e-4f60-9a1b-${String(n).padStart(12, '0')}`) })
  const { double, signIn, browser } = await setStage(t)
  double.claims = groups(20)
  const { response } = await signIn()
  assert.equal(response.status, 302, await response.text())
  const bytes = browser.chunks().reduce((sum, name) => sum + name.length + browser.jar.get(name).value.length + 3, 0)
  assert.ok(bytes < 6144, `${bytes} bytes`)
  assert.equal((await browser.user()).groups.length, 20)
  double.claims = groups(300)
  const refused = (await signIn()).response
  assert.deepEqual([refused.status, await codeOf(refused)], [400, 'OIDC_SESSION_TOO_LARGE'])
  assert.equal((await browser.user()).groups.length, 20, 'the session that was there stays')
  const kept = await setStage(t, { keepClaims: ['email'] })
  kept.double.claims = { ...groups(300), email: 'a@b.example' }
  assert.equal((await kept.signIn()).response.status, 302)
  const user = await kept.browser.user()
  assert.deepEqual([user.sub, user.email, user.groups, user.iss], ['alice', 'a@b.example', undefined, kept.double.issuer])
  const out = await kept.browser.signOut()
  assert.ok(out.headers.get('location').length < 2000)
})

test('B, BFF-04: a renewal that makes the cookies too large ends the session, and locks no user out', async (t) => {
  const { browser, signIn, double } = await setStage(t)
  const redeem = double.answers['/token']
  let accessToken
  double.answers['/token'] = (request, body) =>
    body.includes('grant_type=refresh_token')
      ? json({ access_token: accessToken, token_type: 'Bearer', expires_in: 3600, refresh_token: 'r' })
      : json({ ...JSON.parse(redeem(request, body).body), refresh_token: 'r' })
  await signIn()
  const renew = () =>
    browser.with(async (session) => {
      const { code } = await session.getAccessToken({ renew: true }).then(() => ({}), (error) => error)
      return new Response(code)
    })
  const kept = browser.chunks().reduce((sum, name) => sum + browser.jar.get(name).value.length, 0)
  // Base64 makes four characters of three bytes.
  accessToken = 'x'.repeat(Math.floor(((6144 + 900 - kept) * 3) / 4))
  assert.equal(await (await renew()).text(), '')
  assert.equal((await browser.user()).sub, 'alice', 'a little more than a sign-in may have')
  accessToken += 'x'.repeat(400)
  assert.equal(await (await renew()).text(), 'OIDC_SESSION_TOO_LARGE')
  assert.deepEqual([browser.chunks(), await browser.user()], [[], null])
  await signIn()
  const thrown = await browser.with(async (session) => Response.json(await session.getAccessToken({ renew: true })))
  assert.deepEqual([thrown.status, await codeOf(thrown), browser.chunks()], [400, 'OIDC_SESSION_TOO_LARGE', []])
})

test('B22, entra-multi-tenant: users of any tenant sign in, and a key that names a tenant is for that one alone', async (t) => {
  const [own, other] = ['9188040d-6c67-4c5b-b112-36a304b66dad', '11111111-6c67-4c5b-b112-36a304b66dad']
  for (const [configured, tid, keyTenant, more, code] of [
    ['{tenantid}', own],
    ['common', own],
    ['{tenantid}', own, own],
    ['{tenantid}', own, '{tenantid}'],
    ['{tenantid}', own, other, {}, 'OIDC_KEY_NOT_FOUND'],
    ['common', own, other, {}, 'OIDC_KEY_NOT_FOUND'],
    ['{tenantid}', own, undefined, { tenants: [other] }, 'OIDC_TENANT_FORBIDDEN'],
    ['{tenantid}', 'common', undefined, {}, 'OIDC_ISSUER_MISMATCH'],
  ]) {
    const double = await startDouble()
    t.after(() => double.close())
    const issuerOf = (tenant) => `${double.issuer}/${tenant}/v2.0`
    const { authorization_response_iss_parameter_supported: _, ...metadata } = JSON.parse(double.answers[metadataPath]().body)
    double.answers[`/common/v2.0${metadataPath}`] = () => json({ ...metadata, issuer: issuerOf('{tenantid}') })
    const keys = double.answers['/keys']
    const named = keyTenant && { issuer: issuerOf(keyTenant) }
    double.answers['/keys'] = () => json({ keys: JSON.parse(keys().body).keys.map((key) => ({ ...key, ...named })) })
    double.claims = { iss: issuerOf(tid), tid }
    const browser = browse(createSessions({ ...settingsAt(issuerOf(configured)), clientId: 'edge', ...more }))
    const away = await browser.handle('/auth/login')
    assert.equal(away.status, 302, await away.clone().text())
    const back = new URL(double.authorize(away.headers.get('location')))
    back.searchParams.delete('iss')
    const done = await browser.handle(back.href)
    assert.equal(done.status === 302 ? undefined : await codeOf(done), code, `${configured} ${tid} ${keyTenant}`)
    if (!code) assert.equal((await browser.user()).iss, issuerOf(own))
  }
})

test('D6: trustedAudiences lets an ID token name other audiences too, and no other client as azp', async (t) => {
  for (const [more, claims, code] of [
    [{}, { aud: ['edge', 'project'] }, 'OIDC_AUDIENCE_MISMATCH'],
    [{ trustedAudiences: ['project'] }, { aud: ['edge', 'project'] }],
    [{ trustedAudiences: ['project'] }, { aud: ['edge', 'project'], azp: 'edge' }],
    [{ trustedAudiences: ['project'] }, { aud: ['edge', 'project'], azp: 'other' }, 'OIDC_AZP_MISMATCH'],
    [{ trustedAudiences: ['project'] }, { aud: ['edge', 'else'] }, 'OIDC_AUDIENCE_MISMATCH'],
    [{ trustedAudiences: ['project'] }, { aud: ['project'] }, 'OIDC_AUDIENCE_MISMATCH'],
  ]) {
    const { signIn, double } = await setStage(t, more)
    double.claims = claims
    const { response } = await signIn()
    assert.equal(response.status === 302 ? undefined : await codeOf(response), code, JSON.stringify([more, claims]))
  }
})

test('D8: a token whose lifetime the provider does not say has no expiresAt', async (t) => {
  const { browser, signIn, double } = await setStage(t)
  const redeem = double.answers['/token']
  double.answers['/token'] = (request, body) => {
    const { expires_in: _, ...tokens } = JSON.parse(redeem(request, body).body)
    return json(tokens)
  }
  await signIn()
  const answer = await browser.with(async (session) => Response.json(await session.getAccessToken()))
  assert.deepEqual(await answer.json(), { accessToken: 'token-of-alice' })
})

test('D9: sign-outs are no loop, and sign-ins that ask for the same are', async (t) => {
  const visit = async () => {
    const { browser, double } = await setStage(t)
    const signIn = async () => {
      const away = await browser.handle('/auth/login')
      if (away.status === 302) await browser.handle(double.authorize(away.headers.get('location')))
      return away
    }
    return { browser, signIn }
  }
  const leaving = await visit()
  for (let round = 0; round < 5; round += 1) {
    assert.equal((await leaving.signIn()).status, 302, `round ${round}`)
    assert.equal((await leaving.browser.signOut()).status, 303)
  }
  const staying = await visit()
  for (let round = 0; round < 3; round += 1) assert.equal((await staying.signIn()).status, 302)
  assert.equal(await codeOf(await staying.signIn()), 'OIDC_SIGNIN_LOOP')
})

test('userinfo-claims, UIN-01: userInfo adds the claims of UserInfo, and refuses those of another user', async (t) => {
  const { browser, signIn, double } = await setStage(t, { userInfo: true, keepClaims: ['name', 'email', 'picture'] })
  double.claims = { email: 'signed@example.com' }
  double.answers['/me'] = () => json({ sub: 'alice', name: 'Alice', email: 'other@example.com', groups: ['a'], iss: 'https://evil.example' })
  assert.equal((await signIn()).response.headers.get('location'), `${app}/inbox`)
  const user = await browser.user()
  assert.deepEqual([user.name, user.email, user.groups, user.iss], ['Alice', 'signed@example.com', undefined, double.issuer])
  for (const [answer, code, status] of [
    [() => json({ sub: 'mallory', name: 'Alice' }), 'OIDC_USERINFO_SUB_MISMATCH', 400],
    [() => ({ status: 503, body: '' }), 'OIDC_PROVIDER_UNAVAILABLE', 503],
    [() => ({ status: 401, body: '' }), 'OIDC_TOKEN_REJECTED', 400],
  ]) {
    double.answers['/me'] = answer
    const { response } = await signIn()
    assert.deepEqual([await codeOf(response), response.status], [code, response.status === 401 ? 401 : status])
    assert.equal((await browser.user()).name, 'Alice', 'the session that was there stays')
  }
})

test('linkedin-nonce: a setting accepts an ID token without nonce, and never a wrong one', async (t) => {
  const strict = await setStage(t)
  strict.double.claims = { nonce: undefined }
  assert.equal(await codeOf((await strict.signIn()).response), 'OIDC_CLAIM_INVALID')
  const { signIn, double, browser } = await setStage(t, { requireNonce: false })
  double.claims = { nonce: undefined }
  assert.equal((await signIn()).response.headers.get('location'), `${app}/inbox`)
  // Some serializers write `null` for a missing member.
  double.claims = { nonce: null }
  assert.equal((await signIn()).response.headers.get('location'), `${app}/inbox`)
  for (const nonce of ['', 'other', 1]) {
    double.claims = { nonce }
    assert.equal(await codeOf((await signIn()).response), 'OIDC_NONCE_MISMATCH')
  }
  assert.equal((await browser.user()).sub, 'alice')
})

test('line-hs256: the client’s secret signs ID tokens where the app pins HS256, and nowhere else', async (t) => {
  const sign = (double, secret, alg = 'HS256') => {
    const redeem = double.answers['/token']
    double.answers['/token'] = (request, body) => {
      const answer = redeem(request, body)
      const tokens = JSON.parse(answer.body)
      if (!tokens.id_token) return answer
      const input = `${Buffer.from(JSON.stringify({ alg, typ: 'JWT' })).toString('base64url')}.${tokens.id_token.split('.')[1]}`
      const signature = createHmac('sha256', secret).update(input).digest('base64url')
      return json({ ...tokens, id_token: `${input}.${signature}` })
    }
  }
  const pinned = { idTokenSignedResponseAlg: 'HS256' }
  const { signIn, double, browser, settings, count } = await setStage(t, pinned)
  sign(double, settings.clientSecret)
  assert.equal((await signIn()).response.headers.get('location'), `${app}/inbox`)
  assert.equal((await browser.user()).sub, 'alice')
  assert.equal(count('/keys'), 0)
  for (const [more, secret, alg, code] of [
    [pinned, 'another secret of the same length, 48 characters', 'HS256', 'OIDC_SIGNATURE_INVALID'],
    [pinned, undefined, 'none', 'OIDC_ALG_FORBIDDEN'],
    [pinned, undefined, 'HS384', 'OIDC_ALG_FORBIDDEN'],
    [{}, undefined, 'HS256', 'OIDC_ALG_FORBIDDEN'],
    [{ idTokenSignedResponseAlg: 'RS256' }, undefined, 'HS256', 'OIDC_ALG_FORBIDDEN'],
  ]) {
    const stage = await setStage(t, more)
    stage.double.alg = 'RS256'
    sign(stage.double, secret ?? stage.settings.clientSecret, alg)
    assert.equal(await codeOf((await stage.signIn()).response), code, `${alg} ${JSON.stringify(more)}`)
  }
  // A provider that signs with secrets alone may have no keys.
  const keyless = await setStage(t, pinned)
  sign(keyless.double, keyless.settings.clientSecret)
  const announced = keyless.double.answers[metadataPath]
  keyless.double.answers[metadataPath] = () => {
    const { jwks_uri: _, ...metadata } = JSON.parse(announced().body)
    return json({ ...metadata, id_token_signing_alg_values_supported: ['HS256'] })
  }
  assert.equal((await keyless.signIn()).response.headers.get('location'), `${app}/inbox`)
  // A token that the provider's key signed is none of the secret's.
  const signed = await setStage(t, pinned)
  assert.equal(await codeOf((await signed.signIn()).response), 'OIDC_ALG_FORBIDDEN')
  for (const more of [{ algorithms: ['HS256'] }, { ...pinned, clientSecret: 'short' }, { idTokenSignedResponseAlg: 'HS384' }]) {
    const refused = await setStage(t, more)
    assert.equal(await codeOf(await refused.browser.handle('/auth/login')), 'OIDC_CONFIG_INVALID')
  }
})

test('D8: getAccessToken({ renew: true }) renews a good token, once', async (t) => {
  const { browser, signIn, double, count } = await setStage(t)
  const redeem = double.answers['/token']
  let number = 0
  double.answers['/token'] = (request, body) => {
    if (body.includes('grant_type=refresh_token')) {
      number += 1
      return json({ access_token: `renewed-${number}`, token_type: 'Bearer', expires_in: 3600, refresh_token: `r-${number}` })
    }
    return json({ ...JSON.parse(redeem(request, body).body), refresh_token: 'r-0' })
  }
  await signIn()
  const answer = await browser.with(async (session) => {
    const tokens = []
    for (const renew of [false, true, undefined, true]) tokens.push((await session.getAccessToken({ renew })).accessToken)
    return Response.json(tokens)
  })
  assert.deepEqual(await answer.json(), ['token-of-alice', 'renewed-1', 'renewed-1', 'renewed-2'])
  assert.equal(count('/token'), 3)
  assert.equal((await browser.user()).sub, 'alice')
})

test('D2, B8: a refresh refused without an error keeps the session, and one code in every request', async (t) => {
  const html = { headers: { 'content-type': 'text/html' }, body: '<h1>Forbidden</h1>' }
  for (const refusal of [{ ...html, status: 403 }, { status: 400, body: '' }, json({ message: 'no' }, 401)]) {
    const { browser, signIn, double, count } = await setStage(t)
    const redeem = double.answers['/token']
    let answer = refusal
    double.answers['/token'] = (request, body) => {
      if (body.includes('grant_type=refresh_token')) return answer
      return json({ ...JSON.parse(redeem(request, body).body), refresh_token: 'r-0' })
    }
    await signIn()
    advanceClock(t, 4000)
    const ask = async () => {
      const response = await browser.with(async (session) => {
        const { accessToken } = await session.getAccessToken().catch(({ code: accessToken }) => ({ accessToken }))
        return new Response(`${session.user.sub} ${accessToken}`)
      })
      return response.text()
    }
    for (let call = 0; call < 3; call += 1) assert.equal(await ask(), 'alice OIDC_RESPONSE_STATUS')
    assert.equal(count('/token'), 2)
    answer = json({ access_token: 'at-2', token_type: 'Bearer', expires_in: 3600 })
    advanceClock(t, 4004)
    assert.equal(await ask(), 'alice at-2')
  }
})

test('D8: without a way to renew, a good token stays, and `renew` says why it brings no other one', async (t) => {
  const { browser, signIn } = await setStage(t)
  await signIn()
  const answer = await browser.with(async (session) => {
    const failure = await session.getAccessToken({ renew: true }).catch(({ code, blame }) => [code, blame])
    return Response.json([...failure, (await session.getAccessToken()).accessToken])
  })
  assert.deepEqual(await answer.json(), ['OIDC_RENEW_UNAVAILABLE', 'App', 'token-of-alice'])
})

test('A9, LOG-22: the tokens of a renewal that a sign-out overtook are revoked', async (t) => {
  for (const withIdToken of [false, true]) {
    const { browser, signIn, double } = await setStage(t)
    const redeem = double.answers['/token']
    let first
    let answerRenewal
    const isAsked = new Promise((asked) => {
      double.answers['/token'] = async (request, body) => {
        if (!body.includes('grant_type=refresh_token')) {
          first = JSON.parse(redeem(request, body).body)
          return json({ ...first, refresh_token: 'old-refresh' })
        }
        asked()
        await new Promise((resolve) => {
          answerRenewal = resolve
        })
        const id = withIdToken && { id_token: first.id_token }
        return json({ access_token: 'new-access', token_type: 'Bearer', expires_in: 60, refresh_token: 'new-refresh', ...id })
      }
    })
    await signIn()
    const late = browser.sessions.with(browser.request('/'), async (session) => {
      await session.getAccessToken({ renew: true })
      return new Response('late')
    })
    await isAsked
    const out = browser.signOut()
    await new Promise((resolve) => setTimeout(resolve, 100))
    answerRenewal()
    await Promise.all([late, out])
    const revoked = double.asked.filter(({ path }) => path === '/revoke').map(({ body }) => new URLSearchParams(body).get('token'))
    for (const token of ['old-refresh', 'new-refresh', 'new-access']) assert.ok(revoked.includes(token), `${token}: ${revoked}`)
    assert.equal(await browser.user(), null)
  }
})

test('C6, LOG: a sign-out leaves no state in the app’s address, and a long hint is left out', async (t) => {
  const { browser, signIn, double } = await setStage(t, { postLogoutRedirectUri: '/bye', maxCookieBytes: 60_000 })
  await signIn()
  const out = new URL((await browser.signOut()).headers.get('location'))
  assert.deepEqual([out.searchParams.has('state'), out.searchParams.get('post_logout_redirect_uri')], [false, `${app}/bye`])
  const hint = out.searchParams.get('id_token_hint').split('.')
  assert.equal(JSON.parse(Buffer.from(hint[1], 'base64url')).sub, 'alice')
  double.claims = { text: 'x'.repeat(5000) }
  await signIn()
  const long = (await browser.signOut()).headers.get('location')
  assert.ok(long.length < 1000 && !long.includes('id_token_hint'))
})

test('RES-08: a sign-in is repeated once if the provider asks to start again', async (t) => {
  const { browser, double } = await setStage(t)
  const away = await browser.handle('/auth/login?returnTo=/inbox&prompt=login')
  const refusal = (location) => {
    const query = new URLSearchParams({
      error: 'temporarily_unavailable',
      error_description: 'authentication_expired',
      state: new URL(location).searchParams.get('state'),
      iss: double.issuer,
    })
    return browser.handle(`/auth/callback?${query}`)
  }
  const again = await refusal(away.headers.get('location'))
  assert.equal(again.status, 302)
  const to = new URL(again.headers.get('location'))
  assert.deepEqual([to.pathname, to.searchParams.get('prompt')], ['/authorize', 'login'])
  assert.equal(await codeOf(await refusal(to.href)), 'OIDC_PROVIDER_UNAVAILABLE')
})

/** The code and the name of the error that a call in `with` rejects with. */
const faultIn = async (browser, call) => {
  const fault = ({ code, at }) => Response.json([code, at])
  const answer = await browser.with((session) => call(session).then(() => Response.json([]), fault))
  return answer.json()
}

test('C5: getAccessToken of a session refuses unknown options and wrong values by their names', async (t) => {
  const { browser, signIn } = await setStage(t)
  await signIn()
  for (const [options, name] of [
    ['scope', 'options'],
    [null, 'options'],
    [5, 'options'],
    [['scope'], 'options'],
    [{ scopes: 'a' }, 'scopes'],
    [{ foo: 1 }, 'foo'],
    [{ renew: 'no' }, 'renew'],
    [{ scope: 5 }, 'scope'],
    [{ resource: ['a'] }, 'resource'],
    [{ signal: 5 }, 'signal'],
  ]) {
    const fault = await faultIn(browser, (session) => session.getAccessToken(options))
    assert.deepEqual(fault, ['OIDC_SIGNIN_OPTION_INVALID', name], JSON.stringify(options))
  }
})

test('B: a deployment that adds a scope sends the user to the login route, and does not blame the app', async (t) => {
  const { browser, settings, signIn } = await setStage(t, { apis: { 'https://api.test/': { scope: 'a' } } })
  await signIn()
  const later = browse(createSessions({ ...settings, apis: { 'https://api.test/': { scope: 'a b' } } }), app)
  for (const [name, cookie] of browser.jar) later.jar.set(name, cookie)
  const call = (session) => session.fetch('https://api.test/x')
  assert.deepEqual(await faultIn(later, call), ['OIDC_SESSION_EXPIRED', 'scope'])
  const other = (session) => session.getAccessToken({ scope: 'c' })
  assert.deepEqual(await faultIn(later, other), ['OIDC_TOKEN_SCOPE_MISSING', 'scope'])
})

test('D3: an error other than temporarily_unavailable starts no sign-in again', async (t) => {
  const { browser, double } = await setStage(t)
  const away = await browser.handle('/auth/login')
  const query = new URLSearchParams({
    error: 'access_denied',
    error_description: 'authentication_expired',
    state: new URL(away.headers.get('location')).searchParams.get('state'),
    iss: double.issuer,
  })
  assert.equal(await codeOf(await browser.handle(`/auth/callback?${query}`)), 'OIDC_SIGNIN_REFUSED')
})

test('D5: parameters that authenticate this client are refused as extra', async (t) => {
  const double = await startDouble()
  t.after(() => double.close())
  for (const name of ['id_token_hint', 'dpop_jkt', 'client_secret', 'client_assertion', 'client_assertion_type']) {
    const settings = { ...settingsAt(double.issuer), clientId: 'edge', log() {}, extra: { [name]: 'x' } }
    const answer = await browse(createSessions(settings), app).handle('/auth/login').then(codeOf, ({ code }) => code)
    assert.equal(answer, 'OIDC_EXTRA_FORBIDDEN', name)
  }
})

test('a setting that JSON leaves out, or that an object inherits, is refused', async (t) => {
  for (const settings of [
    { apis: { 'https://api.test/': { scope: () => 'x' } } },
    { metadata: { issuer: Symbol('x') } },
    { extra: { audience: new Map() } },
  ]) {
    const { browser } = await setStage(t, settings)
    const response = await browser.sessions.handle(browser.request('/auth/login'))
    assert.deepEqual([response.status, await codeOf(response)], [400, 'OIDC_CONFIG_INVALID'])
  }
  await assert.rejects(setStage(t, { cookie: Object.create({ sameSite: 'strict' }) }), { code: 'OIDC_CONFIG_INVALID', at: 'cookie' })
})

test('C5: in sessions OIDC_CONFIG_INVALID says what is wrong', async (t) => {
  const stage = await setStage(t)
  for (const [more, at, detail] of [
    [{ secret: 'short' }, 'secret', /weak.*32/],
    [{ secret: 'a'.repeat(40) }, 'secret', /weak/],
    [{ secret: [SECRET, 'short'] }, 'secret', /weak/],
    [{ secret: [] }, 'secret', /missing/],
    [{ issuer: undefined }, 'issuer', /missing/],
    [{ clientSecret: undefined }, 'clientSecret', /missing/],
    [{ basePath: 'auth?x' }, 'basePath', /path/],
    [{ baseUrl: 'app.example' }, 'baseUrl', /address/],
    [{ baseUrl: 'https://app.example/?x' }, 'baseUrl', /query/],
    [{ maxCookieBytes: 1 }, 'maxCookieBytes', /1024/],
    [{ cookie: { name: 'a b' } }, 'cookie', /name/],
    [{ cookie: { sameSite: 'none' } }, 'cookie', /sameSite/],
    [{ cookie: { maxAge: -1 } }, 'cookie', /maxAge/],
    [{ cookie: { domain: 'x' } }, 'cookie', /unknown.*domain/],
  ]) {
    assert.throws(() => createSessions({ ...stage.settings, ...more }), (error) => {
      assert.deepEqual([error.code, error.at], ['OIDC_CONFIG_INVALID', at])
      assert.match(error.detail, detail)
      return true
    })
  }
  for (const [more, code, at, detail] of [
    [{ redirectUri: 'com.acme.app://cb' }, 'OIDC_CONFIG_INVALID', 'redirectUri', /custom scheme com\.acme\.app:/],
    [{ redirectUri: 'https://other.example/cb' }, 'OIDC_CONFIG_INVALID', 'redirectUri', /app\.example/],
    [{ apis: { '/api': {} } }, 'OIDC_CONFIG_INVALID', 'apis', /absolute/],
    [{ apis: { 'http://api.test/': {} } }, 'OIDC_CONFIG_INSECURE', 'apis', /https/],
    [{ apis: { 'https://api.test/?x': {} } }, 'OIDC_CONFIG_INVALID', 'apis', /query/],
    [{ issuer: 'id.example' }, 'OIDC_CONFIG_INVALID', 'issuer', /absolute/],
    [{ postLogoutRedirectUri: 'myapp://x' }, 'OIDC_CONFIG_INVALID', 'postLogoutRedirectUri', /custom scheme myapp:/],
    [{ extra: { a: 1 } }, 'OIDC_CONFIG_INVALID', 'extra', /not allowed/],
  ]) {
    const seen = []
    const browser = browse(createSessions({ ...stage.settings, ...more, onError: (error) => void seen.push(error) }), app)
    await browser.handle('/auth/login').catch((error) => seen.push(error))
    assert.deepEqual([seen[0]?.code, seen[0]?.at], [code, at])
    assert.match(seen[0].detail, detail)
  }
})

test('C5: in sessions a failed request shows its address', async (t) => {
  const seen = []
  const more = { issuer: 'https://nowhere.invalid', fetch: () => Promise.reject(new TypeError('down')) }
  const { browser } = await setStage(t, { ...more, onError: (error) => void seen.push(error) })
  await browser.handle('/auth/login')
  assert.equal(seen[0].code, 'OIDC_NETWORK_FAILED')
  assert.match(seen[0].detail, /^https:\/\/nowhere\.invalid\/\.well-known\/openid-configuration.*`issuer`/)
})

test('C3: a sign-in that failed keeps its return address in sessions', async (t) => {
  const seen = []
  const { double, browser, sent } = await setStage(t, { onError: (error) => void seen.push(error) })
  const goAway = async () => sent(await browser.handle('/auth/login?returnTo=/inbox%3Fx=1'))
  const { state } = await goAway()
  const iss = encodeURIComponent(double.issuer)
  const refused = await browser.handle(`/auth/callback?error=access_denied&state=${state}&iss=${iss}`)
  assert.deepEqual([seen[0].code, seen[0].returnTo], ['OIDC_SIGNIN_REFUSED', 'https://app.example/inbox?x=1'])
  const login = `/auth/login?returnTo=${encodeURIComponent('https://app.example/inbox?x=1')}`
  assert.ok((await refused.text()).includes(`Sign in: ${login}`))
})

test('D3: words of the provider that are not UTF-8 lose no refusal', async (t) => {
  const seen = []
  const { double, browser, sent } = await setStage(t, { onError: (error) => void seen.push(error) })
  for (const isForm of [false, true]) {
    const { state } = sent(await browser.handle('/auth/login'))
    const query = `error=access_denied&error_description=Zur%FCck&state=${state}&iss=${encodeURIComponent(double.issuer)}`
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    const path = isForm
      ? (await browser.handle('/auth/callback', { method: 'POST', headers, body: query })).headers.get('location')
      : `/auth/callback?${query}`
    await browser.handle(path)
    const { code, cause } = seen.at(-1)
    assert.deepEqual([code, cause.error_description], ['OIDC_SIGNIN_REFUSED', 'Zurück'])
  }
  assert.equal(seen.length, 2)
})

test('a log that throws or rejects changes no answer in sessions', async (t) => {
  const errors = t.mock.method(console, 'error', () => {})
  let count = 0
  const fail = () => {
    count += 1
    throw new Error(`log ${count}`)
  }
  for (const [index, log] of [fail, async () => fail()].entries()) {
    const before = count
    const stage = await setStage(t, { log, secret: OTHER, cookie: { name: `loud${index}` } })
    // Another configuration with the same name is worth a hint.
    createSessions({ ...stage.settings, clientId: 'other' })
    // So is a sign-in that brings no refresh token.
    assert.equal((await stage.signIn()).response.headers.get('location'), `${app}/inbox`)
    // And a response that did not go through `with`.
    await stage.browser.sessions.with(stage.browser.request('/'), async () => new Response('ok'))
    assert.equal((await stage.browser.user()).sub, 'alice')
    await new Promise(setImmediate)
    assert.ok(count >= before + 2, `${count}`)
  }
  assert.ok(errors.mock.callCount() <= 1, 'reported once')
})

test('D14: an error with an empty state counts as one without a state', async (t) => {
  const empty = '?error=access_denied&error_description=Not%20today&state='
  const { browser } = await setStage(t)
  assert.equal(await codeOf(await browser.handle(`/auth/callback${empty}`)), 'OIDC_STATE_MISSING')
  await browser.handle('/auth/login')
  assert.equal(await codeOf(await browser.handle(`/auth/callback${empty}`)), 'OIDC_SIGNIN_REFUSED')
  const moved = await browser.handle('/auth/callback', {
    method: 'POST', body: empty.slice(1), headers: { 'content-type': 'application/x-www-form-urlencoded' },
  })
  assert.equal(await codeOf(await browser.handle(moved.headers.get('location'))), 'OIDC_SIGNIN_REFUSED')

  const { browser: rooted, settings } = await setStage(t, { redirectUri: '/' })
  const own = createSessions({ ...settings, cookie: { name: 'own' } })
  assert.equal(await own.handle(rooted.request(`/${empty}`)), undefined)
  await rooted.handle('/auth/login')
  assert.equal(await codeOf(await rooted.handle(`/${empty}`)), 'OIDC_SIGNIN_REFUSED')
})

test('B: expires_in that cannot be read and an empty error count as absent, at the sign-in and at a refresh', async (t) => {
  for (const lifetime of [-5, 'abc', true, 1e300, {}]) {
    const { browser, signIn, double } = await setStage(t)
    const redeem = double.answers['/token']
    const more = { expires_in: lifetime, error: '', refresh_token: 'r' }
    double.answers['/token'] = (request, body) =>
      body.includes('grant_type=refresh_token')
        ? json({ access_token: 'at-2', token_type: 'Bearer', ...more })
        : json({ ...JSON.parse(redeem(request, body).body), ...more })
    await signIn()
    const tokensOf = async (options) =>
      (await browser.with(async (session) => Response.json(await session.getAccessToken(options)))).json()
    assert.deepEqual(await tokensOf(), { accessToken: 'token-of-alice' }, `${lifetime}`)
    assert.deepEqual(await tokensOf({ renew: true }), { accessToken: 'at-2' }, `${lifetime}`)
  }
})
