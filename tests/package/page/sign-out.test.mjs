// Signing out removes the session here first. The user is signed out even if the provider fails.
import assert from 'node:assert/strict'
import test from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { isPending, setStage } from '../support/stage.mjs'

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
