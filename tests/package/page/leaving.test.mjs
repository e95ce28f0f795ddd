// A sign-out and a sign-in at the same time: the sign-out wins, in either order.
import assert from 'node:assert/strict'
import test from 'node:test'
import { code, isPending, setStage } from '../support/stage.mjs'

/** Holds the answers of a path. `asked` resolves when the first request arrives. */
function hold(double, path) {
  const answer = double.answers[path]
  const held = {}
  held.asked = new Promise((resolve) => {
    double.answers[path] = (...request) => new Promise((settle) => {
      held.release = () => settle(answer(...request))
      resolve()
    })
  })
  return held
}

test('C1, B17: a sign-in that a route guard begins for its signed-out user waits, and the sign-out leaves the page', async (t) => {
  const stage = await setStage(t)
  const { auth, page } = await stage.signIn()
  const gate = hold(stage.double, '/revoke')
  let signIn
  auth.subscribe(() => {
    if (!auth.user) signIn ??= auth.signIn()
  })
  const signOut = auth.signOut()
  await gate.asked
  assert.ok(await isPending(signIn))
  assert.ok(!stage.double.asked.some(({ path }) => path === '/authorize'))
  gate.release()
  assert.match(await page.left, /\/end\?/)
  assert.ok(await isPending(signIn), 'no error is shown while the page leaves')
  await page.comeBack()
  await signOut
  await assert.rejects(signIn, code('OIDC_SIGNIN_ABANDONED'))
})

test('C1, B17: a sign-out stops a sign-in that is under way', async (t) => {
  const stage = await setStage(t)
  const { auth, page } = await stage.signIn()
  const gate = hold(stage.double, '/.well-known/openid-configuration')
  const signIn = auth.signIn()
  signIn.catch(() => {})
  await gate.asked
  auth.signOut().catch(() => {})
  gate.release()
  assert.match(await page.left, /\/end\?/)
  assert.ok(await isPending(signIn))
  await page.comeBack()
  await assert.rejects(signIn, code('OIDC_SIGNIN_ABANDONED'))
})

test('C1: a sign-in continues after a sign-out that does not leave the page', async (t) => {
  const stage = await setStage(t)
  const { auth, page } = stage.open('/')
  await auth.start()
  auth.signOut()
  auth.signIn().catch(() => {})
  assert.match(await page.left, /\/authorize\?/)
})

test('C1, B17: a sign-in in a popup does not begin while a sign-out leaves the page', async (t) => {
  const stage = await setStage(t)
  const { auth, page } = await stage.signIn()
  const popup = { closed: false, location: { replace: assert.fail }, close: () => { popup.closed = true } }
  Object.defineProperty(globalThis, 'open', { configurable: true, value: () => popup })
  t.after(() => delete globalThis.open)
  auth.signOut().catch(() => {})
  await assert.rejects(auth.signInPopup(), code('OIDC_SIGNIN_ABANDONED'))
  assert.match(await page.left, /\/end\?/)
  assert.ok(popup.closed)
})

test('C1: a sign-in that another tab begins for its signed-out user waits for the sign-out', async (t) => {
  const stage = await setStage(t)
  const { auth, page } = await stage.signIn()
  const other = stage.createClient(stage.settings)
  t.after(() => other.close())
  await other.start()
  const gate = hold(stage.double, '/revoke')
  let signIn
  other.subscribe(() => {
    if (!other.user) signIn ??= other.signIn()
  })
  const signOut = auth.signOut()
  await gate.asked
  while (other.user) await new Promise((resolve) => setTimeout(resolve, 5))
  assert.ok(await isPending(signIn))
  gate.release()
  assert.match(await page.left, /\/end\?/)
  assert.ok(await isPending(signIn), 'the page is not gone yet')
  await page.comeBack()
  await signOut
  // Now it leaves the page, and rejects when that page comes back.
  let isAbandoned = false
  const abandoned = assert.rejects(signIn, code('OIDC_SIGNIN_ABANDONED')).finally(() => { isAbandoned = true })
  while (!isAbandoned) await page.comeBack()
  await abandoned
})

test('C1: a popup of another tab is opened at once, and goes to the provider after the sign-out', async (t) => {
  const stage = await setStage(t)
  const { auth, page } = await stage.signIn()
  const other = stage.createClient(stage.settings)
  t.after(() => other.close())
  await other.start()
  let went
  const location = { replace: (url) => { went = url } }
  const popup = { closed: false, location, close() { this.closed = true } }
  Object.defineProperty(globalThis, 'open', { configurable: true, value: () => popup })
  t.after(() => delete globalThis.open)
  const gate = hold(stage.double, '/revoke')
  const signOut = auth.signOut()
  await gate.asked
  const stop = new AbortController()
  const signIn = other.signInPopup({ signal: stop.signal })
  assert.ok(await isPending(signIn))
  assert.equal(went, undefined)
  gate.release()
  await page.left
  await page.comeBack()
  await signOut
  while (!went) await new Promise((resolve) => setTimeout(resolve, 5))
  assert.match(went, /\/authorize\?/)
  stop.abort()
  await assert.rejects(signIn, code('OIDC_ABORTED'))
})

test('C1: a sign-out that never ends holds a sign-in of another tab for five seconds only', async (t) => {
  const stage = await setStage(t)
  const { auth, page } = await stage.signIn()
  const other = stage.createClient(stage.settings)
  t.after(() => other.close())
  auth.signOut().catch(() => {})
  assert.match(await page.left, /\/end\?/)
  stage.double.asked.length = 0
  const begun = Date.now()
  other.signIn().catch(() => {})
  while (!stage.double.asked.length) await new Promise((resolve) => setTimeout(resolve, 50))
  assert.ok(Date.now() - begun > 4000)
})

test('C1: calls in the same tick as a sign-out do not resolve to its user or tokens, in either order', async (t) => {
  for (const isFirst of [true, false]) {
    for (const isStarted of [true, false]) {
      const stage = await setStage(t)
      const { auth: first } = await stage.signIn()
      const auth = isStarted ? first : stage.open('/').auth
      const calls = () => [auth.start(), auth.getIdToken(), auth.getAccessToken(), auth.userInfo()]
      let made = isFirst ? [] : calls()
      const signOut = auth.signOut()
      signOut.catch(() => {})
      if (isFirst) made = calls()
      const [start, ...others] = await Promise.allSettled(made)
      const label = `${isFirst} ${isStarted}`
      assert.deepEqual(start, { status: 'fulfilled', value: null }, label)
      for (const { reason } of others) assert.equal(reason?.code, 'OIDC_SIGNIN_REQUIRED', label)
    }
  }
})
