// An API that asks for a stronger sign-in (RFC 9470): `guard` of countersign/edge asks, a page answers.
import assert from 'node:assert/strict'
import { createSign, randomUUID } from 'node:crypto'
import test from 'node:test'
import { advanceClock } from '../support/clock.mjs'
import { json } from '../support/double.mjs'
import { load } from '../support/package.mjs'
import { code, setStage } from '../support/stage.mjs'

const { createVerifier } = await load('./edge')
const api = 'https://api.example.com/'
const base64url = (object) => Buffer.from(JSON.stringify(object)).toString('base64url')
const seconds = () => Math.floor(Date.now() / 1000)

/** An access token of RFC 9068, as the double signs it. */
function accessToken({ issuer, signer }, claims) {
  const header = { alg: 'RS256', kid: 'one', typ: 'at+jwt' }
  const body = {
    iss: issuer, aud: api, sub: 'alice', client_id: 'spa', jti: randomUUID(),
    iat: seconds(), exp: seconds() + 3600, ...claims,
  }
  const input = `${base64url(header)}.${base64url(body)}`
  return `${input}.${createSign('sha256').update(input).sign(signer, 'base64url')}`
}

/**
 * A page that is signed in, and an API behind `guard` with `api.need`. The provider does what a
 * sign-in asks for, unless `provider.acr` says otherwise. `api.asked` has the requests by their method.
 */
async function setApi(t, need, settings) {
  const here = { need, asked: [], sent: [] }
  const provider = { authTime: () => seconds() }
  const network = async (input, init) => {
    if (String(input?.url ?? input).startsWith('http://127.0.0.1')) return fetch(input, init)
    const request = new Request(input, { ...init, ...(init?.body && { duplex: 'half' }) })
    here.asked.push(request.method)
    here.sent.push(await request.clone().text())
    const pass = here.answer?.(request) ?? (await here.verifier.guard(request, here.need))
    return pass instanceof Response ? pass : pass.ok ? new Response('done') : pass.response
  }
  const stage = await setStage(t, { apis: { [api]: {} }, fetch: network, ...settings })
  const { double } = stage
  const redeem = double.answers['/token']
  double.answers['/token'] = (request, body) => {
    const asked = double.codes.get(new URLSearchParams(body).get('code'))
    const acr = provider.acr ?? asked?.acr_values?.split(' ')[0]
    const claims = { auth_time: provider.authTime(), ...(acr && { acr }) }
    double.claims = claims
    const answer = redeem(request, body)
    if (answer.status !== 200) return answer
    const tokens = JSON.parse(answer.body)
    tokens.access_token = accessToken(double, { ...claims, scope: tokens.scope })
    return json(tokens)
  }
  here.verifier = createVerifier({ issuer: double.issuer, audience: api, allowLoopbackIssuer: true })
  const { auth } = await stage.signIn()
  return { here, provider, stage, auth, ...listenTo(t, auth) }
}

function listenTo(t, auth) {
  const [demands, failures] = [[], []]
  auth.addEventListener('stepup', ({ detail }) => demands.push(detail))
  auth.addEventListener('error', ({ error }) => failures.push(error.code))
  return { demands, failures }
}

/** Popups open, and the person signs in there. `after` runs before they do. */
function openPopups(t, { double }, after = async () => {}) {
  const popups = []
  globalThis.open = () => {
    const popup = { closed: false, close: () => { popup.closed = true } }
    popup.location = {
      async replace(url) {
        popup.url = new URL(url)
        await after(popup)
        const { search } = new URL(double.authorize(url))
        const line = new BroadcastChannel(`countersign:${popup.url.searchParams.get('state')}`)
        line.postMessage(search.slice(1))
        setTimeout(() => line.close(), 50)
      },
    }
    popups.push(popup)
    return popup
  }
  globalThis.document ??= { hasFocus: () => false }
  t.after(() => {
    delete globalThis.open
    delete globalThis.document
  })
  return popups
}

test('REQ-17: a step-up challenge of guard opens a popup, and the request is sent once more', async (t) => {
  const { here, auth, stage, demands, failures } = await setApi(t, { acrValues: 'gold', maxAge: 300 })
  const popups = openPopups(t, stage)
  auth.addEventListener('stepup', (event) => event.respondWith(auth.signInPopup(event.detail)))
  const response = await auth.fetch(`${api}transfer`, { method: 'POST', body: 'all' })
  assert.equal(await response.text(), 'done')
  assert.deepEqual(demands, [{ acrValues: 'gold', maxAge: 300 }])
  const [{ url }] = popups
  assert.deepEqual(
    ['acr_values', 'max_age'].map((name) => url.searchParams.get(name)),
    ['gold', '300'],
  )
  assert.deepEqual([here.asked, here.sent], [['POST', 'POST'], ['all', 'all']])
  assert.equal(auth.user.acr, 'gold')
  assert.equal((await auth.fetch(api)).status, 200, 'the next request needs nothing more')
  assert.deepEqual([demands.length, popups.length, failures], [1, 1, []])
})

