// countersign/slim with the module of a sign-in alone: what it does, and what it says of the rest.
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { addressOf, load } from '../support/package.mjs'
import { code, setStage } from '../support/stage.mjs'

const compiled = async (path) => WebAssembly.compile(await readFile(new URL(await addressOf(path))))

/** A stage whose clients are slim; `open` loads a page with one. */
async function setSlimStage(t, more = {}) {
  const stage = await setStage(t)
  const { createClient } = await load('./slim')
  const module = await compiled('./sign-in.wasm')
  const open = (path = '/') => {
    const { page, auth } = stage.open(path)
    auth.close()
    const slim = createClient({ ...stage.settings, module, ...more })
    t.after(() => slim.close())
    return { page, auth: slim }
  }
  const signIn = async () => {
    const leaving = open('/inbox')
    leaving.auth.signIn().catch(() => {})
    const back = open(stage.double.authorize(await leaving.page.left))
    await back.auth.start()
    return back
  }
  return { stage, open, signIn }
}

test('slim signs in, restores the session, returns its token without a request, and signs out', async (t) => {
  const { stage, open, signIn } = await setSlimStage(t)
  const { auth } = await signIn()
  assert.equal(auth.user.sub, 'alice')
  assert.equal((await auth.getAccessToken()).accessToken, 'token-of-alice')
  const restored = open('/')
  assert.equal((await restored.auth.start()).sub, 'alice')
  restored.auth.signOut().catch(() => {})
  await restored.page.left
  assert.equal(stage.browser.sessionStorage.texts.size, 0)
  assert.equal(await open('/').auth.start(), null)
})

test('D9: in slim too, sign-ins and sign-outs, or cancels, five times within 30 seconds are no loop', async (t) => {
  const { stage, open, signIn } = await setSlimStage(t)
  for (let round = 0; round < 5; round += 1) {
    const { auth, page } = await signIn()
    auth.signOut().catch(() => {})
    await page.left
  }
  for (let round = 0; round < 5; round += 1) {
    const leaving = open('/inbox')
    leaving.auth.signIn().catch(() => {})
    const callback = stage.double.authorize(await leaving.page.left)
    const { auth } = open(callback.replace(/code=[^&]*/, 'error=access_denied'))
    await assert.rejects(auth.start(), code('OIDC_SIGNIN_REFUSED'))
  }
  assert.equal((await signIn()).auth.user.sub, 'alice')
})

test('B15, D9: in slim too, a fourth sign-in that asks for nothing more is a loop', async (t) => {
  const { open, signIn } = await setSlimStage(t)
  for (let round = 0; round < 3; round += 1) await signIn()
  await assert.rejects(open('/inbox').auth.signIn(), code('OIDC_SIGNIN_LOOP'))
})

test('B23: a slim client asks its module once for a token that is fresh', async (t) => {
  const { signIn } = await setSlimStage(t)
  const { auth } = await signIn()
  const token = await auth.getAccessToken()
  // The core's answer is JSON that is not read any more.
  t.mock.method(JSON, 'parse', () => assert.fail('the core was asked'))
  assert.deepEqual(await auth.getAccessToken(), token)
})

for (const store of ['session', undefined]) {
  test(`B17, LOG-21: a sign-out reaches a slim client, and what only its tab keeps (${store})`, async (t) => {
    const { stage, signIn } = await setSlimStage(t, { store })
    const { auth } = await signIn()
    const [[key]] = stage.browser.sessionStorage.texts
    const tag = key.split(':').at(-1)
    const line = new BroadcastChannel('countersign')
    t.after(() => line.close())
    line.postMessage(`${tag} out`)
    for (let n = 0; n < 200 && auth.status !== 'signedOut'; n += 1) await sleep(5)
    assert.equal(auth.status, 'signedOut')
    assert.equal(stage.browser.sessionStorage.texts.has(key), false)
  })
}

test('a feature that slim does not have fails with its code', async (t) => {
  const { open, signIn } = await setSlimStage(t)
  for (const verb of ['userInfo', 'signInPopup', 'frontchannelLogout']) {
    await assert.rejects(open('/').auth[verb](), code('OIDC_CONFIG_INVALID', 'renewal'), verb)
  }
  const { auth } = await signIn()
  const later = Date.now() + 3600_000
  t.mock.method(Date, 'now', () => later)
  await assert.rejects(auth.getAccessToken(), code('OIDC_SESSION_EXPIRED'))
  const { createClient } = await load('./slim')
  const settings = { issuer: 'https://op.example', clientId: 'c', redirectUri: '/', module: {} }
  assert.throws(
    () => createClient({ ...settings, store: 'sealed' }),
    code('OIDC_CONFIG_INVALID', 'store'),
  )
  assert.throws(
    () => createClient({ ...settings, sessionCheck: 5, silentRedirectUri: '/' }),
    code('OIDC_CONFIG_INVALID', 'sessionCheck'),
  )
})

test('a setting `renewal` of any other shape is refused with its code', async () => {
  const { createClient } = await load('./slim')
  const settings = { issuer: 'https://op.example', clientId: 'c', redirectUri: '/', module: {} }
  for (const renewal of [true, 'renewal', 1, {}, [], () => {}, await load('./renewal')]) {
    assert.throws(() => createClient({ ...settings, renewal }), code('OIDC_CONFIG_INVALID', 'renewal'), typeof renewal)
  }
})

test('slim with renewal and countersign.wasm has every feature', async (t) => {
  const { renewal } = await load('./renewal')
  const module = await compiled('./countersign.wasm')
  const { stage, signIn } = await setSlimStage(t, { module, renewal })
  const { answers } = stage.double
  const redeem = answers['/token']
  let refreshes = 0
  answers['/token'] = async (...asked) => {
    const isRefresh = asked[1].includes('grant_type=refresh_token')
    if (isRefresh) refreshes += 1
    const answer = isRefresh
      ? { status: 200, body: { access_token: 'renewed', token_type: 'Bearer' } }
      : { ...redeem(...asked) }
    const body = isRefresh ? answer.body : { ...JSON.parse(answer.body), refresh_token: 'r' }
    const headers = { 'content-type': 'application/json' }
    return { status: answer.status, headers, body: JSON.stringify(body) }
  }
  const { auth } = await signIn()
  const seen = []
  auth.addEventListener('renewed', () => seen.push('renewed'))
  const later = Date.now() + 3570_000
  t.mock.method(Date, 'now', () => later)

  // A failure changes what is kept, and renews nothing: the old token serves while it lives.
  const { '/token': renew } = answers
  answers['/token'] = () => ({ status: 503, body: '' })
  assert.equal((await auth.getAccessToken()).accessToken, 'token-of-alice')
  assert.deepEqual(seen, [])
  answers['/token'] = renew
  Date.now.mock.mockImplementation(() => later + 60_000)

  const both = await Promise.all([auth.getAccessToken(), auth.getAccessToken()])
  assert.deepEqual(both.map(({ accessToken }) => accessToken), ['renewed', 'renewed'])
  assert.equal(refreshes, 1)
  assert.deepEqual(seen, ['renewed'])
})
