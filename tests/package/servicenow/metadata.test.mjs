// The metadata of a provider: its cost, and the issuer that it may name.
import assert from 'node:assert/strict'
import test from 'node:test'
import { createServer } from 'node:http'
import { once } from 'node:events'
import { load } from '../support/package.mjs'
import { CLIENT, entityAt, INCIDENT, NOW, openGate, passed, refused, startIdp, usersOf } from '../support/servicenow.mjs'

const { createGate } = await load('./servicenow')
const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url')
/** A token without a signature. */
const FORGED = `${part({ alg: 'RS256', kid: 'x' })}.${part({ aud: CLIENT, iss: 'https://a.example' })}.AA`

/** A provider whose metadata takes some time. `asked` has the time of each request. */
async function startSlow(t, answer) {
  const asked = []
  const server = createServer((_, response) => {
    asked.push(Date.now())
    answer(response, asked.length)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  const origin = `http://127.0.0.1:${server.address().port}`
  const entities = [{ name: 'a', clientId: CLIENT, metadataUrl: `${origin}/m`, userClaim: 'email', userField: 'email' }]
  const gate = createGate({ entities, findUser: () => null, allowLoopbackIssuer: true })
  const ask = () => gate.guard(new Request(INCIDENT, { headers: { authorization: `Bearer ${FORGED}` } }))
  return { ask, asked }
}

test('metadata is read once, however many forged requests come at the same time', async (t) => {
  const { ask, asked } = await startSlow(t, (response) => setTimeout(() => response.end('{}'), 500))
  const outcomes = await Promise.all(Array.from({ length: 100 }, ask))
  for (const outcome of outcomes) await refused(outcome, 'OIDC_KEYS_UNAVAILABLE')
  assert.equal(asked.length, 1)
  await refused(await ask(), 'OIDC_KEYS_UNAVAILABLE')
  assert.equal(asked.length, 1, 'a failure is remembered')
})

test('a read that does not end is repeated by one request after two seconds', async (t) => {
  const { ask, asked } = await startSlow(t, (response, count) => count > 1 && response.end('{}'))
  const first = ask()
  await new Promise((resolve) => setTimeout(resolve, 100))
  const others = await Promise.all(Array.from({ length: 20 }, ask))
  for (const outcome of others) await refused(outcome, 'OIDC_KEYS_UNAVAILABLE')
  assert.equal(asked.length, 2)
  const waited = asked[1] - asked[0]
  assert.ok(waited >= 1900 && waited < 6000, `${waited} ms`)
  await refused(await first, 'OIDC_KEYS_UNAVAILABLE')
})

test('SN reject 23: metadata that names the issuer of another entity', async (t) => {
  const [good, evil] = [await startIdp(t), await startIdp(t)]
  evil.answers['/.well-known/openid-configuration'] = () => ({ issuer: good.issuer, jwks_uri: `${evil.origin}/keys` })
  for (const more of [{}, { clientId: 'evil' }]) {
    const { gate } = await openGate(good, { entities: [{ ...entityAt(evil), name: 'Evil', ...more }, entityAt(good)] })
    const ask = (token) => gate.guard(new Request(INCIDENT, { headers: { authorization: `Bearer ${token}` } }))
    const aud = more.clientId ?? CLIENT
    const outcome = await ask(evil.token({ iss: good.issuer, aud }))
    assert.equal(outcome.ok, false)
    assert.equal(outcome.error.code, more.clientId ? 'OIDC_KEYS_UNAVAILABLE' : 'OIDC_SIGNATURE_INVALID', String(outcome.error))
    // And the provider of one entity does not lock out the users of another one.
    assert.equal(passed(await ask(good.token())).entity, 'Okta')
  }
})

test('an issuer that two entities name is refused before any token', async (t) => {
  const idp = await startIdp(t)
  const other = { ...entityAt(idp, { issuer: idp.issuer }), name: 'B', clientId: 'b', metadataUrl: `${idp.origin}/other` }
  const { gate } = await openGate(idp, { entities: [entityAt(idp, { issuer: idp.issuer }), other] })
  await assert.rejects(gate.entities(), { code: 'OIDC_CONFIG_INVALID', at: 'issuer' })
  const same = { ...other, metadataUrl: `${idp.metadataUrl}?appid=b` }
  const { gate: fine } = await openGate(idp, { entities: [entityAt(idp, { issuer: idp.issuer }), same] })
  assert.equal((await fine.entities()).length, 2)
})

// Compared with each other, 15,000 entities take half a minute for each request. The limit is far from both.
test('the cost of a request grows with the number of entities, and not with its square', { timeout: 25_000 }, async (t) => {
  const idp = await startIdp(t)
  const entities = Array.from({ length: 15_000 }, (_, place) => ({ ...entityAt(idp), name: `e${place}`, clientId: `${CLIENT}${place}` }))
  const users = usersOf()
  const gate = createGate({ entities, findUser: (query) => users.findUser(query), allowLoopbackIssuer: true, now: () => NOW })
  const ask = (token) => gate.guard(new Request(INCIDENT, { headers: { authorization: `Bearer ${token}` } }))
  passed(await ask(idp.token({ aud: `${CLIENT}0` })))
  await refused(await ask(FORGED), 'OIDC_AUDIENCE_MISMATCH')
})
