// A session as the page sees it: how it begins, continues and ends.
import assert from 'node:assert/strict'
import test from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { advanceClock } from '../support/clock.mjs'
import { json } from '../support/double.mjs'
import { code, isPending, setStage } from '../support/stage.mjs'

test('B16: two calls of start run once, and later calls resolve to the same user', async (t) => {
  const stage = await setStage(t)
  const { auth } = stage.open(await stage.goAndComeBack())
  assert.equal(auth.status, 'loading')
  const [one, two] = await Promise.all([auth.start(), auth.start()])
  assert.ok(one === two && one === (await auth.start()) && one === auth.user)
  assert.equal(stage.double.asked.filter(({ path }) => path === '/token').length, 1)
})

test('the keys and the tokens are fetched at the same time', async (t) => {
  const stage = await setStage(t)
  const { auth } = stage.open(await stage.goAndComeBack())
  const honest = stage.double.answers['/token']
  stage.double.answers['/token'] = async (request, body) => {
    while (!stage.double.asked.some(({ path }) => path === '/keys')) await sleep(5)
    return honest(request, body)
  }
  assert.equal((await auth.start()).sub, 'alice')
})

test('subscribers are called once per change, may unsubscribe, and need no this', async (t) => {
  const stage = await setStage(t)
  const { auth } = stage.open(await stage.goAndComeBack())
  const { subscribe } = auth
  const seen = []
  const stop = subscribe(() => seen.push([auth.status, auth.user?.sub]))
  await auth.start()
  await auth.start()
  assert.deepEqual(seen, [['signedIn', 'alice']])
  stop()
  stage.double.answers['/revoke'] = () => ({ status: 503, body: '' })
  auth.signOut().catch(() => {})
  assert.equal(seen.length, 1)
})

test('events name the user, whether the sign-in is new, and the end', async (t) => {
  const stage = await setStage(t)
  const { auth } = stage.open(await stage.goAndComeBack())
  const seen = []
  auth.addEventListener('signedin', ({ fresh, user }) => seen.push([user.sub, fresh]))
  await auth.start()
  const reloaded = stage.open('/')
  reloaded.auth.addEventListener('signedin', ({ fresh, user }) => seen.push([user.sub, fresh]))
  reloaded.auth.addEventListener('signedout', () =>
    seen.push(stage.browser.sessionStorage.texts.size),
  )
  await reloaded.auth.start()
  reloaded.auth.signOut().catch(() => {})
  await reloaded.page.left
  assert.deepEqual(seen, [['alice', true], ['alice', false], 0])
})

test('IDT-29: claims are deep-frozen, and __proto__ in them is data', async (t) => {
  const stage = await setStage(t)
  stage.double.payload = (claims) =>
    JSON.stringify(claims).replace(
      '{',
      '{"__proto__":{"admin":true},"constructor":1,"toString":2,"deep":{"er":[{}]},',
    )
  const { auth } = await stage.signIn()
  assert.ok(Object.isFrozen(auth.user.deep.er[0]))
  assert.throws(() => {
    auth.user.sub = 'mallory'
  }, TypeError)
  assert.deepEqual(Object.getOwnPropertyDescriptor(auth.user, '__proto__').value, { admin: true })
  assert.equal(Object.getPrototypeOf(auth.user), Object.prototype)
  assert.equal(auth.user.admin, undefined)
  assert.equal({}.admin, undefined)
  assert.deepEqual([auth.user.constructor, auth.user.toString], [1, 2])
  assert.equal(Object.prototype.toString.call({}), '[object Object]')
})

for (const [said, is] of [
  [true, true],
  [false, false],
  ['true', 'true'],
  ['yes', 'yes'],
  ['false', false],
  [1, false],
  [[true], false],
  [null, false],
]) {
  test(`IDT-28, CVE-2026-55076: an email_verified of ${JSON.stringify(said)} is ${is}`, async (t) => {
    const stage = await setStage(t)
    const claims = { email: 'a@b@evil.example', email_verified: said, phone_number_verified: said }
    stage.double.claims = claims
    stage.double.answers['/me'] = () => json({ sub: 'alice', ...claims })
    const { auth } = await stage.signIn()
    for (const person of [auth.user, await auth.userInfo()]) {
      assert.equal(person.email_verified, is)
      assert.equal(person.phone_number_verified, is)
    }
  })
}

