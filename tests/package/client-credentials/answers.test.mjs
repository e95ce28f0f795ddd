// Answers of a provider to a client without users: how long a token is kept, what is refused, and when it is asked again.
import assert from 'node:assert/strict'
import test from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { advanceClock, stopClock } from '../support/clock.mjs'
import { json } from '../support/double.mjs'
import { setStage } from '../support/machine.mjs'
import { code } from '../support/stage.mjs'

const token = { access_token: 't', token_type: 'Bearer' }

test('twenty callers at a time wait for one request', async (t) => {
  const { double, machine, tokenRequests } = await setStage(t)
  const answer = double.answers['/token']
  double.answers['/token'] = async () => {
    await sleep(100)
    return answer()
  }
  const all = await Promise.all(Array.from({ length: 20 }, (_, place) => machine.getAccessToken({ renew: place % 2 === 0 })))
  assert.deepEqual(new Set(all.map(({ accessToken }) => accessToken)), new Set(['token-1']))
  assert.equal(tokenRequests().length, 1)
  await machine.getAccessToken({ renew: true })
  assert.equal(tokenRequests().length, 2)
  assert.equal(double.asked.filter(({ path }) => path.includes('well-known')).length, 1)
})

test('a caller who aborts leaves the request to the others', async (t) => {
  const { double, machine, tokenRequests } = await setStage(t)
  const answer = double.answers['/token']
  double.answers['/token'] = async () => {
    await sleep(100)
    return answer()
  }
  const stop = new AbortController()
  const first = machine.getAccessToken({ signal: stop.signal })
  const second = machine.getAccessToken()
  stop.abort()
  await assert.rejects(first, code('OIDC_ABORTED'))
  assert.equal((await second).accessToken, 'token-1')
  assert.equal(tokenRequests().length, 1)
  await assert.rejects(machine.getAccessToken({ signal: AbortSignal.abort() }), code('OIDC_ABORTED'))
  for (const [options, at] of [[{ renew: 1 }, 'renew'], [{ scope: 'a' }, 'scope'], [{ signal: 1 }, 'signal'], [7, 'options']]) {
    await assert.rejects(machine.getAccessToken(options), code('OIDC_SIGNIN_OPTION_INVALID', at))
  }
})

test('a token whose end is unknown is used for a minute, and a refresh token and an ID token are ignored', async (t) => {
  const { double, machine, tokenRequests } = await setStage(t)
  double.answers['/token'] = () => json({ ...token, refresh_token: 'r', id_token: 'no token at all' })
  const found = await machine.getAccessToken()
  assert.deepEqual({ ...found }, { accessToken: 't', expiresAt: undefined, scope: undefined })
  advanceClock(t, 55)
  await machine.getAccessToken()
  assert.equal(tokenRequests().length, 1)
  advanceClock(t, 10)
  await machine.getAccessToken()
  assert.equal(tokenRequests().length, 2)
  assert.ok(tokenRequests().every(({ body }) => !body.includes('refresh_token')))
})

test('an answer that is no token has a code, and no header of a request can be written with one', async (t) => {
  const { double, open } = await setStage(t)
  for (const [answer, expected, at] of [
    [json({ token_type: 'Bearer' }), 'OIDC_TOKEN_RESPONSE_INVALID', 'access_token'],
    [json({ ...token, access_token: '' }), 'OIDC_TOKEN_RESPONSE_INVALID', 'access_token'],
    [json({ ...token, access_token: 'a\r\nx-evil: 1' }), 'OIDC_TOKEN_RESPONSE_INVALID', 'access_token'],
    [json({ ...token, access_token: 'a\0b' }), 'OIDC_RESPONSE_NOT_JSON', 'token_endpoint'],
    [json({ ...token, access_token: { a: 1 } }), 'OIDC_TOKEN_RESPONSE_INVALID', 'access_token'],
    [json({ access_token: 'a' }), 'OIDC_TOKEN_RESPONSE_INVALID', 'token_type'],
    [json({ ...token, token_type: 'DPoP' }), 'OIDC_TOKEN_TYPE_UNSUPPORTED'],
    [json([token]), 'OIDC_RESPONSE_NOT_JSON', 'token_endpoint'],
    [{ status: 200, body: '<html></html>', headers: { 'content-type': 'text/html' } }, 'OIDC_RESPONSE_NOT_JSON', 'token_endpoint'],
    [{ status: 200, body: Buffer.from([0x7b, 0, 0xff, 0x7d]) }, 'OIDC_RESPONSE_NOT_JSON', 'token_endpoint'],
    [{ status: 200, body: '' }, 'OIDC_RESPONSE_EMPTY', 'token_endpoint'],
    [{ status: 200, body: JSON.stringify({ ...token, more: 'x'.repeat(600 * 1024) }) }, 'OIDC_RESPONSE_TOO_LARGE', 'token_endpoint'],
    [{ status: 307, headers: { location: '/elsewhere' }, body: '' }, 'OIDC_RESPONSE_REDIRECTED', 'token_endpoint'],
    [{ status: 404, body: '' }, 'OIDC_RESPONSE_STATUS', 'token_endpoint'],
    [{ status: 502, body: 'a proxy' }, 'OIDC_PROVIDER_UNAVAILABLE', 'token_endpoint'],
    [json({ error: 'invalid_client' }, 401), 'OIDC_PROVIDER_ERROR', 'token_endpoint'],
    [json({ error: 'unauthorized_client' }, 400), 'OIDC_PROVIDER_ERROR', 'token_endpoint'],
    [json({ error: 'temporarily_unavailable' }, 400), 'OIDC_PROVIDER_UNAVAILABLE', 'token_endpoint'],
    [json({ error: 'invalid_scope' }), 'OIDC_PROVIDER_ERROR', 'token_endpoint'],
  ]) {
    double.answers['/token'] = () => answer
    await assert.rejects(open().getAccessToken(), code(expected, at), JSON.stringify(answer.body).slice(0, 80))
  }
  double.answers['/token'] = (request) => void request.socket.destroy()
  await assert.rejects(open().getAccessToken(), (error) => error.code === 'OIDC_NETWORK_FAILED' && error.detail === `${double.issuer}/token`)
  assert.equal(double.asked.some(({ path }) => path === '/elsewhere'), false)
})

