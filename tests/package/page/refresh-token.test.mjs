// Refresh tokens: whether a page asks for one, and what a provider's refusal of one means.
import assert from 'node:assert/strict'
import { createHash, createSign } from 'node:crypto'
import test from 'node:test'
import { advanceClock, stopClock } from '../support/clock.mjs'
import { json } from '../support/double.mjs'
import { code, setStage } from '../support/stage.mjs'

const challengeOf = (verifier) => createHash('sha256').update(verifier).digest('base64url')

const scopeOf = (url) => new URL(url).searchParams.get('scope').split(' ')

async function askedScope(stage, options, more) {
  const { page, auth } = stage.open('/inbox', more)
  auth.signIn(options).catch(() => {})
  return scopeOf(await page.left)
}

test('D1, B8: offline_access is asked for on request only, and never with prompt=none', async (t) => {
  const stage = await setStage(t)
  assert.ok(!(await askedScope(stage, {}, {})).includes('offline_access'))
  assert.ok(!(await askedScope(stage, {}, { refresh: false })).includes('offline_access'))
  assert.ok((await askedScope(stage, {}, { refresh: true })).includes('offline_access'))
  assert.ok(!(await askedScope(stage, { prompt: 'none' }, { refresh: true })).includes('offline_access'))
})

test('D1: a sign-in without a refresh token gives the developer a hint, unless it was not wanted', async (t) => {
  for (const [refresh, count] of [[undefined, 1], [true, 1], [false, 0]]) {
    const hints = []
    const stage = await setStage(t, { log: (hint) => hints.push(hint), ...(refresh !== undefined && { refresh }) })
    await stage.signIn()
    await new Promise(setImmediate)
    assert.equal(hints.filter((hint) => hint.includes('refresh: true')).length, count, `${refresh}`)
  }
})

/** A stage whose provider gives a refresh token, and answers a refresh with `answer`. */
async function setRefreshStage(t, answer) {
  const stage = await setStage(t)
  const redeem = stage.double.answers['/token']
  stage.double.answers['/token'] = async (request, body, response) => {
    if (body.includes('grant_type=refresh_token')) return answer(response)
    const { status, body: text } = await redeem(request, body, response)
    return json({ ...JSON.parse(text), refresh_token: 'rt-1' }, status)
  }
  return stage
}

for (const error of ['invalid_grant', 'invalid_request', 'unauthorized_client', 'unsupported_grant_type']) {
  test(`D2, TOK-19, B8: ${error} at a refresh ends the session, once, with the provider's words`, async (t) => {
    const stage = await setRefreshStage(t, () => json({ error, error_description: 'used' }, 400))
    const { auth } = await stage.signIn()
    const reasons = []
    auth.addEventListener('signedout', ({ error: reason }) => reasons.push(reason?.code))
    advanceClock(t, 4000)
    await assert.rejects(auth.getAccessToken(), (failure) => {
      code('OIDC_SESSION_ENDED')(failure)
      assert.deepEqual([failure.cause?.error, failure.cause?.error_description], [error, 'used'])
      return true
    })
    assert.deepEqual([auth.status, auth.user, reasons], ['signedOut', null, ['OIDC_SESSION_ENDED']])
    await assert.rejects(auth.getAccessToken(), code('OIDC_SIGNIN_REQUIRED'))
    assert.equal(await stage.open('/').auth.start(), null)
  })
}

test('D2, B8: invalid_client at a refresh keeps its code and loses nothing', async (t) => {
  let isRight = false
  const good = () => json({ access_token: 'at-2', token_type: 'Bearer', expires_in: 3600 })
  const stage = await setRefreshStage(t, () => (isRight ? good() : json({ error: 'invalid_client' }, 401)))
  const { auth } = await stage.signIn()
  advanceClock(t, 4000)
  for (let call = 0; call < 3; call += 1) {
    await assert.rejects(auth.getAccessToken(), (failure) => {
      code('OIDC_PROVIDER_ERROR', 'token_endpoint')(failure)
      assert.equal(failure.cause?.error, 'invalid_client', `call ${call}`)
      return true
    })
  }
  assert.equal(auth.status, 'signedIn')
  isRight = true
  advanceClock(t, 4200)
  assert.equal((await auth.getAccessToken()).accessToken, 'at-2')
})

