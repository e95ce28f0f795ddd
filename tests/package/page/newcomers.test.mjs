// Mistakes of newcomers: what works all the same, and what says what is wrong.
import assert from 'node:assert/strict'
import test from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { code, setStage } from '../support/stage.mjs'

const fail = async (work) => {
  try {
    await work()
  } catch (error) {
    return error
  }
  throw new Error('It did not fail.')
}

test('C6: a relative prefix in apis is one of the page', async (t) => {
  const sent = []
  const fetch = async (url, init) => {
    if (!String(url).startsWith('https://app.example')) return globalThis.fetch(url, init)
    sent.push([String(url), new Headers(init?.headers).get('authorization')])
    return new Response('{}')
  }
  const stage = await setStage(t, { apis: { '/api': {} }, fetch })
  const { auth } = await stage.signIn()
  for (const path of ['/api/inbox', '/apis', '/api']) await auth.fetch(new URL(path, 'https://app.example'))
  assert.deepEqual(sent, [
    ['https://app.example/api/inbox', 'Bearer token-of-alice'],
    ['https://app.example/apis', null],
    ['https://app.example/api', 'Bearer token-of-alice'],
  ])
})

test('B16, C6: close in the cleanup of an effect that runs again at once changes nothing', async (t) => {
  const stage = await setStage(t)
  const { auth } = stage.open(await stage.goAndComeBack())
  const first = auth.start()
  auth.close()
  const second = auth.start()
  assert.deepEqual([(await first).sub, (await second).sub], ['alice', 'alice'])
  assert.equal((await auth.getAccessToken()).accessToken, 'token-of-alice')
})

test('C6: start opens a closed client again, which reads the store again', async (t) => {
  const stage = await setStage(t)
  const { auth } = await stage.signIn()
  auth.close()
  await null
  await assert.rejects(auth.getAccessToken(), code('OIDC_CLOSED'))
  stage.browser.sessionStorage.texts.clear()
  assert.equal(await auth.start(), null)
  await assert.rejects(auth.getAccessToken(), code('OIDC_SIGNIN_REQUIRED'))
})

test('C5: OIDC_CONFIG_INVALID says what is wrong', async (t) => {
  const stage = await setStage(t)
  for (const [settings, at, detail] of [
    [{ cleintId: 'x' }, 'cleintId', /unknown/],
    [{ clientId: undefined }, 'clientId', /missing/],
    [{ issuer: undefined }, 'issuer', /missing/],
    [{ refresh: 'yes' }, 'refresh', /wrong type/],
  ]) {
    const error = await fail(async () => stage.open('/', settings))
    assert.deepEqual([error.code, error.at], ['OIDC_CONFIG_INVALID', at])
    assert.match(error.detail, detail)
    assert.ok(error.message.includes(error.detail))
  }
  for (const [settings, at, detail] of [
    [{ redirectUri: 'com.acme.app://callback' }, 'redirectUri', /custom scheme com\.acme\.app:/],
    [{ redirectUri: 'tauri://localhost/cb' }, 'redirectUri', /custom scheme/],
    [{ redirectUri: 'chrome-extension://abc/cb.html' }, 'redirectUri', /custom scheme/],
    [{ redirectUri: '/cb#x' }, 'redirectUri', /fragment/],
    [{ apis: { 'http://api.example/': {} } }, 'apis', /https/],
    [{ clockTolerance: 301 }, 'clockTolerance', /not allowed/],
    [{ issuer: 'id.example' }, 'issuer', /absolute/],
    [{ clientId: 'a\0b' }, 'clientId', /NUL/],
    [{ extra: { audience: '\ud800' } }, 'audience', /NUL/],
    [{ sessionCheck: 5 }, 'silentRedirectUri', /missing/],
  ]) {
    const { auth } = stage.open('/', settings)
    const error = await fail(() => auth.start())
    assert.equal(error.at, at)
    assert.match(error.detail, detail)
  }
  const { auth } = stage.open('/', {})
  stage.browser.visit('capacitor://localhost/')
  assert.match((await fail(() => auth.start())).detail, /custom scheme capacitor:/)
})

test('C5: an issuer mismatch shows both texts, in metadata, in the callback and in the ID token', async (t) => {
  const stage = await setStage(t)
  const { issuer } = stage.double
  const isShown = ({ code, detail }, expected) => {
    assert.equal(code, expected)
    assert.ok(detail.includes(`"${issuer}"`) && detail.includes('"https://other.example/"'), detail)
  }
  const metadata = { issuer: 'https://other.example/' }
  isShown(await fail(() => stage.open('/', { metadata }).auth.start()), 'OIDC_METADATA_ISSUER_MISMATCH')

  const callback = new URL(await stage.goAndComeBack())
  callback.searchParams.set('iss', 'https://other.example/')
  isShown(await fail(() => stage.open(callback.href).auth.start()), 'OIDC_CALLBACK_ISSUER_MISMATCH')

  stage.double.claims.iss = 'https://other.example/'
  isShown(await fail(() => stage.signIn()), 'OIDC_ISSUER_MISMATCH')
  stage.double.claims = {}

  const discovery = '/.well-known/openid-configuration'
  const honest = stage.double.answers[discovery]
  stage.double.answers[discovery] = (...asked) => {
    const answer = honest(...asked)
    return { ...answer, body: JSON.stringify({ ...JSON.parse(answer.body), issuer: 'https://other.example/' }) }
  }
  isShown(await fail(() => stage.open('/').auth.signIn()), 'OIDC_METADATA_ISSUER_MISMATCH')
})

