// Where texts are kept: what is blocked, full, or the app's own. Foreign keys are never touched.
import assert from 'node:assert/strict'
import test from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { code, setStage } from '../support/stage.mjs'

const degradedOf = (auth) => {
  const seen = []
  auth.addEventListener('degraded', (event) => seen.push(event.error.code))
  return seen
}

test('B2: the user stays signed in after a reload with a store of the browser, but not with memory', async (t) => {
  for (const [store, area, other] of [
    ['session', 'sessionStorage', 'localStorage'],
    ['local', 'localStorage', 'sessionStorage'],
  ]) {
    const stage = await setStage(t, { store })
    await stage.signIn()
    assert.equal((await stage.open('/').auth.start()).sub, 'alice')
    const sessions = (where) =>
      [...stage.browser[where].texts.values()].filter((text) => text.includes('token-of-alice'))
    assert.deepEqual([sessions(area).length, sessions(other).length], [1, 0])
    stage.browser[area].texts.clear()
    assert.equal(await stage.open('/').auth.start(), null)

    const { auth } = await stage.signIn({ store: 'memory' })
    assert.equal(auth.user.sub, 'alice')
    assert.deepEqual([sessions(area).length, sessions(other).length], [0, 0])
    assert.equal(await stage.open('/', { store: 'memory' }).auth.start(), null)
  }
})

test('B28, WEB-09: without IndexedDB, the default store is memory and fires an event', async (t) => {
  for (const store of [undefined, 'sealed']) {
    const stage = await setStage(t, { store })
    const { auth } = stage.open(await stage.goAndComeBack())
    const seen = degradedOf(auth)
    auth.addEventListener('error', (event) => seen.push(event.error.code))
    assert.equal((await auth.start()).sub, 'alice')
    assert.deepEqual(seen, ['OIDC_STORAGE_DEGRADED'])
    assert.equal((await auth.getAccessToken()).accessToken, 'token-of-alice')
    assert.equal(stage.browser.sessionStorage.texts.size, 0)
    assert.ok(![...stage.browser.localStorage.texts.values()].join().includes('alice'))
    const page = stage.open('/')
    assert.equal(await page.auth.start(), null)
    auth.signOut().catch(() => {})
    await page.page.left
    assert.deepEqual(seen, ['OIDC_STORAGE_DEGRADED'], 'there was nothing to remove')
  }
})

test('WEB-06: no store writes a cookie, and only the four names of stores are accepted', async (t) => {
  const stage = await setStage(t)
  for (const store of ['sealed', 'session', 'local', 'memory']) stage.open('/', { store })
  const refused = code('OIDC_CONFIG_INVALID', 'store')
  assert.throws(() => stage.open('/', { store: 'cookie' }), refused)
  const written = []
  const document = { set cookie(text) { written.push(text) } }
  Object.defineProperty(globalThis, 'document', { configurable: true, value: document })
  t.after(() => delete globalThis.document)
  for (const store of ['sealed', 'session', 'local', 'memory']) {
    const { auth } = await (await setStage(t)).signIn({ store })
    assert.equal(auth.user.sub, 'alice')
  }
  assert.deepEqual(written, [])
})

test('blocked session storage falls back to memory and fires an event', async (t) => {
  const stage = await setStage(t)
  const { auth, page } = stage.open(await stage.goAndComeBack())
  const seen = degradedOf(auth)
  stage.browser.blockStorage('sessionStorage')
  assert.equal((await auth.start()).sub, 'alice')
  assert.deepEqual(seen, ['OIDC_STORAGE_DEGRADED'])
  assert.equal((await auth.getAccessToken()).accessToken, 'token-of-alice')
  await page.comeBack()
  await sleep(30)
  assert.equal((await auth.start()).sub, 'alice')
})

test('a full session storage does not keep an older session', async (t) => {
  const stage = await setStage(t)
  await stage.signIn()
  const { auth } = stage.open(await stage.goAndComeBack())
  const seen = degradedOf(auth)
  stage.browser.sessionStorage.full = true
  await auth.start()
  assert.deepEqual(seen, ['OIDC_STORAGE_DEGRADED'])
  assert.equal(await stage.open('/').auth.start(), null)
})