test('IDT-28, CVE-2026-40574, CVE-2026-55075: a user is identified by iss and sub, never by the email', async (t) => {
  const stage = await setStage(t)
  stage.double.claims = { email: 'admin@app.example@evil.example', preferred_username: 'root' }
  const { auth } = await stage.signIn()
  assert.deepEqual([auth.user.iss, auth.user.sub], [stage.double.issuer, 'alice'])
  assert.equal(auth.user.email, 'admin@app.example@evil.example')
  assert.equal('email_verified' in auth.user, false)
})

test("returnTo is passed to the app's router", async (t) => {
  const stage = await setStage(t)
  const been = []
  const callback = await stage.goAndComeBack({ returnTo: '/outbox' })
  const { auth, page } = stage.open(callback, { navigate: (url) => been.push(url) })
  await auth.start()
  assert.deepEqual(been, ['/outbox'])
  assert.equal(page.href, 'https://app.example/callback')
})

test('a sign-in does not settle while the page is away, and rejects when it is back', async (t) => {
  const stage = await setStage(t)
  const { auth, page } = stage.open('/')
  const signIn = auth.signIn()
  await page.left
  assert.ok(await isPending(signIn))
  await page.comeBack()
  await assert.rejects(signIn, code('OIDC_SIGNIN_ABANDONED'))
  const again = stage.open('/')
  again.auth.signIn().catch(() => {})
  assert.match(await again.page.left, /authorize/)
})

test('a second sign-in supersedes the first, and settles for both', async (t) => {
  const stage = await setStage(t)
  const { auth, page } = stage.open('/')
  const first = auth.signIn({ loginHint: 'first' })
  const second = auth.signIn({ loginHint: 'second' })
  assert.match(await page.left, /login_hint=second/)
  assert.ok(await isPending(Promise.allSettled([first, second])))
  await page.comeBack()
  await assert.rejects(first, code('OIDC_SIGNIN_ABANDONED'))
  await assert.rejects(second, code('OIDC_SIGNIN_ABANDONED'))
})

test('the options of a sign-in become parameters, and an invalid option is named', async (t) => {
  const stage = await setStage(t)
  const { auth, page } = stage.open('/')
  auth
    .signIn({
      prompt: 'login',
      loginHint: 'a b',
      maxAge: 5,
      acrValues: ['x', 'y'],
      uiLocales: 'de',
      scope: 'extra',
      resource: ['https://a.example/', 'https://b.example/'],
      claims: { id_token: { email: null } },
      extra: { connection: 'github' },
    })
    .catch(() => {})
  const asked = new URL(await page.left).searchParams
  assert.equal(asked.get('redirect_uri'), 'https://app.example/callback')
  assert.equal(asked.get('code_challenge_method'), 'S256')
  assert.deepEqual(
    [
      'prompt',
      'login_hint',
      'max_age',
      'acr_values',
      'ui_locales',
      'scope',
      'claims',
      'connection',
    ].map((name) => asked.get(name)),
    [
      'login',
      'a b',
      '5',
      'x y',
      'de',
      'openid profile email extra',
      '{"id_token":{"email":null}}',
      'github',
    ],
  )
  assert.deepEqual(asked.getAll('resource'), ['https://a.example/', 'https://b.example/'])

  const other = stage.open('/').auth
  const invalid = 'OIDC_SIGNIN_OPTION_INVALID'
  await assert.rejects(other.signIn({ login_hint: 'x' }), code(invalid, 'login_hint'))
  await assert.rejects(other.signIn({ maxAge: 'soon' }), code(invalid, 'maxAge'))
  await assert.rejects(other.signIn({ claims: { x: 1n } }), code(invalid))
  await assert.rejects(
    other.signIn({ extra: { state: 'mine' } }),
    code('OIDC_EXTRA_FORBIDDEN', 'state'),
  )
})

test("an absolute redirectUri is sent unchanged, a relative one is resolved against the page", async (t) => {
  const stage = await setStage(t)
  for (const [redirectUri, sent] of [
    ['https://APP.example', 'https://APP.example'],
    ['/cb?x=%7e', 'https://app.example/cb?x=%7e'],
    ['cb', 'https://app.example/deep/cb'],
  ]) {
    const { auth, page } = stage.open('/deep/page', { redirectUri })
    auth.signIn().catch(() => {})
    assert.equal(new URL(await page.left).searchParams.get('redirect_uri'), sent)
  }
})