test('after a failure no request is sent for a while, and the waits become longer', async (t) => {
  const { double, machine, tokenRequests } = await setStage(t)
  double.answers['/token'] = () => json({ error: 'invalid_client', error_description: 'wrong secret' }, 401)
  const fails = () => assert.rejects(machine.getAccessToken(), (error) => error.code === 'OIDC_PROVIDER_ERROR' && error.cause.error_description === 'wrong secret')
  stopClock(t, 0)
  await Promise.all(Array.from({ length: 5 }, fails))
  await fails()
  await assert.rejects(machine.getAccessToken({ renew: true }), code('OIDC_PROVIDER_ERROR'))
  assert.equal(tokenRequests().length, 1)
  for (const [seconds, count] of [[3, 2], [1, 2], [4, 3], [1, 3], [62, 4]]) {
    stopClock(t, seconds)
    await fails()
    assert.equal(tokenRequests().length, count, `after ${seconds} seconds`)
  }
})

test('Retry-After of a busy provider is kept, up to an hour, and the old token is used meanwhile', async (t) => {
  const { double, machine, tokenRequests } = await setStage(t)
  const good = double.answers['/token']
  await machine.getAccessToken()
  double.answers['/token'] = () => ({ status: 429, headers: { 'retry-after': '40' }, body: '' })
  stopClock(t, 3550)
  assert.equal((await machine.getAccessToken()).accessToken, 'token-1')
  assert.equal((await machine.getAccessToken()).accessToken, 'token-1')
  assert.equal(tokenRequests().length, 2)
  await assert.rejects(machine.getAccessToken({ renew: true }), code('OIDC_PROVIDER_UNAVAILABLE'))
  assert.equal(tokenRequests().length, 2)
  double.answers['/token'] = good
  stopClock(t, 45)
  assert.equal((await machine.getAccessToken()).accessToken, 'token-2')
  assert.equal(tokenRequests().length, 3)
})

test('a token that has ended is not used after a failure', async (t) => {
  const { double, machine } = await setStage(t)
  await machine.getAccessToken()
  double.answers['/token'] = () => ({ status: 503, body: '' })
  stopClock(t, 3601)
  await assert.rejects(machine.getAccessToken(), code('OIDC_PROVIDER_UNAVAILABLE', 'token_endpoint'))
})

test('metadata is verified, and found at the address of RFC 8414 too', async (t) => {
  const { double, open, tokenRequests } = await setStage(t)
  const [oidc, oauth] = ['/.well-known/openid-configuration', '/.well-known/oauth-authorization-server']
  const document = { issuer: double.issuer, token_endpoint: `${double.issuer}/token` }
  for (const [answer, expected, at] of [
    [json({ ...document, issuer: 'https://evil.example' }), 'OIDC_METADATA_ISSUER_MISMATCH', 'issuer'],
    [json({ ...document, token_endpoint: 'http://evil.example/token' }), 'OIDC_METADATA_INSECURE', 'token_endpoint'],
    [json({ issuer: double.issuer }), 'OIDC_METADATA_INVALID', 'token_endpoint'],
    [json([]), 'OIDC_RESPONSE_NOT_JSON', 'metadata'],
    [{ status: 500, body: '' }, 'OIDC_PROVIDER_UNAVAILABLE', 'metadata'],
    [{ status: 404, body: '' }, 'OIDC_RESPONSE_STATUS', 'metadata'],
  ]) {
    double.answers[oidc] = () => answer
    await assert.rejects(open().getAccessToken(), code(expected, at), expected)
  }
  assert.equal(tokenRequests().length, 0)
  double.answers[oauth] = () => json(document)
  assert.equal((await open().getAccessToken()).accessToken, 'token-1')
  const given = open({ issuer: undefined, metadata: { token_endpoint: `${double.issuer}/token` } })
  const before = double.asked.length
  assert.equal((await given.getAccessToken()).accessToken, 'token-2')
  assert.equal(double.asked.length, before + 1)
})

test('a secret is sent in the form where the provider announces nothing else', async (t) => {
  const { double, machine, tokenRequests } = await setStage(t, { metadataOverlay: { token_endpoint_auth_methods_supported: ['client_secret_post'] } })
  await machine.getAccessToken()
  const [{ body, headers }] = tokenRequests()
  assert.equal(new URLSearchParams(body).get('client_secret'), 'a secret: with +, % and &, of no short length')
  assert.equal(headers.authorization, undefined)
  assert.ok(double.asked.every(({ path }) => !path.includes('secret')))
})