for (const [status, error, expected] of [
  [503, 'temporarily_unavailable', 'OIDC_PROVIDER_UNAVAILABLE'],
  [500, 'invalid_client', 'OIDC_PROVIDER_UNAVAILABLE'],
  [400, 'invalid_client', 'OIDC_PROVIDER_ERROR'],
]) {
  test(`D3: during the wait after ${error} with status ${status}, the provider's words are in cause`, async (t) => {
    const stage = await setRefreshStage(t, () => json({ error, error_description: 'why' }, status))
    const { auth } = await stage.signIn()
    stopClock(t, 4000)
    for (let call = 0; call < 2; call += 1) {
      await assert.rejects(auth.getAccessToken(), (failure) => {
        code(expected, 'token_endpoint')(failure)
        assert.deepEqual({ ...failure.cause }, { error, error_description: 'why' }, `call ${call}`)
        return true
      })
    }
    assert.equal(stage.double.asked.filter(({ body }) => body.includes('grant_type=refresh_token')).length, 1)
  })
}

const html = { status: 403, headers: { 'content-type': 'text/html' }, body: '<h1>Forbidden</h1>' }
for (const [what, answer, expected, at] of [
  ['403 and a page', () => html, 'OIDC_RESPONSE_STATUS', 'token_endpoint'],
  ['400 and no body', () => ({ status: 400, body: '' }), 'OIDC_RESPONSE_STATUS', 'token_endpoint'],
  ['401 and no error', () => json({ message: 'no' }, 401), 'OIDC_RESPONSE_STATUS', 'token_endpoint'],
  ['400 and an error of another type', () => json({ error: { code: 1 } }, 400), 'OIDC_RESPONSE_STATUS', 'token_endpoint'],
  ['404', () => ({ status: 404, body: '' }), 'OIDC_RESPONSE_STATUS', 'token_endpoint'],
  ['a redirect', () => ({ status: 302, headers: { location: '/login' }, body: '' }), 'OIDC_RESPONSE_REDIRECTED', 'token_endpoint'],
  ['200 and a page', () => ({ ...html, status: 200 }), 'OIDC_RESPONSE_NOT_JSON', 'token_endpoint'],
  ['another token_type', () => json({ access_token: 'x', token_type: 'mac' }), 'OIDC_TOKEN_TYPE_UNSUPPORTED', ''],
  ['no answer', (response) => void response.destroy(), 'OIDC_NETWORK_FAILED', 'token_endpoint'],
]) {
  test(`D2, B8: a refresh with ${what} keeps the session, and one code until the next one`, async (t) => {
    let isHealed = false
    const good = () => json({ access_token: 'at-2', token_type: 'Bearer', expires_in: 3600 })
    const stage = await setRefreshStage(t, (response) => (isHealed ? good() : answer(response)))
    const { auth } = await stage.signIn()
    const count = () => stage.double.asked.filter(({ body }) => body.includes('grant_type=refresh_token')).length
    stopClock(t, 4000)
    for (const { auth: asked } of [{ auth }, { auth }, stage.open('/')]) {
      await assert.rejects(asked.getAccessToken(), code(expected, at))
      assert.deepEqual([asked.status, asked.user.sub, count()], ['signedIn', 'alice', 1])
    }
    isHealed = true
    stopClock(t, 4004)
    assert.equal((await auth.getAccessToken()).accessToken, 'at-2')
    assert.equal(count(), 2)
  })
}

test('D11, DSC-07: renewals use kept keys for five minutes, and look at once when a signature is wrong', async (t) => {
  const stage = await setStage(t)
  const { double } = stage
  const redeem = double.answers['/token']
  let asked
  let issued = 0
  double.answers['/token'] = async (request, body, response) => {
    const isRefresh = body.includes('grant_type=refresh_token')
    if (!isRefresh) asked = double.codes.get(new URLSearchParams(body).get('code'))
    else double.codes.set('again', { ...asked, code_challenge: challengeOf('v'), nonce: undefined })
    const form = isRefresh ? 'code=again&code_verifier=v' : body
    const { status, body: text } = await redeem(request, form, response)
    const access_token = `at-${(issued += 1)}`
    return json({ ...JSON.parse(text), access_token, refresh_token: 'rt-1' }, status)
  }
  const count = () => double.asked.filter(({ path }) => path === '/keys').length
  const { auth } = await stage.signIn()
  assert.equal(count(), 1)
  for (let round = 0; round < 3; round += 1) await auth.getAccessToken({ renew: true })
  assert.equal(count(), 1, 'three renewals, and no request for keys')
  double.rotate()
  await auth.getAccessToken({ renew: true })
  assert.equal(count(), 2, 'another key under the same name')
  await auth.getAccessToken({ renew: true })
  assert.equal(count(), 2)
  advanceClock(t, 301)
  await auth.getAccessToken({ renew: true })
  assert.equal(count(), 3)
})