test('blocked local storage: the pending sign-in goes to the session storage', async (t) => {
  const stage = await setStage(t)
  const { auth, page } = stage.open('/')
  stage.browser.blockStorage('localStorage')
  auth.signIn().catch(() => {})
  const back = stage.open(stage.double.authorize(await page.left))
  stage.browser.blockStorage('localStorage')
  assert.equal((await back.auth.start()).sub, 'alice')
})

test('B28: with all storage blocked, a sign-in does not navigate and fails with its code', async (t) => {
  const stage = await setStage(t)
  const { auth } = stage.open('/')
  stage.browser.blockStorage('localStorage', 'sessionStorage')
  assert.equal(await auth.start(), null)
  await assert.rejects(auth.signIn(), code('OIDC_STORAGE_UNAVAILABLE'))
})

test('B6: old pending sign-ins are removed, and entries of others stay', async (t) => {
  const stage = await setStage(t)
  for (const storage of [stage.browser.localStorage, stage.browser.sessionStorage]) {
    storage.setItem('countersig', 'theirs')
    storage.setItem('zzz', 'theirs')
  }
  for (let n = 0; n < 14; n += 1) await stage.goAndComeBack()
  const texts = [...stage.browser.localStorage.texts]
  assert.equal(texts.filter(([key]) => key.startsWith('countersign:pending:')).length, 10)
  const { auth, page } = await stage.signIn()
  auth.signOut().catch(() => {})
  await page.left
  for (const storage of [stage.browser.localStorage, stage.browser.sessionStorage]) {
    assert.deepEqual([storage.getItem('countersig'), storage.getItem('zzz')], ['theirs', 'theirs'])
  }
})

test('a store of the app is used, and may be slow', async (t) => {
  const texts = new Map()
  const store = {
    get: async (key) => texts.get(key) ?? null,
    set: async (key, text) => void texts.set(key, text),
    remove: async (key) => void texts.delete(key),
  }
  const stage = await setStage(t, { store })
  const { auth } = await stage.signIn()
  assert.equal(texts.size, 1)
  const next = stage.open('/')
  assert.equal((await next.auth.start()).sub, 'alice')
  next.auth.signOut().catch(() => {})
  await next.page.left
  assert.equal(texts.size, 0)
  // The page that is open in another tab receives it, and finds the store empty.
  while (auth.status !== 'signedOut') await sleep(5)
  assert.equal(auth.user, null)
})

test('B28: a store that fails fires an event, and a session that cannot be read is not removed', async (t) => {
  let works = true
  const texts = new Map()
  const ask = (answer) => {
    if (!works) throw new Error('the store is out')
    return answer()
  }
  const store = {
    get: (key) => ask(() => texts.get(key)),
    set: (key, text) => ask(() => void texts.set(key, text)),
    remove: async (key) => ask(() => void texts.delete(key)),
  }
  const stage = await setStage(t, { store })
  await stage.signIn()
  works = false
  const { auth } = stage.open('/')
  await assert.rejects(auth.start(), code('OIDC_STORAGE_UNAVAILABLE', 'store'))
  works = true
  assert.equal((await auth.start()).sub, 'alice')

  const again = stage.open(await stage.goAndComeBack())
  const seen = degradedOf(again.auth)
  works = false
  assert.equal((await again.auth.start()).sub, 'alice')
  assert.deepEqual(seen, ['OIDC_STORAGE_DEGRADED'])
  const failed = []
  again.auth.addEventListener('error', (event) => failed.push(event.error.code))
  again.auth.signOut().catch(() => {})
  await again.page.left
  assert.deepEqual(failed, ['OIDC_STORAGE_UNAVAILABLE'])
})

test('WEB-08: a stored session that is invalid is removed, and the user is signed out', async (t) => {
  const stage = await setStage(t)
  await stage.signIn()
  const [[key]] = stage.browser.sessionStorage.texts
  for (const text of ['', '{}', 'null', '{"v":1}', '\u0000', '[]'.repeat(1000)]) {
    stage.browser.sessionStorage.setItem(key, text)
    const { auth } = stage.open('/')
    const seen = []
    auth.addEventListener('error', (event) => seen.push(event.error.code))
    assert.equal(await auth.start(), null)
    assert.deepEqual(seen, ['OIDC_SESSION_UNREADABLE'])
    assert.equal(stage.browser.sessionStorage.getItem(key), null)
  }
})
