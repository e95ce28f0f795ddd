// Sessions without a refresh token: a page that starts redirects to the provider and comes back.
import assert from 'node:assert/strict'
import test from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { json } from '../support/double.mjs'
import { code, isPending, setStage } from '../support/stage.mjs'

const HOUR = 3600
/** How long a page waits to go away, in milliseconds. A request may take as long. */
const LEAVING = 10_000

/** A user who signed in an hour ago, and what the user sees of a page. */
async function setOldStage(t, settings, sight = {}) {
  const stage = await setStage(t, { silent: 'page', ...settings })
  await stage.signIn()
  inSight(t, sight)
  leaveSoon(t, stage)
  const later = Date.now() + (HOUR + 5) * 1000
  t.mock.method(Date, 'now', () => later)
  // The provider's clock is as right.
  stage.double.claims = { iat: later / 1000, exp: later / 1000 + HOUR }
  return stage
}

/** The pages of a test never unload: each holds its turn until it is no longer waited for to go. */
function leaveSoon(t, { browser }) {
  const { setTimeout } = globalThis
  const isLeaving = (ms) => ms === LEAVING && browser.page.how
  const wait = (act, ms, ...rest) => setTimeout(act, isLeaving(ms) ? 200 : ms, ...rest)
  t.mock.method(globalThis, 'setTimeout', wait)
}

function inSight(t, { visibilityState = 'visible', opener = null, top } = {}) {
  for (const [name, value] of Object.entries({ document: { visibilityState }, opener, top })) {
    Object.defineProperty(globalThis, name, { configurable: true, value })
    t.after(() => delete globalThis[name])
  }
}

const settled = (start) => start.then((user) => user?.sub ?? null, ({ code }) => code)

/** The provider's answer to a request that it cannot answer silently. */
function refusal(double, url, error = 'login_required') {
  const asked = new URL(url).searchParams
  const back = new URL(asked.get('redirect_uri'))
  for (const [name, value] of Object.entries({ error, state: asked.get('state'), iss: double.issuer })) {
    back.searchParams.set(name, value)
  }
  return back.href
}

test('B1: start redirects with prompt=none, and returns to the address of the page', async (t) => {
  const stage = await setOldStage(t)
  const { auth, page } = stage.open('/inbox?tab=2#top')
  const start = auth.start()
  const to = new URL(await page.left)
  assert.equal(to.searchParams.get('prompt'), 'none')
  assert.deepEqual([page.how, page.entries], ['replace', 1], 'Back returns from an unknown provider to the app')
  assert.ok(await isPending(start))
  for (const area of [stage.browser.localStorage, stage.browser.sessionStorage]) {
    for (const [key, text] of area.texts) {
      if (key.includes('pending')) assert.ok(!text.includes('token-of-alice'), 'no token waits in it')
    }
  }
  const back = stage.open(stage.double.authorize(to.href))
  const seen = []
  back.auth.addEventListener('signedin', ({ fresh }) => seen.push(fresh))
  assert.equal((await back.auth.start()).sub, 'alice')
  assert.equal(back.page.href, 'https://app.example/inbox?tab=2#top')
  assert.deepEqual(seen, [false], 'no new sign-in')
  assert.equal((await back.auth.getAccessToken()).accessToken, 'token-of-alice')
})

test('D1: a provider that has answered prompt=none gets no history entry, until a page does not come back', async (t) => {
  const stage = await setOldStage(t)
  stage.double.expiresIn = 1
  const ways = []
  for (const how of ['answers', 'answers', 'stays']) {
    const { auth, page } = stage.open('/inbox')
    auth.start().catch(() => {}) // its client is closed when the test ends
    const to = await page.left
    ways.push(page.entries)
    if (how === 'stays') continue
    const back = stage.open(stage.double.authorize(to))
    assert.equal((await back.auth.start()).sub, 'alice')
    const later = Date.now() + 60_000
    Date.now.mock.mockImplementation(() => later)
    stage.double.claims = { iat: later / 1000, exp: later / 1000 + HOUR }
  }
  assert.deepEqual(ways, [1, 0, 0])
  const again = stage.open('/inbox')
  assert.equal((await again.auth.start()).sub, 'alice')
  assert.ok(await isPending(again.page.left))
})

