// Tokens bound to a key (DPoP, RFC 9449) at a real provider, which checks every proof.
import assert from 'node:assert/strict'
import test from 'node:test'
import { startProvider } from '../../../www/provider/index.js'
import { defaultSwitches } from '../../../www/provider/settings.js'
import { openBrowser } from '../support/browser.mjs'
import { advanceClock } from '../support/clock.mjs'
import { load } from '../support/package.mjs'
import { signInAt } from '../support/person.mjs'

const app = 'https://app.example'
const { createClient } = await load()

const claimsOf = (proof) => JSON.parse(Buffer.from(proof.split('.')[1], 'base64url'))
const headerOf = (proof) => JSON.parse(Buffer.from(proof.split('.')[0], 'base64url'))

/** A provider that writes down what it was asked with a proof, and a client of it. */
async function setStage(t, { switches, ...more } = {}) {
  const seen = []
  const own = { ...defaultSwitches, ...switches }
  const provider = await startProvider({
    port: 0,
    appOrigin: app,
    switches: own,
    use: [
      async (ctx, next) => {
        await next()
        const { dpop, authorization } = ctx.headers
        if (dpop) seen.push({ path: ctx.path, status: ctx.status, proof: dpop, authorization })
      },
    ],
  })
  t.after(() => provider.close())
  const browser = openBrowser()
  const settings = {
    issuer: provider.issuer,
    clientId: 'demo-spa',
    redirectUri: '/callback',
    allowLoopbackIssuer: true,
    store: 'local',
    dpop: true,
    apis: { [`${provider.issuer}/me`]: {} },
    ...more,
  }
  const open = (url) => {
    const page = browser.visit(url)
    const auth = createClient(settings)
    t.after(() => auth.close())
    return { page, auth }
  }
  async function signIn() {
    const here = open(`${app}/inbox`)
    await here.auth.start()
    here.auth.signIn().catch(() => {})
    const url = new URL(await here.page.left)
    const back = open(await signInAt(url.href, 'alice@example.com', app))
    return { ...back, url, user: await back.auth.start() }
  }
  const of = (path) => seen.filter((one) => one.path === path)
  return { of, open, provider, seen, signIn, switches: own }
}

test('DPOP-01, DPOP-03, DPOP-11: one key is proved for the code, for the token and for its renewal', async (t) => {
  const stage = await setStage(t)
  const { auth, url, user } = await stage.signIn()
  assert.equal(user.sub, 'alice@example.com')
  const [redeemed] = stage.of('/token')
  const header = headerOf(redeemed.proof)
  assert.deepEqual([header.typ, header.alg], ['dpop+jwt', 'ES256'])
  assert.deepEqual(Object.keys(header.jwk).sort(), ['crv', 'kty', 'x', 'y'])
  // Nothing keeps a key here, and the next page may not have it.
  assert.equal(url.searchParams.get('dpop_jkt'), null)
  assert.deepEqual([redeemed.status, claimsOf(redeemed.proof).ath], [200, undefined])

  assert.equal((await auth.userInfo()).sub, user.sub)
  const answer = await auth.fetch(`${stage.provider.issuer}/me?x=1`)
  assert.equal(answer.status, 200)
  const { accessToken } = await auth.getAccessToken()
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(accessToken))
  for (const one of stage.of('/me')) {
    assert.equal(one.authorization, `DPoP ${accessToken}`)
    const { ath, htm, htu } = claimsOf(one.proof)
    assert.deepEqual([ath, htm, htu], [Buffer.from(hash).toString('base64url'), 'GET', `${stage.provider.issuer}/me`])
  }
  // A thief of the token has no key.
  const stolen = await fetch(`${stage.provider.issuer}/me`, { headers: { authorization: `Bearer ${accessToken}` } })
  assert.equal(stolen.status, 401)

  stage.switches.accessTokenTtl = 60
  await auth.fetch(`${stage.provider.issuer}/me`, {})
  const ids = stage.seen.map((one) => claimsOf(one.proof).jti)
  assert.equal(new Set(ids).size, ids.length, 'no proof was sent twice')
  const keys = stage.seen.map((one) => headerOf(one.proof).jwk.x)
  assert.equal(new Set(keys).size, 1, 'all of one key')
})

