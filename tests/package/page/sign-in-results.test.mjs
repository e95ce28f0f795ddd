// Results of a sign-in beside the user: parameters of the callback, the ID token, and pinned keys.
import assert from 'node:assert/strict'
import test from 'node:test'
import { json } from '../support/double.mjs'
import { code, setStage } from '../support/stage.mjs'

test('D10: parameters of the callback that are not ours reach the app with the sign-in, and no store', async (t) => {
  const stage = await setStage(t)
  const back = await stage.goAndComeBack()
  const { auth, page } = stage.open(`${back}&kc_action_status=success&__proto__=x&a=1&a=2&long=${'x'.repeat(2000)}`)
  const seen = []
  auth.addEventListener('signedin', ({ fresh, callbackParams }) => seen.push([fresh, callbackParams]))
  await auth.start()
  assert.equal(page.href, 'https://app.example/inbox?x=1')
  assert.equal(seen.length, 1)
  const [[fresh, { kc_action_status: status, ...rest }]] = seen
  assert.deepEqual([fresh, status, Object.keys(rest)], [true, 'success', ['__proto__']])
  assert.equal(Object.getPrototypeOf(seen[0][1]), null)
  for (const { texts } of [stage.browser.localStorage, stage.browser.sessionStorage]) {
    assert.doesNotMatch(JSON.stringify([...texts]), /kc_action_status/)
  }
  // A restored session has none, whatever its address says.
  const { auth: next } = stage.open('/?kc_action_status=success')
  next.addEventListener('signedin', ({ callbackParams }) => seen.push(callbackParams))
  await next.start()
  assert.deepEqual(seen.slice(1), [undefined])
})

test('D10: a response whose state is not ours brings no parameters', async (t) => {
  const stage = await setStage(t)
  const back = new URL(await stage.goAndComeBack())
  back.searchParams.append('state', 'other')
  back.searchParams.set('kc_action_status', 'success')
  const { auth } = stage.open(back.href)
  auth.addEventListener('signedin', () => assert.fail('signed in'))
  await assert.rejects(auth.start(), (error) => {
    assert.doesNotMatch(JSON.stringify({ ...error, message: error.message, cause: error.cause }), /kc_action_status/)
    return code('OIDC_STATE_MISMATCH')(error)
  })
})

test('raw-id-token: getIdToken gives the ID token of the session as it was signed', async (t) => {
  const stage = await setStage(t)
  const { auth: stranger } = stage.open()
  await assert.rejects(stranger.getIdToken(), code('OIDC_SIGNIN_REQUIRED'))
  const { auth } = await stage.signIn()
  const token = await auth.getIdToken()
  assert.equal(token.split('.').length, 3)
  assert.equal(JSON.parse(Buffer.from(token.split('.')[1], 'base64url')).sub, 'alice')
  // Also before start.
  assert.equal(await stage.open().auth.getIdToken(), token)
  await assert.rejects(auth.getIdToken({ signal: AbortSignal.abort() }), code('OIDC_ABORTED'))
})

test('keys-without-cors: with jwks as a setting no keys are fetched', async (t) => {
  const honest = await setStage(t)
  const keys = await (await fetch(`${honest.double.issuer}/keys`)).json()
  const stage = await setStage(t, { jwks: keys })
  // The second double signs with its own key, which these keys are not.
  const { auth } = stage.open(await stage.goAndComeBack())
  await assert.rejects(auth.start(), code('OIDC_SIGNATURE_INVALID'))
  assert.ok(!stage.double.asked.some(({ path }) => path === '/keys'))

  const own = await (await fetch(`${stage.double.issuer}/keys`)).json()
  stage.double.answers['/keys'] = () => json({}, 500)
  const { auth: pinned } = await stage.signIn({ jwks: own })
  assert.equal(pinned.user.sub, 'alice')
  assert.equal(stage.double.asked.filter(({ path }) => path === '/keys').length, 1)
  await assert.rejects(stage.open('/', { jwks: { keys: 1 } }).auth.start(), code('OIDC_CONFIG_INVALID', 'jwks'))
  assert.throws(() => stage.open('/', { jwks: 'keys' }), code('OIDC_CONFIG_INVALID', 'jwks'))
})
