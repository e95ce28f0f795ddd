// After a sign-in that failed: its error, and the address that it was to return to.
import assert from 'node:assert/strict'
import test from 'node:test'
import { code, setStage } from '../support/stage.mjs'

/** The address that the provider's refusal leads back to. */
function refuse(double, url, more = {}) {
  const back = new URL(double.authorize(url))
  back.searchParams.delete('code')
  for (const [name, value] of Object.entries({ error: 'access_denied', ...more })) back.searchParams.set(name, value)
  return back.href
}

test('C3: the error of start is kept for every reader, until the next sign-in succeeds', async (t) => {
  const stage = await setStage(t)
  const { auth: first, page } = stage.open('/orders/7?tab=2')
  first.signIn().catch(() => {})
  const { auth } = stage.open(refuse(stage.double, await page.left))
  let changes = 0
  auth.subscribe(() => { changes += 1 })
  assert.equal(auth.error, null)
  await assert.rejects(auth.start(), code('OIDC_SIGNIN_REFUSED'))
  const { error } = auth
  assert.equal(error.code, 'OIDC_SIGNIN_REFUSED')
  assert.equal(error.returnTo, 'https://app.example/orders/7?tab=2')
  assert.ok(changes > 0)
  assert.equal(await auth.start(), null)
  assert.equal(auth.error, error)

  const again = await stage.signIn()
  assert.equal(again.auth.error, null)
})

test('C3: the error of a step-up stays beside the earlier session, also when that is renewed', async (t) => {
  const stage = await setStage(t)
  await stage.signIn()
  const { auth: asking, page } = stage.open('/admin')
  asking.signIn({ prompt: 'login' }).catch(() => {})
  const { auth } = stage.open(refuse(stage.double, await page.left))
  await assert.rejects(auth.start(), code('OIDC_SIGNIN_REFUSED'))
  assert.equal(auth.user.sub, 'alice')
  assert.equal(auth.error.code, 'OIDC_SIGNIN_REFUSED')
  assert.equal(await auth.start(), auth.user)
  assert.equal(auth.error.returnTo, 'https://app.example/admin')
})

test('C3: a sign-in after one that failed returns to where the first one began, on any path', async (t) => {
  for (const redirectUri of ['/callback', 'https://app.example/myapp/callback']) {
    const stage = await setStage(t, { redirectUri })
    const { auth: first, page } = stage.open('/myapp/orders/7?tab=2#top')
    first.signIn().catch(() => {})
    const { auth, page: callback } = stage.open(refuse(stage.double, await page.left))
    await assert.rejects(auth.start(), code('OIDC_SIGNIN_REFUSED'))
    auth.signIn().catch(() => {})
    const back = stage.open(stage.double.authorize(await callback.left))
    assert.equal((await back.auth.start()).sub, 'alice')
    assert.equal(back.page.href, 'https://app.example/myapp/orders/7?tab=2#top')
  }
})

test('B, C3: a failure after the response, and a registration of 16 minutes, keep the return address', async (t) => {
  const stage = await setStage(t)
  const back = await stage.goAndComeBack()
  stage.double.answers['/token'] = () => ({ status: 500, body: '' })
  const { auth } = stage.open(back)
  await assert.rejects(auth.start(), code('OIDC_PROVIDER_UNAVAILABLE'))
  assert.equal(auth.error.returnTo, 'https://app.example/inbox?x=1')

  const late = await stage.goAndComeBack()
  const { now } = Date
  t.after(() => { Date.now = now })
  Date.now = () => now() + 16 * 60 * 1000
  const { auth: registered } = stage.open(late)
  await assert.rejects(registered.start(), code('OIDC_SIGNIN_EXPIRED'))
  assert.equal(registered.error.returnTo, 'https://app.example/inbox?x=1')
})

test('C3: a sign-out, and a session that ended, change the error', async (t) => {
  const stage = await setStage(t)
  const { auth: first, page } = stage.open('/')
  first.signIn().catch(() => {})
  const { auth } = stage.open(refuse(stage.double, await page.left))
  await assert.rejects(auth.start(), code('OIDC_SIGNIN_REFUSED'))
  await auth.signOut()
  assert.equal(auth.error, null)
})

test('D14: an error without a state is reported while a sign-in waits for it, and the next one can begin', async (t) => {
  const stage = await setStage(t)
  const stray = stage.open('/callback?error=access_denied')
  assert.equal(await stray.auth.start(), null)
  assert.deepEqual([stray.auth.error, stray.page.href], [null, 'https://app.example/callback?error=access_denied'])

  const back = await stage.goAndComeBack()
  const { auth, page } = stage.open('/callback?error=access_denied&error_description=Not%20today')
  await assert.rejects(auth.start(), code('OIDC_SIGNIN_REFUSED'))
  assert.match(JSON.stringify(auth.error.cause), /Not today/)
  assert.equal(page.href, 'https://app.example/callback')
  assert.equal(auth.error.returnTo, 'https://app.example/inbox?x=1')
  auth.signIn().catch(() => {})
  assert.match(await page.left, /authorize/)

  const { auth: first } = stage.open(back)
  assert.equal((await first.start()).sub, 'alice')
  assert.ok(!stage.double.asked.slice(0, -3).some(({ path }) => path === '/token'))
})