test('C5: a failed request shows its address, and at discovery what to check', async (t) => {
  const stage = await setStage(t, { issuer: 'https://nowhere.invalid', fetch: () => Promise.reject(new TypeError('down')) })
  const { code, detail } = await fail(() => stage.open('/').auth.signIn())
  assert.equal(code, 'OIDC_NETWORK_FAILED')
  assert.match(detail, /^https:\/\/nowhere\.invalid\/\.well-known\/openid-configuration.*`issuer`/)
})

test('C5: on localhost hints go to the console unless log is set, and a missing start is noticed', async (t) => {
  const stage = await setStage(t)
  const seen = []
  t.mock.method(console, 'info', (text) => seen.push(text))
  const { setTimeout } = globalThis
  t.mock.method(globalThis, 'setTimeout', (act, ms, ...rest) => setTimeout(act, ms === 5000 ? 1 : ms, ...rest))
  for (const [hostname, log, count] of [
    ['localhost', undefined, 1],
    ['127.0.0.1', undefined, 1],
    ['app.localhost', undefined, 1],
    ['app.example', undefined, 0],
    ['localhost', () => {}, 0],
  ]) {
    stage.browser.visit('https://app.example/')
    Object.defineProperty(globalThis.location, 'hostname', { value: hostname })
    const auth = stage.createClient({ ...stage.settings, ...(log && { log }) })
    await sleep(20)
    assert.equal(seen.filter((text) => text.includes('start()')).length, count, hostname)
    seen.length = 0
    auth.close()
  }
})

test('B24: start on a server resolves to null, with a relative redirect URI too', async (t) => {
  const stage = await setStage(t)
  delete globalThis.location
  for (const redirectUri of ['/callback', 'https://app.example/callback']) {
    const auth = stage.createClient({ ...stage.settings, redirectUri })
    assert.equal(await auth.start(), null)
    assert.equal(auth.status, 'signedOut')
  }
})

test('B: returnTo keeps spaces and letters outside of ASCII, and a page address of 9,000 characters', async (t) => {
  const stage = await setStage(t)
  for (const [options, path, at] of [
    [{ returnTo: '/straße?q=日 本' }, '/', '/stra%C3%9Fe?q=%E6%97%A5%20%E6%9C%AC'],
    [{}, `/report?filter=${'a'.repeat(9000)}`, `/report?filter=${'a'.repeat(9000)}`],
  ]) {
    const { auth, page } = stage.open(path)
    auth.signIn(options).catch(() => {})
    const back = stage.open(stage.double.authorize(await page.left))
    await back.auth.start()
    assert.equal(back.page.href, `https://app.example${at}`)
  }
})

test('B: a stray percent sign in a parameter that is not ours does not spoil a callback', async (t) => {
  const stage = await setStage(t)
  const { auth } = stage.open(`${await stage.goAndComeBack()}&discount=100%&x=%zz`)
  assert.equal((await auth.start()).sub, 'alice')
})

test('B: an unknown error code in the callback is reported with the words of the provider', async (t) => {
  const stage = await setStage(t)
  const back = new URL(await stage.goAndComeBack())
  back.searchParams.delete('code')
  back.searchParams.set('error', 'of_no_standard')
  const error = await fail(() => stage.open(back.href).auth.start())
  assert.equal(error.cause.error, 'of_no_standard')
  const empty = `${await stage.goAndComeBack()}&error=`
  assert.equal((await stage.open(empty).auth.start()).sub, 'alice')
})

test('B: an iat that is set five minutes back on purpose teaches no clock offset', async (t) => {
  const stage = await setStage(t)
  const now = Math.floor(Date.now() / 1000)
  stage.double.claims = { iat: now - 300 }
  assert.equal((await stage.signIn()).auth.evidence.clockOffset, 0)
  stage.double.claims = { iat: now - 400, auth_time: now }
  assert.equal((await stage.signIn()).auth.evidence.clockOffset, 0)
  stage.double.claims = { iat: now - 3600, exp: now + 60 }
  assert.ok(Math.abs((await stage.signIn()).auth.evidence.clockOffset + 3600) < 5)
})

test('C5: a feature that a test environment lacks is named', async (t) => {
  const stage = await setStage(t)
  const without = async (name) => {
    const descriptor = Object.getOwnPropertyDescriptor(globalThis, name)
    Object.defineProperty(globalThis, name, { value: undefined, configurable: true, writable: true })
    try {
      return await fail(() => stage.open('/').auth.start())
    } finally {
      Object.defineProperty(globalThis, name, descriptor)
    }
  }
  for (const name of ['fetch', 'crypto']) {
    const { code, at, blame } = await without(name)
    assert.deepEqual([code, at, blame], ['OIDC_INSECURE_CONTEXT', name, 'App'])
  }
})

test('a log that throws or rejects changes nothing in a page', async (t) => {
  const errors = t.mock.method(console, 'error', () => {})
  let count = 0
  const fail = () => {
    count += 1
    throw new Error(`log ${count}`)
  }
  for (const log of [fail, async () => fail()]) {
    const before = count
    // A sign-in without a refresh token gives a hint.
    const stage = await setStage(t, { log })
    const { auth } = await stage.signIn()
    assert.equal(auth.user.sub, 'alice')
    await new Promise(setImmediate)
    assert.ok(count > before)
  }
  assert.ok(errors.mock.callCount() <= 1, 'reported once')
})
