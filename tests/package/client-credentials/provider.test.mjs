// The client credentials grant at a real provider (npm's oidc-provider), up to an API behind `guard`.
import assert from 'node:assert/strict'
import test from 'node:test'
import { advanceClock } from '../support/clock.mjs'
import { api, clientId, clientSecret, settingsAt, startOp } from '../support/machine.mjs'
import { load } from '../support/package.mjs'
import { code } from '../support/stage.mjs'

const [{ createMachineClient }, { createVerifier }] = await Promise.all(['./client-credentials', './edge'].map((entry) => load(entry)))

/** Requests to the API are answered by an edge function with a verifier, all others by the platform. */
const edgeOf = (issuer, need) => {
  const verifier = createVerifier({ issuer, audience: api, allowLoopbackIssuer: true })
  return async (input, init) => {
    const request = new Request(input, init)
    if (!request.url.startsWith(api)) return fetch(request)
    const pass = await verifier.guard(request, need)
    return pass.ok ? Response.json(pass.claims) : pass.response
  }
}

for (const auth of ['client_secret_basic', 'client_secret_post']) {
  test(`a token of the client itself opens an API behind guard (${auth})`, async (t) => {
    const op = await startOp(t, { auth })
    const settings = settingsAt(op.issuer, { authMethod: auth, apis: [api], fetch: edgeOf(op.issuer, { scope: 'inbox:read' }) })
    const machine = createMachineClient(settings)
    const response = await machine.fetch(`${api}inbox`)
    assert.equal(response.status, 200)
    const claims = await response.json()
    assert.deepEqual([claims.aud, claims.client_id, claims.scope, claims.sub], [api, clientId, 'inbox:read', clientId])
    const { accessToken, expiresAt, scope } = await machine.getAccessToken()
    assert.equal(accessToken.split('.').length, 3)
    assert.equal(scope, 'inbox:read')
    assert.ok(Math.abs(expiresAt - Date.now() / 1000 - 3600) < 5)
    assert.equal(op.asked.length, 1)
    const [{ body, authorization }] = op.asked
    assert.deepEqual(
      { ...body },
      {
        grant_type: 'client_credentials', scope: 'inbox:read', resource: api,
        ...(auth === 'client_secret_post' && { client_id: clientId, client_secret: clientSecret }),
      },
    )
    assert.equal(authorization.startsWith('Basic '), auth === 'client_secret_basic')
  })
}

test('a scope that the API needs and the token lacks is a 403 of the API, and no new token', async (t) => {
  const op = await startOp(t)
  const machine = createMachineClient(settingsAt(op.issuer, { apis: [api], fetch: edgeOf(op.issuer, { scope: 'inbox:write' }) }))
  assert.equal((await machine.fetch(`${api}inbox`)).status, 403)
  assert.equal(op.asked.length, 1)
})

test('TOK-10: a client with a key signs an assertion for each request', async (t) => {
  const pair = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify'])
  const [secret, { key_ops, ext, ...open }] = await Promise.all([
    crypto.subtle.exportKey('jwk', pair.privateKey), crypto.subtle.exportKey('jwk', pair.publicKey),
  ])
  const jwk = { alg: 'ES256', kid: 'machine-1' }
  const op = await startOp(t, {
    auth: 'private_key_jwt',
    client: { client_secret: undefined, jwks: { keys: [{ ...open, ...jwk, use: 'sig' }] }, token_endpoint_auth_signing_alg: 'ES256' },
  })
  const { clientSecret: _, ...settings } = settingsAt(op.issuer)
  const machine = createMachineClient({ ...settings, clientKey: { ...secret, ...jwk } })
  await machine.getAccessToken()
  await machine.getAccessToken({ renew: true })
  assert.deepEqual(op.asked.map(({ status }) => status), [200, 200])
  const claims = op.asked.map(({ body }) => JSON.parse(Buffer.from(body.client_assertion.split('.')[1], 'base64url')))
  for (const { iss, sub, aud, exp, iat } of claims) {
    assert.deepEqual([iss, sub, aud, exp - iat], [clientId, clientId, op.issuer, 60])
  }
  assert.notEqual(claims[0].jti, claims[1].jti)
  assert.ok(!JSON.stringify(op.asked).includes(secret.d))
  const { d, ...publicHalf } = secret
  const unable = createMachineClient({ ...settings, clientKey: { ...publicHalf, ...jwk } })
  await assert.rejects(unable.getAccessToken(), code('OIDC_CONFIG_INVALID', 'clientKey'))
})

test('a token is kept until a minute before its end, then replaced', async (t) => {
  const op = await startOp(t)
  const machine = createMachineClient(settingsAt(op.issuer))
  const first = await machine.getAccessToken()
  advanceClock(t, 3500)
  assert.equal((await machine.getAccessToken()).accessToken, first.accessToken)
  advanceClock(t, 45)
  assert.notEqual((await machine.getAccessToken()).accessToken, first.accessToken)
  assert.equal(op.asked.length, 2)
})

test('a wrong secret is the fault of the app, and a resource that is no API has the words of the provider', async (t) => {
  const op = await startOp(t)
  for (const [more, error, blame] of [
    [{ clientSecret: 'another' }, 'invalid_client', 'App'],
    [{ resource: 'https://other.example/' }, 'invalid_target', 'Provider'],
  ]) {
    const machine = createMachineClient(settingsAt(op.issuer, more))
    await assert.rejects(machine.getAccessToken(), (failure) => {
      assert.deepEqual([failure.code, failure.at, failure.cause.error, failure.blame], ['OIDC_PROVIDER_ERROR', 'token_endpoint', error, blame])
      assert.ok(!`${failure.stack} ${JSON.stringify(failure)}`.includes('another'))
      return true
    })
  }
})
