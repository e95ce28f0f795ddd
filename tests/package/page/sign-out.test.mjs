// Signing out removes the session here first. The user is signed out even if the provider fails.
import assert from 'node:assert/strict'
import test from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { code, isPending, setStage } from '../support/stage.mjs'

test('B17: a sign-out removes the session from the page before the network answers', async (t) => {
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

test('LOG-14: the logout request has the ID token, the client, the exact redirect URI and a new state', async (t) => {
  const stage = await setStage(t, { postLogoutRedirectUri: 'https://APP.example/bye' })
  const states = []
  for (let turn = 0; turn < 2; turn += 1) {
    const { auth, page } = await stage.signIn()
    auth.signOut().catch(() => {})
    const asked = Object.fromEntries(new URL(await page.left).searchParams)
    const claims = JSON.parse(Buffer.from(asked.id_token_hint.split('.')[1], 'base64url'))
    assert.deepEqual([claims.iss, claims.sub], [stage.double.issuer, 'alice'])
    assert.equal(asked.post_logout_redirect_uri, 'https://APP.example/bye')
    assert.equal(asked.client_id, 'spa')
    states.push(asked.state)
  }
  assert.notEqual(states[0], states[1])
  assert.ok(states.every((state) => state.length > 43))
})

test('LOG-15: with any state in the callback of a sign-out, the user is signed out and nothing fails', async (t) => {
  const stage = await setStage(t, { postLogoutRedirectUri: '/bye' })
  const { auth, page } = await stage.signIn()
  auth.signOut().catch(() => {})
  const state = new URL(await page.left).searchParams.get('state')
  for (const [query, left] of [
    ['', ''],
    ['?state=another&url=https://evil.example/', '?state=another&url=https://evil.example/'],
    [`?state=${state}&url=https://evil.example/`, '?url=https://evil.example/'],
  ]) {
    const back = stage.open(`/bye${query}`)
    assert.equal(await back.auth.start(), null)
    assert.equal(back.page.href, `https://app.example/bye${left}`)
    assert.equal(await Promise.race([back.page.left, sleep(20, 'here')]), 'here')
  }
})

test('TOK-21: the refresh token is revoked, then the access token; a failed revocation does not stop the sign-out', async (t) => {
  for (const answer of [
    { status: 200, body: '' },
    { status: 400, body: '{"error":"unsupported_token_type"}' },
    { status: 503, body: 'down' },
  ]) {
    const stage = await setStage(t)
    const { answers } = stage.double
    const redeem = answers['/token']
    answers['/token'] = (...asked) => {
      const tokens = redeem(...asked)
      return { ...tokens, body: tokens.body.replace('{', '{"refresh_token":"r",') }
    }
    answers['/revoke'] = () => answer
    const { auth, page } = await stage.signIn()
    auth.signOut().catch(() => {})
    assert.match(await page.left, /\/end\?/)
    const revoked = stage.double.asked.filter(({ path }) => path === '/revoke')
    const tokens = revoked.map(({ body }) => new URLSearchParams(body).get('token'))
    assert.deepEqual(tokens, ['r', 'token-of-alice'])
    assert.equal(auth.user, null)
  }
})

test('B16: signOut may be called twice, and resolves without a session', async (t) => {
  const stage = await setStage(t)
  const { auth, page } = await stage.signIn()
  let navigations = 0
  auth.addEventListener('signedout', () => {
    navigations += 1
  })
  const outs = [auth.signOut(), auth.signOut()]
  await page.left
  for (const out of outs) assert.ok(await isPending(out), 'the page is going away')
  assert.equal(stage.double.asked.filter(({ path }) => path === '/revoke').length, 1)
  await page.comeBack()
  await Promise.all(outs)
  await auth.signOut()
  assert.equal(navigations, 1)
  await stage.open('/').auth.signOut()
})

test('signOut before start ends the stored session', async (t) => {
  const stage = await setStage(t)
  await stage.signIn()
  const { auth, page } = stage.open('/')
  auth.signOut().catch(() => {})
  assert.match(await page.left, /id_token_hint=/)
  assert.equal(stage.browser.sessionStorage.texts.size, 0)
})

test('a sign-out aborted at any moment leaves the page and its store in the same state', async (t) => {
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

test('an aborted sign-out does not abort another call of it', async (t) => {
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

test('signOut takes parameters of the provider, and can leave out the hint', async (t) => {
  const stage = await setStage(t, { postLogoutRedirectUri: '/bye' })
  const { auth, page } = await stage.signIn()
  auth.signOut({ extra: { logout_uri: 'https://app.example/bye' }, idTokenHint: false }).catch(() => {})
  const asked = new URL(await page.left).searchParams
  assert.equal(asked.get('logout_uri'), 'https://app.example/bye')
  assert.equal(asked.get('client_id'), 'spa')
  assert.equal(asked.has('id_token_hint'), false)
})

test('a local sign-out revokes the tokens, and the page stays', async (t) => {
  const stage = await setStage(t)
  const { auth, page } = await stage.signIn()
  await auth.signOut({ local: true })
  assert.equal(auth.user, null)
  assert.ok(await isPending(page.left))
  assert.ok(stage.double.asked.some(({ path }) => path === '/revoke'))
})

test('C6: signOut refuses unknown and wrong options as signIn does, and forgets nothing then', async (t) => {
  const stage = await setStage(t)
  const { auth } = await stage.signIn()
  for (const [options, expected, at] of [
    [{ returnTo: '/' }, 'OIDC_SIGNIN_OPTION_INVALID', 'returnTo'],
    [{ local: 'yes' }, 'OIDC_SIGNIN_OPTION_INVALID', 'local'],
    [{ extra: { x: 1 } }, 'OIDC_SIGNIN_OPTION_INVALID', 'extra'],
    [{ extra: { client_id: 'x' } }, 'OIDC_EXTRA_FORBIDDEN', 'client_id'],
  ]) {
    await assert.rejects(auth.signOut(options), code(expected, at))
    assert.equal(auth.user.sub, 'alice')
  }
})

test('an ID token of 21 KB is not sent as a hint', async (t) => {
  const stage = await setStage(t)
  stage.double.claims.groups = Array.from({ length: 400 }, () => crypto.randomUUID())
  const { auth, page } = await stage.signIn()
  auth.signOut().catch(() => {})
  const to = await page.left
  assert.ok(to.length < 1000 && to.includes('client_id=spa'), to.slice(0, 200))
})

test('a revocation endpoint that never answers does not hold the sign-out for two seconds, and gets the requests', async (t) => {
  const stage = await setStage(t)
  const { answers } = stage.double
  const redeem = answers['/token']
  answers['/token'] = (...asked) => {
    const tokens = redeem(...asked)
    return { ...tokens, body: tokens.body.replace('{', '{"refresh_token":"r",') }
  }
  const closed = []
  answers['/revoke'] = (_request, body, response) => {
    response.on('close', () => closed.push(body))
  }
  const { auth, page } = await stage.signIn()
  const begun = performance.now()
  auth.signOut().catch(() => {})
  assert.match(await page.left, /\/end\?/)
  assert.ok(performance.now() - begun < 2000)
  assert.equal(stage.double.asked.filter(({ path }) => path === '/revoke').length, 2)
  assert.deepEqual(closed, [], 'the requests continue after the page is gone')
})