test('D3: only temporarily_unavailable with authentication_expired starts a sign-in again, once', async (t) => {
  const error_description = 'authentication_expired'
  for (const [error, expected] of [
    ['access_denied', 'OIDC_SIGNIN_REFUSED'],
    ['login_required', 'OIDC_INTERACTION_REQUIRED'],
    ['invalid_request', 'OIDC_PROVIDER_ERROR'],
    ['server_error', 'OIDC_PROVIDER_UNAVAILABLE'],
  ]) {
    const stage = await setStage(t)
    const { auth: first, page } = stage.open('/inbox')
    first.signIn().catch(() => {})
    const { auth } = stage.open(refuse(stage.double, await page.left, { error, error_description }))
    await assert.rejects(auth.start(), code(expected), error)
  }
  const stage = await setStage(t)
  const expired = { error: 'temporarily_unavailable', error_description }
  const { auth: first, page } = stage.open('/inbox')
  first.signIn({ prompt: 'login' }).catch(() => {})
  const { auth, page: callback } = stage.open(refuse(stage.double, await page.left, expired))
  auth.start().catch(() => {})
  const again = await callback.left
  assert.equal(new URL(again).searchParams.get('prompt'), 'login')
  const { auth: last } = stage.open(refuse(stage.double, again, expired))
  await assert.rejects(last.start(), code('OIDC_PROVIDER_UNAVAILABLE'))
})

/** Pages whose popup the user closes at once, and a browser that blocks popups. */
function setPopup(t, popup) {
  for (const [name, value] of Object.entries({ document: { hasFocus: () => true }, open: () => popup, origin: 'https://app.example' })) {
    Object.defineProperty(globalThis, name, { configurable: true, value })
    t.after(() => delete globalThis[name])
  }
}

test('C3: the error of signIn and signInPopup is kept too, until the next sign-in succeeds', async (t) => {
  const stage = await setStage(t)
  const metadata = stage.double.answers['/.well-known/openid-configuration']
  stage.double.answers['/.well-known/openid-configuration'] = () => ({ status: 503, body: '' })
  const { auth } = stage.open('/orders/7')
  await auth.start()
  let changes = 0
  auth.subscribe(() => { changes += 1 })
  await assert.rejects(auth.signIn(), code('OIDC_PROVIDER_UNAVAILABLE'))
  assert.deepEqual([auth.error?.code, changes], ['OIDC_PROVIDER_UNAVAILABLE', 1])
  await assert.rejects(auth.signIn({ unknown: 1 }), code('OIDC_SIGNIN_OPTION_INVALID'))
  assert.equal(auth.error.code, 'OIDC_PROVIDER_UNAVAILABLE', 'no sign-in began')
  stage.double.answers['/.well-known/openid-configuration'] = metadata
  setPopup(t, null)
  await assert.rejects(auth.signInPopup(), code('OIDC_POPUP_BLOCKED'))
  assert.equal(auth.error.code, 'OIDC_POPUP_BLOCKED')
  assert.equal((await stage.signIn()).auth.error, null)
})

test('C3: a sign-in that the app stopped, or that the user left with the back button, changes no error', async (t) => {
  const stage = await setStage(t)
  const { auth, page } = stage.open('/orders/7')
  await auth.start()
  const stop = new AbortController()
  const aborted = auth.signIn({ signal: stop.signal })
  stop.abort()
  await assert.rejects(aborted, code('OIDC_ABORTED'))
  const left = auth.signIn()
  left.catch(() => {})
  await page.left
  await page.comeBack()
  await assert.rejects(left, code('OIDC_SIGNIN_ABANDONED'))
  await assert.rejects(auth.signIn({ signal: stop.signal }), code('OIDC_ABORTED'))
  const closed = auth.signIn()
  auth.close()
  await assert.rejects(closed, code('OIDC_CLOSED'))
  await assert.rejects(auth.signIn(), code('OIDC_CLOSED'))
  assert.equal(auth.error, null)
})

test('D14: an error with an empty state counts as one without a state', async (t) => {
  const stage = await setStage(t)
  const back = await stage.goAndComeBack()
  const { auth, page } = stage.open('/callback?error=access_denied&error_description=Not%20today&state=')
  await assert.rejects(auth.start(), code('OIDC_SIGNIN_REFUSED'))
  assert.deepEqual([auth.error.cause.error, auth.error.cause.error_description], ['access_denied', 'Not today'])
  assert.equal(page.href, 'https://app.example/callback')
  assert.equal(auth.error.returnTo, 'https://app.example/inbox?x=1')
  assert.equal((await stage.open(back).auth.start()).sub, 'alice')
})

test('C3: a sign-in that fails before the page leaves says where it was to return to', async (t) => {
  for (const [path, answer, metadata] of [
    ['/.well-known/openid-configuration', { status: 500, body: '' }],
    ['/par', { status: 400, body: '{"error":"invalid_request"}' }, true],
  ]) {
    const stage = await setStage(t, { requirePushedAuthorizationRequests: !!metadata })
    const discovery = stage.double.answers['/.well-known/openid-configuration']
    const pushing = () => {
      const { body, ...rest } = discovery()
      const pushed_authorization_request_endpoint = `${stage.double.issuer}/par`
      return { ...rest, body: JSON.stringify({ ...JSON.parse(body), pushed_authorization_request_endpoint }) }
    }
    stage.double.answers['/.well-known/openid-configuration'] = metadata ? pushing : discovery
    const working = stage.double.answers[path]
    stage.double.answers[path] = () => answer
    const { auth, page } = stage.open('/inbox')
    await assert.rejects(auth.signIn({ returnTo: '/orders/7?tab=2' }), (error) => {
      assert.equal(error.returnTo, 'https://app.example/orders/7?tab=2', path)
      return true
    })
    assert.equal(auth.error.returnTo, 'https://app.example/orders/7?tab=2')
    if (!working) continue
    stage.double.answers[path] = working
    auth.signIn().catch(() => {})
    const last = stage.open(stage.double.authorize(await page.left))
    await last.auth.start()
    assert.equal(last.page.href, 'https://app.example/orders/7?tab=2')
  }
})