test('D8: getAccessToken({ renew: true }) renews although the token is good', async (t) => {
  let count = 1
  const stage = await setRefreshStage(t, () =>
    json({ access_token: `at-${(count += 1)}`, token_type: 'Bearer', expires_in: 3600 }))
  const { auth } = await stage.signIn()
  const first = await auth.getAccessToken()
  assert.equal((await auth.getAccessToken()).accessToken, first.accessToken)
  assert.equal((await auth.getAccessToken({ renew: true })).accessToken, 'at-2')
  assert.equal((await auth.getAccessToken()).accessToken, 'at-2')
  assert.equal((await auth.getAccessToken({ renew: true })).accessToken, 'at-3')
  assert.equal(count, 3)
})

test('D8: a token response without expires_in has no expiresAt', async (t) => {
  const stage = await setStage(t)
  const redeem = stage.double.answers['/token']
  stage.double.answers['/token'] = async (...all) => {
    const { body, status } = await redeem(...all)
    const { expires_in: _, ...tokens } = JSON.parse(body)
    return json(tokens, status)
  }
  const { auth } = await stage.signIn()
  assert.deepEqual(await auth.getAccessToken(), { accessToken: 'token-of-alice', expiresAt: undefined })
})

test('D6, IDT-04: an ID token may name trusted audiences, and no others', async (t) => {
  const stage = await setStage(t, { trustedAudiences: ['other-app@project', '163840776835432705'] })
  for (const claims of [
    { aud: ['spa', 'other-app@project', '163840776835432705'], azp: 'spa' },
    { aud: ['spa', '163840776835432705'] },
  ]) {
    stage.double.claims = claims
    assert.equal((await stage.signIn()).auth.user.sub, 'alice')
  }
  stage.double.claims = { aud: ['spa', 'evil'], azp: 'spa' }
  const { auth } = stage.open(await stage.goAndComeBack())
  await assert.rejects(auth.start(), code('OIDC_AUDIENCE_MISMATCH'))
})

test('D5: `extra` of the settings goes along with every request, and cannot replace ours', async (t) => {
  const stage = await setStage(t, { extra: { audience: 'https://api.example/' } })
  const { page, auth } = stage.open('/inbox')
  auth.signIn().catch(() => {})
  assert.equal(new URL(await page.left).searchParams.get('audience'), 'https://api.example/')
  const other = stage.open('/inbox', { extra: { redirect_uri: 'https://evil.example/' } })
  await assert.rejects(other.auth.signIn(), code('OIDC_EXTRA_FORBIDDEN', 'redirect_uri'))
})

test('D9, B15: sign-ins and sign-outs, or cancels, five times within 30 seconds are no loop', async (t) => {
  const stage = await setStage(t)
  for (let round = 0; round < 5; round += 1) {
    const { auth, page } = await stage.signIn()
    await Promise.race([auth.signOut(), page.left])
    // A page that was left ends with its client.
    auth.close()
    advanceClock(t, 1)
  }
  for (let round = 0; round < 5; round += 1) {
    const callback = await stage.goAndComeBack()
    const { auth } = stage.open(callback.replace(/code=[^&]*/, 'error=access_denied'))
    await assert.rejects(auth.start(), code('OIDC_SIGNIN_REFUSED'))
  }
  assert.equal((await stage.signIn()).auth.user.sub, 'alice')
})

test('D8: getAccessToken({ renew: true }) with an expired token sends one refresh request', async (t) => {
  const stage = await setStage(t)
  const redeem = stage.double.answers['/token']
  let count = 0
  stage.double.answers['/token'] = (request, body) => {
    if (body.includes('grant_type=refresh_token')) {
      count += 1
      return json({ access_token: `renewed-${count}`, token_type: 'Bearer', expires_in: 3600 })
    }
    return json({ ...JSON.parse(redeem(request, body).body), refresh_token: 'r' })
  }
  const { auth } = await stage.signIn()
  advanceClock(t, 4000)
  assert.equal((await auth.getAccessToken({ renew: true })).accessToken, 'renewed-1')
  assert.equal((await auth.getAccessToken()).accessToken, 'renewed-1')
  const both = await Promise.all([auth.getAccessToken({ renew: true }), auth.getAccessToken({ renew: true })])
  assert.deepEqual(both.map(({ accessToken }) => accessToken), ['renewed-2', 'renewed-2'])
  assert.equal(count, 2)
})

