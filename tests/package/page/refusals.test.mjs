// Bad input at every entry point: each gets its own code, the page stays usable, the next sign-in works.
import assert from 'node:assert/strict'
import test from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { json } from '../support/double.mjs'
import { code, setStage } from '../support/stage.mjs'

/** A sign-in that must fail with a code, then one that must succeed. */
async function fails(stage, expected, at, bend) {
  const callback = await stage.goAndComeBack()
  const restore = await bend(callback)
  const { auth, page } = stage.open(restore?.url ?? callback)
  await assert.rejects(auth.start(), code(expected, at))
  assert.equal(auth.status, 'signedOut')
  assert.equal(await auth.start(), null, 'it rejects once')
  assert.ok(!page.href.includes('code='), 'the address is clean')
  await restore?.()
  const next = await stage.signIn()
  assert.equal(next.auth.user.sub, 'alice')
}

const answers = {
  'is HTML': [
    'OIDC_RESPONSE_NOT_JSON',
    () => ({ status: 200, headers: { 'content-type': 'text/html' }, body: '<h1>' }),
  ],
  'is empty': ['OIDC_RESPONSE_EMPTY', () => ({ status: 200, body: '' })],
  'is a 503': ['OIDC_PROVIDER_UNAVAILABLE', () => ({ status: 503, body: 'later' })],
  'is a redirect': [
    'OIDC_RESPONSE_REDIRECTED',
    () => ({ status: 302, headers: { location: '/token2' } }),
  ],
  'says how large it is, and is too large': [
    'OIDC_RESPONSE_TOO_LARGE',
    () => ({ status: 200, body: 'x'.repeat(600_000) }),
  ],
  'says how huge it is, and stalls': [
    'OIDC_RESPONSE_TOO_LARGE',
    (_request, _body, response) => {
      response.writeHead(200, { 'content-length': '10000000' })
      response.write('{')
    },
  ],
  'never ends': [
    'OIDC_RESPONSE_TOO_LARGE',
    (_request, _body, response) => {
      response.writeHead(200, { 'content-type': 'application/json' })
      const pour = () => {
        while (!response.destroyed && response.write('x'.repeat(65_536)));
      }
      response.on('drain', pour)
      pour()
    },
  ],
  'breaks off': [
    'OIDC_NETWORK_FAILED',
    (_request, _body, response) => {
      response.writeHead(200, { 'content-length': '100' })
      response.write('{"access')
      setTimeout(() => response.destroy(), 20)
    },
  ],
}

for (const [how, [expected, answer]] of Object.entries(answers)) {
  for (const [path, at] of [
    ['/token', 'token_endpoint'],
    ['/keys', 'jwks_uri'],
  ]) {
    test(`an answer of ${path} that ${how} fails with ${expected}`, async (t) => {
      const stage = await setStage(t)
      const honest = stage.double.answers[path]
      await fails(stage, expected, at, () => {
        stage.double.answers[path] = answer
        return () => {
          stage.double.answers[path] = honest
        }
      })
    })
  }

  test(`metadata that ${how} do not navigate, and the next sign-in works`, async (t) => {
    const stage = await setStage(t)
    const path = '/.well-known/openid-configuration'
    const honest = stage.double.answers[path]
    stage.double.answers[path] = answer
    const { auth, page } = stage.open('/')
    await assert.rejects(auth.signIn(), code(expected))
    stage.double.answers[path] = honest
    auth.signIn().catch(() => {})
    assert.match(await page.left, /authorize/)
  })
}

for (const [what, stall] of [
  ['that never comes', () => {}],
  [
    'that comes in drops',
    (_request, _body, response) => {
      response.writeHead(200, { 'content-type': 'application/json' })
      response.write('{')
    },
  ],
]) {
  test(`a token response ${what} is a timeout, body included`, async (t) => {
    const stage = await setStage(t)
    const callback = await stage.goAndComeBack()
    const honest = stage.double.answers['/token']
    const asked = new Promise((resolve) => {
      stage.double.answers['/token'] = (...args) => {
        stall(...args)
        setTimeout(resolve, 50)
      }
    })
    // Timeouts of ten seconds fire when the test says so.
    const timeouts = new Set()
    const { setTimeout, clearTimeout } = globalThis
    t.mock.method(globalThis, 'setTimeout', (act, ms, ...rest) => {
      if (ms !== 10_000) return setTimeout(act, ms, ...rest)
      const timer = { fire: () => act(...rest) }
      timeouts.add(timer)
      return timer
    })
    t.mock.method(globalThis, 'clearTimeout', (timer) => timeouts.delete(timer) || clearTimeout(timer))
    const { auth } = stage.open(callback)
    const start = auth.start()
    await asked
    // The other requests get their answers.
    while (timeouts.size > 1) await sleep(5)
    for (const timer of timeouts) timer.fire()
    await assert.rejects(start, code('OIDC_NETWORK_TIMEOUT', 'token_endpoint'))
    stage.double.answers['/token'] = honest
    assert.equal((await stage.signIn()).auth.user.sub, 'alice')
  })
}