test('DPOP-11: a renewal is proved with the key that the session was bound to, also after a reload', async (t) => {
  const stage = await setStage(t, { switches: { accessTokenTtl: 1 } })
  await stage.signIn()
  advanceClock(t, 1.5)
  const { auth } = stage.open(`${app}/inbox`)
  assert.equal((await auth.start()).sub, 'alice@example.com')
  await auth.getAccessToken()
  const asked = stage.of('/token')
  assert.ok(asked.length >= 2 && asked.every((one) => one.status === 200), JSON.stringify(asked))
  assert.equal(new Set(asked.map((one) => headerOf(one.proof).jwk.x)).size, 1)
})

test('DPOP-05, DPOP-06, DPOP-07, DPOP-09: a server that wants a nonce gets it at once, and is asked with it from then on', async (t) => {
  const stage = await setStage(t, { switches: { dpopNonces: true } })
  const { auth } = await stage.signIn()
  assert.deepEqual(stage.of('/token').map((one) => one.status), [400, 200])
  const first = await auth.fetch(`${stage.provider.issuer}/me`)
  assert.equal(first.status, 200)
  const second = await auth.fetch(`${stage.provider.issuer}/me`, { method: 'POST' })
  assert.equal(second.status, 200)
  const nonces = stage.seen.map((one) => claimsOf(one.proof).nonce)
  assert.equal(nonces[0], undefined)
  assert.ok(nonces.slice(1).every(Boolean), 'never without one again')
  const ids = stage.seen.map((one) => claimsOf(one.proof).jti)
  assert.equal(new Set(ids).size, ids.length)
})

test('DPOP-11: a code whose request was pushed is redeemed with a proof', async (t) => {
  const stage = await setStage(t, { switches: { requirePushes: true } })
  const { url, user } = await stage.signIn()
  assert.deepEqual([...url.searchParams.keys()], ['client_id', 'request_uri'])
  assert.equal(user.sub, 'alice@example.com')
})

/** An API that is our own: it says what it was asked, and may ask for a nonce. */
function makeApi(answer) {
  const asked = []
  const real = globalThis.fetch
  return {
    asked,
    fetch: async (input, init) => {
      const url = new URL(input?.url ?? input)
      if (!url.hostname.endsWith('.test')) return real(input, init)
      const headers = new Headers(init?.headers)
      const proof = headers.get('dpop')
      const one = { url: url.href, nonce: proof && claimsOf(proof).nonce }
      asked.push(one)
      // Sending it uses its body up.
      if (typeof input === 'object' && 'bodyUsed' in input) await input.arrayBuffer()
      return answer(one, url)
    },
  }
}

const challenge = (nonce) =>
  new Response(null, {
    status: 401,
    headers: { 'www-authenticate': 'dpop error="use_dpop_nonce"', 'dpop-nonce': nonce },
  })

test('DPOP-08: what one server gave is for no other', async (t) => {
  const api = makeApi(({ nonce }, { hostname }) =>
    nonce === hostname ? Response.json({ nonce }) : challenge(hostname),
  )
  const apis = { 'https://one.test/': {}, 'https://two.test/': {} }
  const stage = await setStage(t, { fetch: api.fetch, apis })
  const { auth } = await stage.signIn()
  for (const host of ['one.test', 'two.test', 'one.test', 'two.test']) {
    assert.deepEqual(await (await auth.fetch(`https://${host}/`)).json(), { nonce: host })
  }
  assert.deepEqual(api.asked.map((one) => one.nonce), [
    undefined, 'one.test', undefined, 'two.test', 'one.test', 'two.test',
  ])
})

test('DPOP-13, CVE-2026-40155: of many at once that are asked for a nonce, each gets its own answer', async (t) => {
  let count = 0
  const api = makeApi(async ({ nonce }, url) => {
    count += 1
    // Answers arrive in another order than the requests, the same in every run.
    await new Promise((resolve) => setTimeout(resolve, (count * 7) % 20))
    return nonce ? Response.json(url.pathname) : challenge(`n${count}`)
  })
  const stage = await setStage(t, { fetch: api.fetch, apis: { 'https://api.test/': {} } })
  const { auth } = await stage.signIn()
  const paths = Array.from({ length: 20 }, (_, n) => `/person/${n}`)
  const answers = await Promise.all(
    paths.map(async (path) => (await auth.fetch(`https://api.test${path}`)).json()),
  )
  assert.deepEqual(answers, paths)
})

