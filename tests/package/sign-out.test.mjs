// Signing out forgets here first; whatever the provider says, the person leaves.
import assert from 'node:assert/strict'
import test from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { isPending, setStage } from './support/stage.mjs'

test('B17: the page forgets before the network answers', async (t) => {
  const stage = await setStage(t)
  const { auth, page } = await stage.signIn()
  let answer
  stage.double.answers['/revoke'] = () =>
    new Promise((resolve) => {
      answer = resolve
    })
  auth.signOut().catch(() => {})
  while (!answer) await sleep(5)
  assert.equal(auth.user, null)
  assert.equal(auth.status, 'signedOut')
  assert.equal(stage.browser.sessionStorage.texts.size, 0)
  answer({ status: 503, body: '' })
  assert.match(await page.left, /\/end\?/)
  assert.match(stage.double.asked.at(-1).body, /token=token-of-alice/)
})

test('B16: a double sign-out is harmless, and one without a session resolves', async (t) => {
  const stage = await setStage(t)
  const { auth, page } = await stage.signIn()
  let told = 0
  auth.addEventListener('signedout', () => {
    told += 1
  })
  const outs = [auth.signOut(), auth.signOut()]
  await page.left
  for (const out of outs) assert.ok(await isPending(out), 'the page is going away')
  assert.equal(stage.double.asked.filter(({ path }) => path === '/revoke').length, 1)
  await page.comeBack()
  await Promise.all(outs)
  await auth.signOut()
  assert.equal(told, 1)
  await stage.open('/').auth.signOut()
})

test('a session that nobody started is signed out too', async (t) => {
  const stage = await setStage(t)
  await stage.signIn()
  const { auth, page } = stage.open('/')
  auth.signOut().catch(() => {})
  assert.match(await page.left, /id_token_hint=/)
  assert.equal(stage.browser.sessionStorage.texts.size, 0)
})

test('called off at any moment, the store has forgotten what the page has', async (t) => {
  for (let turns = 0; turns < 12; turns += 1) {
    const stage = await setStage(t)
    const { auth } = await stage.signIn()
    const stop = new AbortController()
    const out = auth.signOut({ signal: stop.signal }).catch((error) => error.code)
    for (let turn = 0; turn < turns; turn += 1) await null
    stop.abort()
    assert.equal(await out, 'OIDC_ABORTED')
    await sleep(20)
    const kept = stage.browser.sessionStorage.texts.size
    assert.equal(kept > 0, auth.status === 'signedIn', `after ${turns} turns`)
  }
})

test('one caller who calls off does not end what another waits for', async (t) => {
  const stage = await setStage(t)
  const { auth, page } = await stage.signIn()
  const stop = new AbortController()
  const first = auth.signOut({ signal: stop.signal }).catch((error) => error.code)
  const second = auth.signOut()
  stop.abort()
  assert.equal(await first, 'OIDC_ABORTED')
  assert.match(await page.left, /\/end\?/)
  await page.comeBack()
  await second
})