test('an unreachable provider fails with the code for the network', async (t) => {
  const stage = await setStage(t, { issuer: 'http://127.0.0.1:1' })
  await assert.rejects(stage.open('/').auth.signIn(), code('OIDC_NETWORK_FAILED', 'metadata'))
})

test('TOK-07: code and verifier do not follow a redirect of the token endpoint, and no timer is left', async (t) => {
  const stage = await setStage(t)
  const callback = await stage.goAndComeBack()
  stage.double.answers['/token'] = () => ({ status: 307, headers: { location: '/elsewhere' } })
  const set = t.mock.method(globalThis, 'setTimeout').mock
  const cleared = t.mock.method(globalThis, 'clearTimeout').mock
  await assert.rejects(stage.open(callback).auth.start(), code('OIDC_RESPONSE_REDIRECTED'))
  assert.ok(!stage.double.asked.some(({ path }) => path === '/elsewhere'))
  const timers = set.calls.filter((call) => call.arguments[1] === 10_000)
  const gone = cleared.calls.map((call) => call.arguments[0])
  assert.equal(timers.length, 2)
  for (const { result } of timers) assert.ok(gone.includes(result))
})

test("the answer of a redirect is refused, also if the app's fetch follows it", async (t) => {
  const stage = await setStage(t)
  const callback = await stage.goAndComeBack()
  stage.double.answers['/elsewhere'] = stage.double.answers['/token']
  stage.double.answers['/token'] = () => ({ status: 307, headers: { location: '/elsewhere' } })
  const careless = (url, init) => fetch(url, { ...init, redirect: 'follow' })
  const { auth } = stage.open(callback, { fetch: careless })
  await assert.rejects(auth.start(), code('OIDC_RESPONSE_REDIRECTED', 'token_endpoint'))
})

const tokens = {
  OIDC_AUDIENCE_MISMATCH: { aud: 'another' },
  OIDC_NONCE_MISMATCH: { nonce: 'another' },
  OIDC_ISSUER_MISMATCH: { iss: 'https://another.example' },
  OIDC_TOKEN_EXPIRED: { exp: 1_000 },
  OIDC_CLOCK_UNUSABLE: { iat: 9_999_999_999 },
  OIDC_AZP_MISMATCH: { azp: 'other' },
  OIDC_AT_HASH_MISMATCH: { at_hash: 'AAAAAAAAAAAAAAAAAAAAAA' },
  OIDC_CLAIM_INVALID: { sub: undefined },
}

for (const [expected, claims] of Object.entries(tokens)) {
  test(`an ID token with ${JSON.stringify(claims)} fails with ${expected}`, async (t) => {
    const stage = await setStage(t)
    await fails(stage, expected, undefined, () => {
      stage.double.claims = claims
      return () => {
        stage.double.claims = {}
      }
    })
  })
}

test('an ID token that another key signed is refused', async (t) => {
  const stage = await setStage(t)
  const honest = stage.double.signer
  await fails(stage, 'OIDC_SIGNATURE_INVALID', undefined, () => {
    stage.double.signer = stage.double.otherKey()
    return () => {
      stage.double.signer = honest
    }
  })
})

const responses = {
  'a repeated code': ['OIDC_CALLBACK_DUPLICATE', (url) => `${url}&code=two`],
  'another issuer': [
    'OIDC_CALLBACK_ISSUER_MISMATCH',
    (url) => url.replace(/iss=[^&]*/, 'iss=https%3A%2F%2Fevil.example'),
  ],
  'no issuer, though announced': [
    'OIDC_CALLBACK_ISSUER_MISSING',
    (url) => url.replace(/&iss=[^&]*/, ''),
  ],
  'no code': ['OIDC_CALLBACK_CODE_MISSING', (url) => url.replace(/code=[^&]*&/, '')],
  'a repeated state': ['OIDC_CALLBACK_DUPLICATE', (url) => `${url}&${/state=[^&]*/.exec(url)[0]}`],
  'a second, foreign state': ['OIDC_STATE_MISMATCH', (url) => `${url}&state=foreign`],
}

for (const [what, [expected, bend]] of Object.entries(responses)) {
  test(`a callback with ${what} fails with ${expected}`, async (t) => {
    const stage = await setStage(t)
    await fails(stage, expected, undefined, (url) => Object.assign(() => {}, { url: bend(url) }))
  })
}