test('B17: the reason for the end of a session is reported if it arrives after the session is gone', async (t) => {
  const stage = await setStage(t)
  const { '/token': redeem } = stage.double.answers
  stage.double.answers['/token'] = (request, body) => {
    const answer = redeem(request, body)
    return json({ ...JSON.parse(answer.body), refresh_token: 'refresh' }, answer.status)
  }
  const { auth } = await stage.signIn()
  const [key] = [...stage.browser.sessionStorage.texts.keys()].filter((key) => key.includes('session'))
  const line = new BroadcastChannel('countersign')
  t.after(() => line.close())
  const reasons = []
  auth.addEventListener('signedout', ({ error }) => reasons.push(error?.code))
  // Another tab ends the session: first its store is empty, then its message arrives.
  stage.browser.sessionStorage.texts.clear()
  advanceClock(t, 7200)
  const refused = assert.rejects(auth.getAccessToken(), code('OIDC_SIGNIN_REQUIRED'))
  await sleep(50)
  line.postMessage(`${key.split(':').at(-1)} ended`)
  await refused
  assert.deepEqual(reasons, ['OIDC_SESSION_ENDED'])
})

test('signIn may be a click handler: the event is no option', async (t) => {
  const stage = await setStage(t)
  const { auth, page } = stage.open('/')
  auth.signIn(new Event('click')).catch(() => {})
  assert.match(await page.left, /authorize/)
})

test('a page restored from the back/forward cache sees that another page signed out, or in', async (t) => {
  const stage = await setStage(t)
  const { auth, page } = await stage.signIn()
  const kept = [...stage.browser.sessionStorage.texts]
  const heard = (type) =>
    new Promise((resolve) => auth.addEventListener(type, resolve, { once: true }))
  stage.browser.sessionStorage.texts.clear()
  const out = heard('signedout')
  await page.comeBack()
  await out
  assert.equal(auth.user, null)
  for (const [key, text] of kept) stage.browser.sessionStorage.setItem(key, text)
  const back = heard('signedin')
  await page.comeBack()
  await back
  assert.equal(auth.user.sub, 'alice')
})

test('a page restored from the back/forward cache fires no event if the session is the same', async (t) => {
  const stage = await setStage(t)
  const { auth, page } = await stage.signIn()
  const { user } = auth
  const seen = []
  for (const type of ['signedin', 'signedout', 'error']) {
    auth.addEventListener(type, () => seen.push(type))
  }
  auth.subscribe(() => seen.push('changed'))
  await page.comeBack()
  await sleep(30)
  assert.deepEqual(seen, [])
  assert.equal(auth.user, user)
})

test('a closed client does not check the session when its page is restored from the back/forward cache', async (t) => {
  const stage = await setStage(t)
  const { auth, page } = await stage.signIn()
  auth.close()
  stage.browser.sessionStorage.texts.clear()
  await page.comeBack()
  await sleep(30)
  assert.equal(auth.status, 'signedIn')
})

test('a client that is closed while it waits for the reason of a sign-out fires no event', async (t) => {
  const stage = await setStage(t)
  const redeem = stage.double.answers['/token']
  stage.double.answers['/token'] = async (...request) => {
    const { status, body } = await redeem(...request)
    return json({ ...JSON.parse(body), refresh_token: 'rt-1' }, status)
  }
  for (const closes of [false, true]) {
    const { auth } = await stage.signIn()
    const seen = []
    auth.addEventListener('signedout', () => seen.push('signedout'))
    stage.browser.sessionStorage.texts.clear() // another tab signed out
    const { setTimeout } = globalThis
    // The wait for the message of the other tab begins.
    const wait = (act, ms, ...rest) => {
      if (ms === 500 && closes) auth.close()
      return setTimeout(act, ms === 500 ? 20 : ms, ...rest)
    }
    const mocked = t.mock.method(globalThis, 'setTimeout', wait)
    await assert.rejects(auth.getAccessToken({ renew: true }))
    await sleep(50)
    mocked.mock.restore()
    assert.deepEqual(seen, closes ? [] : ['signedout'])
  }
})

test('tokens: cached while fresh, one for each scope, and a sign-in is required at the end', async (t) => {
  const stage = await setStage(t)
  const signedOut = stage.open('/').auth
  await assert.rejects(signedOut.getAccessToken(), code('OIDC_SIGNIN_REQUIRED'))
  await assert.rejects(signedOut.userInfo(), code('OIDC_SIGNIN_REQUIRED'))
  const { auth } = await stage.signIn()
  const token = await auth.getAccessToken()
  assert.equal(token.accessToken, 'token-of-alice')
  assert.deepEqual(await auth.getAccessToken({ scope: 'profile' }), token)
  await assert.rejects(
    auth.getAccessToken({ scope: 'admin' }),
    code('OIDC_TOKEN_SCOPE_MISSING', 'scope'),
  )
  await assert.rejects(
    auth.getAccessToken({ resource: 'https://a.example/' }),
    code('OIDC_TOKEN_SCOPE_MISSING', 'resource'),
  )
  const later = Date.now() + 3590_000
  t.mock.method(Date, 'now', () => later)
  assert.deepEqual(await auth.getAccessToken(), token, 'it serves until its end')
  Date.now.mock.mockImplementation(() => later + 20_000)
  await assert.rejects(auth.getAccessToken(), code('OIDC_SESSION_EXPIRED'))
  assert.equal(auth.status, 'signedIn', 'an expired token ends no session')
})

