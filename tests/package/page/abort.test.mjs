// Every verb that waits can be called off; nothing is lost by it.
import assert from 'node:assert/strict'
import test from 'node:test'
import { code, setStage } from '../support/stage.mjs'

/** Lets the test decide when a path answers. */
function hold(double, path) {
  const honest = double.answers[path]
  let release
  const held = new Promise((resolve) => {
    release = resolve
  })
  const gate = { release, isCut: false }
  gate.asked = new Promise((resolve) => {
    double.answers[path] = async (request, body, response) => {
      // Resolves to whether the request was cut off.
      gate.closed = new Promise((closed) => {
        response.on('close', () => closed((gate.isCut = !response.writableEnded)))
      })
      resolve()
      await held
      return response.destroyed ? undefined : honest(request, body)
    }
  })
  return gate
}

test('a method with an aborted signal does nothing', async (t) => {
  const stage = await setStage(t)
  const { auth } = stage.open(await stage.goAndComeBack())
  const signal = AbortSignal.abort('enough')
  for (const verb of ['start', 'signIn', 'getAccessToken', 'userInfo', 'signOut']) {
    const error = await auth[verb]({ signal }).catch((error) => error)
    assert.deepEqual([error.code, error.cause], ['OIDC_ABORTED', 'enough'], verb)
  }
  assert.equal((await auth.start()).sub, 'alice', 'the response was not taken')
})

test('an aborted start continues in the background, since the response is taken', async (t) => {
  const stage = await setStage(t)
  const { auth } = stage.open(await stage.goAndComeBack())
  const gate = hold(stage.double, '/token')
  const stop = new AbortController()
  const start = auth.start({ signal: stop.signal })
  await gate.asked
  stop.abort()
  await assert.rejects(start, code('OIDC_ABORTED'))
  gate.release()
  assert.equal((await auth.start()).sub, 'alice')
  assert.equal(gate.isCut, false, 'the request was not cut off')
})

test('an aborted sign-in does not navigate and aborts its request; the next one works', async (t) => {
  const stage = await setStage(t)
  const { auth, page } = stage.open('/')
  const gate = hold(stage.double, '/.well-known/openid-configuration')
  const stop = new AbortController()
  const signIn = auth.signIn({ signal: stop.signal })
  await gate.asked
  stop.abort()
  await assert.rejects(signIn, code('OIDC_ABORTED'))
  assert.ok(await gate.closed, 'the request was cut off')
  gate.release()
  auth.signIn().catch(() => {})
  assert.match(await page.left, /authorize/)
})

test('an aborted userInfo aborts its request', async (t) => {
  const stage = await setStage(t)
  const { auth } = await stage.signIn()
  const gate = hold(stage.double, '/me')
  const stop = new AbortController()
  const asking = auth.userInfo({ signal: stop.signal })
  await gate.asked
  stop.abort()
  await assert.rejects(asking, code('OIDC_ABORTED'))
  assert.ok(await gate.closed)
  gate.release()
  assert.equal((await auth.userInfo()).sub, 'alice')
})

test('an aborted sign-out has removed the session from the page', async (t) => {
  const stage = await setStage(t)
  const { auth } = await stage.signIn()
  const gate = hold(stage.double, '/revoke')
  const stop = new AbortController()
  const out = auth.signOut({ signal: stop.signal })
  await gate.asked
  stop.abort()
  await assert.rejects(out, code('OIDC_ABORTED'))
  gate.release()
  assert.equal(auth.user, null)
  assert.equal(stage.browser.sessionStorage.texts.size, 0)
})

test('a signal has no listeners of a method that has settled', async (t) => {
  const stage = await setStage(t)
  const { auth } = await stage.signIn()
  const stop = new AbortController()
  let listening = 0
  const { addEventListener, removeEventListener } = stop.signal
  stop.signal.addEventListener = (...args) => {
    listening += 1
    addEventListener.apply(stop.signal, args)
  }
  stop.signal.removeEventListener = (...args) => {
    listening -= 1
    removeEventListener.apply(stop.signal, args)
  }
  await auth.getAccessToken({ signal: stop.signal })
  await auth.userInfo({ signal: stop.signal })
  assert.equal(listening, 0)
})