test('D1: access_denied bounds silent redirects as a refusal does', async (t) => {
  const stage = await setOldStage(t)
  const { auth, page } = stage.open('/inbox')
  auth.start().catch(() => {}) // its client is closed when the test ends
  const back = stage.open(refusal(stage.double, await page.left, 'access_denied'))
  const failures = []
  back.auth.addEventListener('error', ({ error }) => failures.push(error.code))
  assert.equal((await back.auth.start()).sub, 'alice')
  assert.equal(failures[0], 'OIDC_SIGNIN_REFUSED')
  for (let n = 0; n < 3; n += 1) {
    const next = stage.open('/inbox')
    assert.equal((await next.auth.start()).sub, 'alice')
    assert.ok(await isPending(next.page.left))
  }
})

test('B1: a router gets the address, with and without a user', async (t) => {
  for (const [answer, sub] of [['code', 'alice'], ['login_required', null]]) {
    await t.test(answer, async (t) => {
      const been = []
      const navigate = (url) => been.push(url)
      const stage = await setOldStage(t, { navigate })
      been.length = 0
      const { auth, page } = stage.open('/inbox')
      auth.start()
      const to = await page.left
      const back = stage.open(sub ? stage.double.authorize(to) : refusal(stage.double, to))
      assert.equal(await settled(back.auth.start()), sub)
      assert.deepEqual(been, ['/inbox'])
    })
  }
})

for (const error of [
  'login_required',
  'interaction_required',
  'consent_required',
  'account_selection_required',
]) {
  test(`B1: ${error}: signed out without an error, and the provider is not asked again`, async (t) => {
    const stage = await setOldStage(t)
    const { auth, page } = stage.open('/inbox')
    auth.start()
    const back = stage.open(refusal(stage.double, await page.left, error))
    const failures = []
    back.auth.addEventListener('error', ({ error }) => failures.push(error.code))
    assert.equal(await back.auth.start(), null)
    assert.equal(back.page.href, 'https://app.example/inbox')
    assert.deepEqual(failures, [])
    assert.equal([...stage.browser.sessionStorage.texts.keys()].length, 0)
    const next = stage.open('/inbox')
    assert.equal(await next.auth.start(), null)
    assert.ok(await isPending(next.page.left))
  })
}

test('B1: another user is signed in at the provider: the session ends with its code', async (t) => {
  const stage = await setOldStage(t)
  stage.double.claims.sub = 'eve'
  const { auth, page } = stage.open('/inbox')
  auth.start()
  const back = stage.open(stage.double.authorize(await page.left))
  const failures = []
  back.auth.addEventListener('error', ({ error }) => failures.push(error.code))
  assert.equal(await back.auth.start(), null)
  assert.deepEqual(failures, ['OIDC_SESSION_CHANGED'])
})

for (const [what, settings, sight] of [
  ['a hidden page', {}, { visibilityState: 'hidden' }],
  ['a frame', {}, { top: {} }],
  ["a page with `silent: 'frame'`", { silent: 'frame' }],
  ['a page with `silent: false`', { silent: false }],
]) {
  test(`B1: ${what} does not redirect`, async (t) => {
    const stage = await setOldStage(t, settings, sight)
    const { auth, page } = stage.open('/inbox')
    assert.equal((await auth.start()).sub, 'alice')
    assert.ok(await isPending(page.left))
    await assert.rejects(auth.getAccessToken(), code('OIDC_SESSION_EXPIRED'))
    assert.equal(auth.status, 'signedIn')
  })
}

test('B1: a page that getAccessToken has started does not redirect, and start does not either afterwards', async (t) => {
  const stage = await setOldStage(t)
  const { auth, page } = stage.open('/inbox')
  await assert.rejects(auth.getAccessToken(), code('OIDC_SESSION_EXPIRED'))
  assert.equal((await auth.start()).sub, 'alice')
  assert.ok(await isPending(page.left))
})

test('B1, B8: the page does not navigate to an unreachable provider, and the session stays', async (t) => {
  const stage = await setOldStage(t)
  stage.double.answers['/.well-known/openid-configuration'] = () => ({ status: 503, body: '' })
  const { auth, page } = stage.open('/inbox')
  const failures = []
  auth.addEventListener('error', ({ error }) => failures.push(error.code))
  assert.equal((await auth.start()).sub, 'alice')
  assert.deepEqual(failures, ['OIDC_PROVIDER_UNAVAILABLE', 'OIDC_SESSION_EXPIRED'])
  assert.ok(await isPending(page.left))
})