test('getAccessToken can be called before start', async (t) => {
  const stage = await setStage(t)
  await stage.signIn()
  assert.equal((await stage.open('/').auth.getAccessToken()).accessToken, 'token-of-alice')
})

test('UserInfo of another user is refused', async (t) => {
  const stage = await setStage(t)
  const { auth } = await stage.signIn()
  const claims = await auth.userInfo()
  assert.equal(claims.authorization, 'Bearer token-of-alice')
  assert.ok(Object.isFrozen(claims))
  stage.double.answers['/me'] = () => ({ status: 200, body: '{"sub":"mallory"}' })
  await assert.rejects(auth.userInfo(), code('OIDC_USERINFO_SUB_MISMATCH'))
})

test('B25: two clients on one page do not affect each other', async (t) => {
  const stage = await setStage(t)
  const { auth } = await stage.signIn()
  const { auth: other } = stage.open('/', { clientId: 'another' })
  assert.equal(await other.start(), null)
  other.close()
  assert.equal((await stage.open('/').auth.start()).sub, 'alice')
  assert.equal(auth.status, 'signedIn')
})

test('a closed client rejects every method, and the pending calls', async (t) => {
  const stage = await setStage(t)
  const { auth } = stage.open('/')
  stage.double.answers['/.well-known/openid-configuration'] = () => {}
  const waiting = auth.signIn()
  await sleep(20)
  auth.close()
  auth.close()
  await assert.rejects(waiting, code('OIDC_CLOSED'))
  for (const verb of ['signIn', 'getAccessToken', 'userInfo', 'signOut']) {
    await assert.rejects(auth[verb](), code('OIDC_CLOSED'), verb)
  }
  await assert.rejects(auth.fetch('https://x.example/'), code('OIDC_CLOSED'))
})

test('D3: UserInfo that says its error only in WWW-Authenticate is quoted in the cause', async (t) => {
  for (const [status, expected] of [[401, 'OIDC_TOKEN_REJECTED'], [403, 'OIDC_RESPONSE_STATUS']]) {
    for (const [challenge, words] of [
      ['Bearer realm="me", error="invalid_token", error_description="expired \\"today\\""', ['invalid_token', 'expired "today"']],
      ['Basic realm="x", bearer ERROR=insufficient_scope', ['insufficient_scope', '']],
      ['Bearer realm="me"', undefined],
      ['Basic error="x"', undefined],
      ['Bearer error="x', undefined],
    ]) {
      const stage = await setStage(t)
      const { auth } = await stage.signIn()
      stage.double.answers['/me'] = () => ({ status, body: '', headers: { 'www-authenticate': challenge } })
      await assert.rejects(auth.userInfo(), ({ code, cause }) => {
        assert.deepEqual([code, cause && [cause.error, cause.error_description]], [expected, words], challenge)
        return true
      })
    }
  }
})

const UNREADABLE = [-5, 'abc', true, 1e300, {}, []]

for (const lifetime of UNREADABLE) {
  test(`B: expires_in ${JSON.stringify(lifetime)} counts as absent, at the sign-in and at a refresh`, async (t) => {
    const stage = await setStage(t)
    const redeem = stage.double.answers['/token']
    let count = 1
    stage.double.answers['/token'] = async (request, body) => {
      const more = { expires_in: lifetime, error: '' }
      const tokens = { access_token: `at-${(count += 1)}`, token_type: 'Bearer', ...more }
      if (body.includes('grant_type=refresh_token')) return json(tokens)
      return json({ ...JSON.parse((await redeem(request, body)).body), refresh_token: 'rt-1', ...more })
    }
    const { auth } = await stage.signIn()
    assert.deepEqual(await auth.getAccessToken(), { accessToken: 'token-of-alice', expiresAt: undefined })
    const renewed = await auth.getAccessToken({ renew: true })
    assert.deepEqual([renewed.accessToken.slice(0, 3), renewed.expiresAt], ['at-', undefined])
  })
}