test('DPOP-05, DPOP-06: a demand is met once; what cannot be sent again, or is no demand, is not', async (t) => {
  let count = 0
  const api = makeApi((_one, { pathname }) => {
    count += 1
    if (pathname === '/other') return new Response(null, { status: 403, headers: { 'dpop-nonce': `n${count}` } })
    return challenge(`n${count}`)
  })
  const stage = await setStage(t, { fetch: api.fetch, apis: { 'https://api.test/': {} } })
  const { auth } = await stage.signIn()
  const times = async (path, init) => {
    const before = api.asked.length
    const response = await auth.fetch(`https://api.test${path}`, init)
    return [response.status, api.asked.length - before]
  }
  // Twice for the nonce; and once more with a renewed token, twice.
  const [status, many] = await times('/endless')
  assert.equal(status, 401)
  assert.ok(many <= 4, `${many} requests`)
  assert.deepEqual(await times('/other'), [403, 1])
  const body = () =>
    new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode('once'))
        controller.close()
      },
    })
  const request = new Request('https://api.test/request', { method: 'POST', body: 'x' })
  // Firefox does not say whether a Request has a body.
  Object.defineProperty(request, 'body', { value: undefined })
  const before = api.asked.length
  assert.deepEqual([(await auth.fetch(request)).status, api.asked.length - before], [401, 1])
  assert.deepEqual(await times('/stream', { method: 'POST', body: body(), duplex: 'half' }), [401, 1])
})

test('DPOP-06: an API whose refusal has a body without an end is answered for at once', async (t) => {
  const endless = () => new ReadableStream({ pull: () => new Promise(() => {}) })
  const broken = () => new ReadableStream({ pull: () => Promise.reject(new Error('broken off')) })
  let count = 0
  const api = makeApi((_one, { pathname }) => {
    count += 1
    const body = pathname === '/endless' ? endless() : broken()
    const headers = { 'www-authenticate': 'DPoP error="invalid_dpop_proof"', 'dpop-nonce': `n${count}` }
    return new Response(body, { status: 401, headers })
  })
  const stage = await setStage(t, { fetch: api.fetch, apis: { 'https://api.test/': {} } })
  const { auth } = await stage.signIn()
  const renewals = stage.of('/token').length
  for (const path of ['endless', 'broken']) {
    assert.equal((await auth.fetch(`https://api.test/${path}`)).status, 401)
  }
  assert.equal(api.asked.length, 2, 'another token would have the same proof')
  assert.equal(stage.of('/token').length, renewals)
})

test('DPOP-10, TOK-02: a token that is not bound is not used', async (t) => {
  const fetch = async (input, init) => {
    const response = await globalThis.fetch(input, init)
    if (!String(input).endsWith('/token')) return response
    const tokens = await response.json()
    return Response.json({ ...tokens, token_type: 'Bearer' })
  }
  const stage = await setStage(t, { fetch })
  const here = stage.open(`${app}/`)
  await here.auth.start()
  here.auth.signIn().catch(() => {})
  const back = stage.open(await signInAt(await here.page.left, 'alice@example.com', app))
  const error = await back.auth.start().catch((error) => error)
  assert.equal(error.code, 'OIDC_TOKEN_TYPE_UNSUPPORTED')
  assert.equal(await back.auth.start(), null)
})

test('WEB-10: without SubtleCrypto there is no key, and a code that says so', async (t) => {
  const stage = await setStage(t)
  t.mock.getter(globalThis.crypto, 'subtle', () => undefined)
  const { auth } = stage.open(`${app}/`)
  const error = await auth.start().catch((error) => error)
  assert.deepEqual([error.code, error.at], ['OIDC_INSECURE_CONTEXT', 'dpop'])
})
