// `fetch` of a client without users: where its token goes, and what follows a refusal of an API.
import assert from 'node:assert/strict'
import test from 'node:test'
import { advanceClock } from '../support/clock.mjs'
import { json } from '../support/double.mjs'
import { setStage, startApi } from '../support/machine.mjs'
import { code } from '../support/stage.mjs'

const invalid = { status: 401, headers: { 'www-authenticate': 'Bearer error="invalid_token"' } }

test('the token goes to the addresses under a prefix, and to no others', async (t) => {
  const [own, other] = await Promise.all([startApi(t), startApi(t)])
  const hints = []
  const { machine, tokenRequests } = await setStage(t, { apis: [`${own.origin}/inbox`], log: (hint) => hints.push(hint) })
  const authorizationOf = async (...all) => (await (await machine.fetch(...all)).json()).authorization
  for (const url of [`${other.origin}/inbox`, `${own.origin}/inbox-evil`, `${own.origin}/inbox/..%2fadmin`, `${own.origin}/`]) {
    assert.equal(await authorizationOf(url), undefined, url)
  }
  assert.equal(tokenRequests().length, 0)
  assert.equal(hints.length, 1)
  for (const input of [`${own.origin}/inbox`, new URL(`${own.origin}/inbox/1?x=y`), new Request(`${own.origin}/inbox`)]) {
    assert.equal(await authorizationOf(input), 'Bearer token-1', `${input}`)
  }
  assert.equal(await authorizationOf(`${own.origin}/inbox`, { headers: { authorization: 'Basic mine' } }), 'Basic mine')
  const headers = new Map([['x-a', 'b']]).entries()
  assert.equal(await authorizationOf(`${own.origin}/inbox`, { method: 'POST', body: 'b', headers }), 'Bearer token-1')
  assert.equal(tokenRequests().length, 1)
})

test('a request with the token follows no redirect, whatever the app asks, and one without does', async (t) => {
  const evil = await startApi(t)
  const own = await startApi(t, ({ path }) => (path.endsWith('away') ? { status: 307, headers: { location: `${evil.origin}/taken` } } : undefined))
  const { machine } = await setStage(t, { apis: [`${own.origin}/inbox`] })
  await assert.rejects(machine.fetch(`${own.origin}/inbox/away`))
  await assert.rejects(machine.fetch(`${own.origin}/inbox/away`, { redirect: 'follow' }))
  await assert.rejects(machine.fetch(new Request(`${own.origin}/inbox/away`, { redirect: 'follow' })))
  assert.equal((await machine.fetch(`${own.origin}/inbox/away`, { redirect: 'manual' })).status, 307)
  assert.deepEqual(evil.asked, [])
  assert.equal((await machine.fetch(`${own.origin}/away`)).status, 200)
  assert.deepEqual(evil.asked.map(({ authorization }) => authorization), [undefined])
})

test('a refused token is renewed once, and the request is repeated unless its body is a stream', async (t) => {
  const api = await startApi(t, ({ authorization }) => (authorization === 'Bearer token-1' ? invalid : undefined))
  const { machine, tokenRequests } = await setStage(t, { apis: [api.origin] })
  const first = await machine.fetch(api.origin, { method: 'POST', body: 'hello' })
  assert.deepEqual([first.status, (await first.json()).body], [200, 'hello'])
  assert.deepEqual(api.asked.map(({ authorization }) => authorization), ['Bearer token-1', 'Bearer token-2'])
  assert.equal(tokenRequests().length, 2)

  const again = await setStage(t, { apis: [api.origin] })
  const body = new Blob(['hello']).stream()
  assert.equal((await again.machine.fetch(api.origin, { method: 'POST', body, duplex: 'half' })).status, 401)
  const request = new Request(api.origin, { method: 'POST', body: 'hello' })
  assert.equal((await again.machine.fetch(request)).status, 401)
  assert.equal(again.tokenRequests().length, 1)
})

test('an API that refuses every token does not make each request a token request', async (t) => {
  const api = await startApi(t, () => invalid)
  const { machine, tokenRequests } = await setStage(t, { apis: [api.origin] })
  for (let round = 0; round < 5; round += 1) assert.equal((await machine.fetch(api.origin)).status, 401)
  assert.equal(tokenRequests().length, 2)
  assert.equal(api.asked.length, 6)
  advanceClock(t, 11)
  assert.equal((await machine.fetch(api.origin)).status, 401)
  assert.equal(tokenRequests().length, 3)
})

test('ten requests with a token that was revoked share one new token', async (t) => {
  const api = await startApi(t, ({ authorization }) => (authorization === 'Bearer token-1' ? { status: 401 } : undefined))
  const { machine, tokenRequests } = await setStage(t, { apis: [api.origin] })
  const all = await Promise.all(Array.from({ length: 10 }, () => machine.fetch(api.origin)))
  assert.deepEqual(all.map(({ status }) => status), Array.from({ length: 10 }, () => 200))
  assert.equal(tokenRequests().length, 2)
})

test('what no other token of this client can meet is the answer', async (t) => {
  let answer
  const api = await startApi(t, () => answer)
  const { double, machine, tokenRequests } = await setStage(t, { apis: [api.origin] })
  for (const [status, challenge] of [
    [403, 'Bearer error="insufficient_scope", scope="inbox:write"'],
    [401, 'Bearer error="insufficient_user_authentication", acr_values="gold"'],
    [403, ''],
    [500, ''],
  ]) {
    answer = { status, headers: challenge ? { 'www-authenticate': challenge } : {} }
    assert.equal((await machine.fetch(api.origin)).status, status)
  }
  assert.equal(tokenRequests().length, 1)
  answer = invalid
  double.answers['/token'] = () => json({ error: 'server_error' }, 500)
  assert.equal((await machine.fetch(api.origin)).status, 401)
  assert.equal(tokenRequests().length, 2)
})

test('a provider that fails is the failure of the request, and an abort ends it with the reason of the app', async (t) => {
  const api = await startApi(t)
  const { double, machine } = await setStage(t, { apis: [api.origin] })
  double.answers['/token'] = () => json({ error: 'invalid_client' }, 401)
  await assert.rejects(machine.fetch(api.origin), code('OIDC_PROVIDER_ERROR', 'token_endpoint'))
  const reason = new Error('enough')
  await assert.rejects(machine.fetch(api.origin, { signal: AbortSignal.abort(reason) }), reason)
  assert.deepEqual(api.asked, [])
})