test('RES-08, CVE-2021-32702: error_description of the provider is data of the error, not in its message', async (t) => {
  const stage = await setStage(t)
  const url = (await stage.goAndComeBack()).replace(
    /code=[^&]*/,
    'error=access_denied&error_description=%3Cscript%3Eno+thanks%3C%2Fscript%3E',
  )
  const error = await stage
    .open(url)
    .auth.start()
    .catch((error) => error)
  assert.deepEqual([error.code, error.blame], ['OIDC_SIGNIN_REFUSED', 'User'])
  assert.deepEqual(error.cause, {
    error: 'access_denied',
    error_description: '<script>no thanks</script>',
  })
  assert.ok(!/no thanks|script/.test(error.message + error.hint))
})

test('a callback of another client is left alone, and reported', async (t) => {
  const stage = await setStage(t)
  const { auth, page } = stage.open('/callback?code=x&state=foreign')
  const seen = []
  auth.addEventListener('error', (event) => seen.push(event.error.code))
  assert.equal(await auth.start(), null)
  assert.deepEqual(seen, ['OIDC_STATE_MISMATCH'])
  assert.match(page.href, /code=x&state=foreign$/)
})

test('B4: a failed callback leaves an earlier session as it was', async (t) => {
  const stage = await setStage(t)
  const { auth: earlier } = await stage.signIn()
  const callback = await stage.goAndComeBack()
  const { auth } = stage.open(callback.replace(/code=[^&]*/, 'error=access_denied'))
  await assert.rejects(auth.start(), code('OIDC_SIGNIN_REFUSED'))
  assert.equal(auth.status, 'signedIn')
  assert.equal((await auth.start()).sub, earlier.user.sub)
})

test("a refused code fails with the provider's error and description", async (t) => {
  const stage = await setStage(t)
  const refuse = () => json({ error: 'invalid_grant', error_description: 'too late' }, 400)
  const callback = await stage.goAndComeBack()
  stage.double.answers['/token'] = refuse
  const error = await stage
    .open(callback)
    .auth.start()
    .catch((error) => error)
  assert.equal(error.code, 'OIDC_GRANT_INVALID')
  assert.deepEqual(error.cause, { error: 'invalid_grant', error_description: 'too late' })
})

test('WEB-15, B30: mod_auth_openidc 2026-05 logs: no error contains a secret', async (t) => {
  const stage = await setStage(t)
  const callback = await stage.goAndComeBack()
  stage.double.claims = { nonce: 'x' }
  const error = await stage
    .open(callback)
    .auth.start()
    .catch((error) => error)
  const code = new URL(callback).searchParams.get('code')
  const { body } = stage.double.asked.find(({ path }) => path === '/token')
  const verifier = new URLSearchParams(body).get('code_verifier')
  const said = [error.message, error.stack, JSON.stringify(error), String(error.cause)].join()
  for (const secret of [code, verifier, 'token-of-alice']) assert.ok(!said.includes(secret))
})

test('D12: a DPoP proof that is not active, and a provider with secrets only, say what to check', async (t) => {
  const stage = await setStage(t)
  stage.double.answers['/token'] = () =>
    json({ error: 'invalid_dpop_proof', error_description: 'DPoP proof is not active' }, 400)
  const { auth } = stage.open(await stage.goAndComeBack())
  await assert.rejects(auth.start(), ({ code, hint, cause }) =>
    code === 'OIDC_PROVIDER_ERROR' && /clock/.test(hint) && cause.error_description === 'DPoP proof is not active')

  const discovery = '/.well-known/openid-configuration'
  const honest = stage.double.answers[discovery]
  for (const [names, jwks_uri, expected] of [
    [['HS256'], undefined, 'OIDC_ALG_FORBIDDEN'],
    [['HS256', 'HS512'], undefined, 'OIDC_ALG_FORBIDDEN'],
    [['HS256'], 'https://keys.test/', 'OIDC_ALG_FORBIDDEN'],
    [['HS256', 'RS256'], undefined, 'OIDC_METADATA_INVALID'],
    [undefined, undefined, 'OIDC_METADATA_INVALID'],
  ]) {
    stage.double.answers[discovery] = (...asked) =>
      json({ ...JSON.parse(honest(...asked).body), jwks_uri, id_token_signing_alg_values_supported: names })
    await assert.rejects(stage.open('/').auth.signIn(), code(expected))
  }
})

test('D2: invalid_client is the fault of the app', async (t) => {
  const stage = await setStage(t)
  for (const [error, blame] of [['invalid_client', 'App'], ['invalid_scope', 'Provider']]) {
    stage.double.answers['/token'] = () => json({ error }, 401)
    const { auth } = stage.open(await stage.goAndComeBack())
    await assert.rejects(auth.start(), (failure) => {
      assert.deepEqual([failure.code, failure.blame, auth.error.blame], ['OIDC_PROVIDER_ERROR', blame, blame])
      return true
    })
  }
})