test('B1: a restored page, or one loaded again after its redirect, starts with its session and does not redirect again', async (t) => {
  const stage = await setOldStage(t)
  const { auth, page } = stage.open('/inbox')
  const start = auth.start()
  await page.left
  await page.comeBack()
  assert.equal((await start).sub, 'alice')
  await sleep(10)
  const again = stage.open('/inbox')
  assert.equal((await again.auth.start()).sub, 'alice', 'one that never came back is not repeated')
  assert.ok(await isPending(again.page.left))
})

for (const settings of [{ silent: undefined }, { silent: 'frame' }, { silent: false, silentRedirectUri: '/silent' }]) {
  const title = 'a page that the app did not allow to redirect stays, and says that the session ended'
  test(`D1: ${title}: ${JSON.stringify(settings)}`, async (t) => {
    const stage = await setOldStage(t, settings)
    const { auth, page } = stage.open('/inbox')
    const failures = []
    let changes = 0
    auth.addEventListener('error', ({ error }) => failures.push(error.code))
    auth.subscribe(() => { changes += 1 })
    assert.equal((await auth.start()).sub, 'alice')
    assert.deepEqual([auth.status, auth.error?.code, changes], ['signedIn', 'OIDC_SESSION_EXPIRED', 2])
    assert.ok(await isPending(page.left))
    assert.deepEqual(failures, ['OIDC_SESSION_EXPIRED'])
    // The next sign-in starts afresh.
    assert.equal((await stage.signIn()).auth.error, null)
  })
}

test('D1: without a refresh token the end of the session is announced before a call fails', async (t) => {
  const stage = await setStage(t)
  stage.double.expiresIn = 6
  const { auth } = await stage.signIn()
  const announced = new Promise((resolve) => { auth.addEventListener('error', resolve) })
  assert.equal(auth.error, null)
  const { error } = await announced
  assert.deepEqual([error.code, auth.error, auth.status], ['OIDC_SESSION_EXPIRED', error, 'signedIn'])
  assert.equal((await auth.getAccessToken()).accessToken, 'token-of-alice', 'a call still works')
})

/** Hidden frames that show a page and never answer. The client waits a moment for each. */
function setMuteFrames(t) {
  const frames = []
  const { setTimeout } = globalThis
  t.mock.method(globalThis, 'setTimeout', (act, ms, ...rest) => setTimeout(act, ms === 4000 ? 10 : ms, ...rest))
  const createElement = () => {
    const frame = { remove: () => {} }
    frames.push(frame)
    return frame
  }
  inSight(t)
  Object.assign(document, { createElement, body: { append: (frame) => queueMicrotask(() => frame.onload()) } })
  return frames
}

for (const how of ['an open page', 'a page that is loaded again']) {
  test(`D1, D2: a frame that shows a login page is not asked again at once, and ${how} says that the session ended`, async (t) => {
    const stage = await setStage(t, { silentRedirectUri: '/silent' })
    let { auth } = await stage.signIn()
    const frames = setMuteFrames(t)
    const later = Date.now() + (HOUR + 5) * 1000
    t.mock.method(Date, 'now', () => later)
    let count = 0
    if (how !== 'an open page') {
      auth = stage.open('/inbox').auth
      auth.addEventListener('error', () => { count += 1 })
      assert.equal((await auth.start()).sub, 'alice')
      assert.deepEqual([auth.error?.code, count], ['OIDC_SESSION_EXPIRED', 2], 'beside the timeout')
    }
    assert.equal(auth.status, 'signedIn')
    count = 0
    auth.addEventListener('error', () => { count += 1 })
    for (let n = 0; n < 5; n += 1) {
      await assert.rejects(auth.getAccessToken(), code('OIDC_NETWORK_TIMEOUT'))
      assert.equal(auth.error?.code, 'OIDC_SESSION_EXPIRED')
    }
    assert.equal(frames.length, 1)
    assert.equal(count, how === 'an open page' ? 1 : 0, 'the end is announced once')
    Date.now.mock.mockImplementation(() => later + 3000)
    await assert.rejects(auth.getAccessToken(), code('OIDC_NETWORK_TIMEOUT'))
    assert.equal(frames.length, 2)
    // The provider answers with a code, or the user signs in.
    assert.equal((await stage.signIn()).auth.error, null)
  })
}

