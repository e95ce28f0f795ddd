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