test('B: a deployment that adds a scope or an API asks the user for a sign-in, not the app for a correction', async (t) => {
  const api = 'https://api.example/'
  for (const refresh_token of [undefined, 'r']) {
    const stage = await setStage(t)
    const redeem = stage.double.answers['/token']
    stage.double.answers['/token'] = (request, body) =>
      json({ ...JSON.parse(redeem(request, body).body), refresh_token })
    const before = { apis: { [api]: { scope: 'a' } } }
    await stage.signIn(before)
    const after = { apis: { [api]: { scope: 'a b' }, ...(!refresh_token && { 'https://new.example/': { resource: 'https://new.example/' } }) } }
    const { auth } = stage.open('/', after)
    await auth.start()
    await assert.rejects(auth.fetch(`${api}x`), code('OIDC_SESSION_EXPIRED', 'scope'))
    await assert.rejects(auth.getAccessToken({ scope: 'b' }), code('OIDC_SESSION_EXPIRED', 'scope'))
    if (!refresh_token) await assert.rejects(auth.fetch('https://new.example/'), code('OIDC_SESSION_EXPIRED', 'resource'))
    // No sign-in asks for these.
    await assert.rejects(auth.getAccessToken({ scope: 'c' }), code('OIDC_TOKEN_SCOPE_MISSING', 'scope'))
    if (!refresh_token) {
      const resource = 'https://other.example/'
      await assert.rejects(auth.getAccessToken({ resource }), code('OIDC_TOKEN_SCOPE_MISSING', 'resource'))
    }
    assert.equal(auth.user.sub, 'alice')
    advanceClock(t, 60)
    const { auth: again } = await stage.signIn(after)
    assert.equal((await again.getAccessToken({ scope: 'b' })).accessToken, 'token-of-alice')
  }
})

test('B: a scope that the provider was asked for and did not grant stays the fault of the app', async (t) => {
  const stage = await setStage(t, { apis: { 'https://api.example/': { scope: 'a b' } } })
  const redeem = stage.double.answers['/token']
  stage.double.answers['/token'] = (request, body) =>
    json({ ...JSON.parse(redeem(request, body).body), scope: 'openid a' })
  const { auth } = await stage.signIn()
  await assert.rejects(auth.getAccessToken({ scope: 'b' }), code('OIDC_TOKEN_SCOPE_MISSING', 'scope'))
})

test('D5: parameters that a hidden frame or DPoP writes are refused as extra', async (t) => {
  const stage = await setStage(t)
  for (const name of ['id_token_hint', 'dpop_jkt']) {
    const { auth } = stage.open('/')
    await assert.rejects(auth.signIn({ extra: { [name]: 'x' } }), code('OIDC_EXTRA_FORBIDDEN', name))
    const other = stage.open('/', { extra: { [name]: 'x' } })
    await assert.rejects(other.auth.signIn(), code('OIDC_EXTRA_FORBIDDEN', name))
  }
})

test('D8: without a way to renew, a good token stays, and `renew` says why it brings no other one', async (t) => {
  const stage = await setStage(t)
  const { auth } = await stage.signIn()
  await assert.rejects(auth.getAccessToken({ renew: true }), (error) => {
    code('OIDC_RENEW_UNAVAILABLE')(error)
    assert.equal(error.blame, 'App')
    return true
  })
  assert.equal(auth.error, null)
  assert.equal((await auth.getAccessToken()).accessToken, 'token-of-alice')
})

test('C5: a renewal whose ID token has another issuer ends the session and shows both texts', async (t) => {
  const idToken = (claims) => `${['{"alg":"RS256","kid":"one"}', JSON.stringify(claims)]
    .map((part) => Buffer.from(part).toString('base64url')).join('.')}.`
  let claims
  const stage = await setRefreshStage(t, () => {
    const input = idToken(claims)
    const signature = createSign('sha256').update(input.slice(0, -1)).sign(stage.double.signer, 'base64url')
    return json({ access_token: 'at-2', token_type: 'Bearer', expires_in: 3600, id_token: input + signature })
  })
  const { auth } = await stage.signIn()
  const { iss, exp, ...others } = auth.user
  claims = { ...others, iss: 'https://other.example/', exp: exp + 9000 }
  advanceClock(t, 4000)
  const detail = `"https://other.example/" is not "${iss}"`
  await assert.rejects(auth.getAccessToken(), (error) => {
    assert.deepEqual([error.code, error.detail], ['OIDC_ISSUER_MISMATCH', detail])
    return true
  })
  assert.deepEqual([auth.status, auth.error.detail], ['signedOut', detail])
})