test('D1: the end is announced after close and start too', async (t) => {
  const stage = await setStage(t)
  stage.double.expiresIn = 6
  const { auth } = await stage.signIn()
  auth.close()
  await sleep(10)
  const announced = new Promise((resolve) => { auth.addEventListener('error', resolve) })
  await auth.start()
  assert.equal((await announced).error.code, 'OIDC_SESSION_EXPIRED')
  assert.equal(auth.error.code, 'OIDC_SESSION_EXPIRED')
})

test('D1: a call that starts the client fails after the end was announced', async (t) => {
  const stage = await setOldStage(t, { silent: undefined })
  const { auth } = stage.open('/inbox')
  await assert.rejects(auth.getAccessToken(), code('OIDC_SESSION_EXPIRED'))
  assert.equal(auth.error?.code, 'OIDC_SESSION_EXPIRED')
})

test('D1, C3: another sign-in in another tab ends the error of an expired session, and of a step-up', async (t) => {
  const stage = await setStage(t, { store: 'local' })
  stage.double.expiresIn = 1
  const { auth } = await stage.signIn()
  await new Promise((resolve) => { auth.addEventListener('error', resolve) })
  assert.equal(auth.error?.code, 'OIDC_SESSION_EXPIRED')
  stage.double.expiresIn = HOUR
  const cleared = new Promise((resolve) => { auth.subscribe(() => auth.error ?? resolve()) })
  await stage.signIn()
  await cleared
  assert.equal((await auth.getAccessToken()).accessToken, 'token-of-alice')

  const { auth: asking, page } = stage.open('/admin')
  asking.signIn({ prompt: 'login' }).catch(() => {})
  const { auth: refused } = stage.open(refusal(stage.double, await page.left, 'access_denied'))
  await assert.rejects(refused.start(), code('OIDC_SIGNIN_REFUSED'))
  assert.equal(refused.error.code, 'OIDC_SIGNIN_REFUSED')
  const forgiven = new Promise((resolve) => { refused.subscribe(() => refused.error ?? resolve()) })
  await stage.signIn()
  await forgiven
  assert.equal(refused.user.sub, 'alice')
})

test('D1: with a refresh token, and after close, no end is announced', async (t) => {
  const stage = await setStage(t)
  const { '/token': redeem } = stage.double.answers
  const silence = ({ auth }) => auth.addEventListener('error', ({ error }) => assert.fail(error.code))
  stage.double.expiresIn = 2
  const closed = await stage.signIn()
  silence(closed)
  closed.auth.close()
  stage.double.answers['/token'] = (request, body) => {
    const answer = redeem(request, body)
    return json({ ...JSON.parse(answer.body), refresh_token: 'rt' })
  }
  const renewable = await stage.signIn()
  silence(renewable)
  await sleep(1500)
  assert.equal(renewable.auth.error, null)
})

test('a wrong `silent` is named by start', async (t) => {
  const stage = await setStage(t)
  for (const silent of ['yes', true, 1, null]) {
    await assert.rejects(stage.open('/', { silent }).auth.start(), code('OIDC_CONFIG_INVALID', 'silent'))
  }
})

test('B: a page that was loaded in the background redirects when the user sees it', async (t) => {
  const stage = await setOldStage(t, {}, { visibilityState: 'hidden' })
  const { auth, page } = stage.open('/inbox')
  assert.equal((await auth.start()).sub, 'alice')
  assert.ok(await isPending(page.left))
  document.visibilityState = 'visible'
  page.fire('visibilitychange')
  assert.match(await page.left, /prompt=none/)
})

test('B: a page that was opened by a page redirects at once', async (t) => {
  const stage = await setOldStage(t, {}, { opener: {} })
  const { auth, page } = stage.open('/inbox')
  auth.start().catch(() => {}) // its client is closed when the test ends
  assert.match(await page.left, /prompt=none/)
})