test('REQ-17: a step-up can redirect; without it, the response is the challenge', async (t) => {
  const { here, auth, stage, demands } = await setApi(t, { acrValues: ['gold', 'silver'] })
  const refusal = await auth.fetch(`${api}transfer`)
  assert.equal(refusal.status, 401)
  assert.match(refusal.headers.get('www-authenticate'), /insufficient_user_authentication/)
  assert.deepEqual(here.asked, ['GET'])
  assert.deepEqual(demands, [{ acrValues: 'gold silver' }])
  const { auth: back } = stage.open(await stage.goAndComeBack(demands[0]))
  await back.start()
  assert.equal((await back.fetch(`${api}transfer`)).status, 200)
  assert.equal(back.user.acr, 'gold')
})

test('REQ-17, IDT-19: a sign-in that does not meet the challenge is refused, without a loop', async (t) => {
  const { here, provider, auth, stage, demands, failures } = await setApi(t, { acrValues: 'gold' })
  const popups = openPopups(t, stage)
  provider.acr = 'bronze'
  let signIn
  auth.addEventListener('stepup', (event) => {
    signIn = auth.signInPopup(event.detail)
    event.respondWith(signIn)
  })
  assert.equal((await auth.fetch(api)).status, 401)
  await assert.rejects(signIn, code('OIDC_ACR_MISMATCH'))
  // A request that was sent in the second of the challenge counts as sent before it.
  advanceClock(t, 1.1)
  assert.equal((await auth.fetch(api)).status, 401)
  assert.deepEqual([demands.length, popups.length, here.asked.length], [1, 1, 2])
  assert.deepEqual(failures, ['OIDC_STEPUP_REFUSED'])
})

test('REQ-17: a challenge that the session already meets starts no sign-in', async (t) => {
  const { here, auth, stage, demands, failures } = await setApi(t, { acrValues: 'gold' })
  const popups = openPopups(t, stage)
  auth.addEventListener('stepup', (event) => event.respondWith(auth.signInPopup(event.detail)))
  assert.equal((await auth.fetch(api)).status, 200)
  const challenge = 'Bearer error="insufficient_user_authentication", acr_values="gold"'
  here.answer = () => new Response('', { status: 401, headers: { 'www-authenticate': challenge } })
  assert.equal((await auth.fetch(api)).status, 401)
  assert.deepEqual([demands.length, popups.length], [1, 1])
  assert.deepEqual(failures, ['OIDC_STEPUP_REFUSED'])
})

test('REQ-17: requests challenged at the same time wait for one sign-in', async (t) => {
  const { auth, stage, demands, failures, here } = await setApi(t, { maxAge: 300 }, {})
  const popups = openPopups(t, stage)
  auth.addEventListener('stepup', (event) => event.respondWith(auth.signInPopup(event.detail)))
  t.mock.method(Date, 'now', ((later) => () => later)(Date.now() + 600_000))
  const all = await Promise.all([1, 2, 3].map((n) => auth.fetch(`${api}${n}`)))
  assert.deepEqual(all.map(({ status }) => status), [200, 200, 200])
  assert.deepEqual([demands.length, popups.length, here.asked.length], [1, 1, 6])
  assert.deepEqual(failures, [])
})

test('REQ-17: a request whose body is used up is not sent twice after the step-up', async (t) => {
  const { here, auth, stage } = await setApi(t, { acrValues: 'gold' })
  openPopups(t, stage)
  auth.addEventListener('stepup', (event) => event.respondWith(auth.signInPopup(event.detail)))
  const request = new Request(`${api}transfer`, { method: 'POST', body: 'all' })
  assert.equal((await auth.fetch(request)).status, 401)
  assert.deepEqual(here.asked, ['POST'])
  assert.equal(auth.user.acr, 'gold')
})

test('REQ-17: a step-up that waits for the user can be aborted', async (t) => {
  const { auth, stage } = await setApi(t, { acrValues: 'gold' })
  const stop = new AbortController()
  openPopups(t, stage, () => new Promise(() => stop.abort(new Error('enough'))))
  auth.addEventListener('stepup', (event) => event.respondWith(auth.signInPopup(event.detail)))
  await assert.rejects(auth.fetch(api, { signal: stop.signal }), /enough/)
})

test('RFC 6750: insufficient_scope requests the scope, and a refused token is renewed once', async (t) => {
  const { here, auth, demands, failures } = await setApi(t, { scope: 'transfer' })
  assert.equal((await auth.fetch(api)).status, 403)
  assert.deepEqual(demands, [{ scope: 'transfer' }])
  for (const [status, challenge] of [
    [401, 'Bearer error="invalid_token"'],
    [401, ''],
    [401, 'Bearer error="insufficient_user_authentication", acr_values="\u00e9"'],
    [403, 'Bearer error="invalid_token"'],
    [403, ''],
  ]) {
    here.answer = () => new Response('', { status, headers: { 'www-authenticate': challenge } })
    assert.equal((await auth.fetch(api)).status, status)
  }
  assert.deepEqual([demands.length, failures], [1, []])
})
