// The examples of the ServiceNow gate run as they are written, with tokens of a provider that the test makes.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { execFile } from 'node:child_process'
import test from 'node:test'
import { promisify } from 'node:util'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { example } from './harness/examples.mjs'
import { startPlaces, useFetch } from './harness/places.mjs'
import { load } from './harness/project.mjs'
import { startWorker } from './harness/worker.mjs'

const INCIDENT = 'https://dev.service-now.example/api/now/table/incident/897b04f2dbd4a300a135364e9d961952'
const bearer = (token) => ({ headers: { authorization: `Bearer ${token}` } })

/** The places with a provider at a host, and how it makes a token. */
async function startProvider(t, host, issuer) {
  const { privateKey, publicKey } = await generateKeyPair('RS256')
  const jwk = { ...(await exportJWK(publicKey)), kid: 'one', alg: 'RS256', use: 'sig' }
  const headers = []
  const answer = (request) => {
    headers.push(request.headers.get('x-api-key'))
    const body = request.url.endsWith('/keys') ? { keys: [jwk] } : { issuer, jwks_uri: `https://${host}/keys` }
    return Response.json(body)
  }
  const places = await startPlaces(t, { answers: { [host]: answer } })
  const token = (audience, claims) =>
    new SignJWT({ jti: crypto.randomUUID(), ...claims }).setProtectedHeader({ alg: 'RS256', kid: 'one' })
      .setIssuer(issuer).setSubject('alice').setAudience(audience).setIssuedAt().setExpirationTime('5m').sign(privateKey)
  return { places, token, headers }
}

test('a Worker lets the user of a token in once, and refuses with the documented text', async (t) => {
  const host = 'dev-934121.okta.com'
  const { places, token } = await startProvider(t, host, `https://${host}`)
  const { code } = example('docs/servicenow.md#servicenow-accept-id-tokens-of-a-third-party')
  const ask = await startWorker(t, places, {
    files: { 'worker.ts': code },
    wasm: ['edge.wasm', 'systems.wasm'],
    durableObjects: { REPLAY: 'ReplayObject' },
  })
  const good = await token('0oagd8o97kiBOwpwB0h7', { email: 'alice@example.com' })
  const first = await ask(INCIDENT, bearer(good))
  assert.deepEqual(await first.json(), { result: { caller: '62826bf03710200044e0bfc8bcbe5df1' } })
  const second = await ask(INCIDENT, bearer(good))
  const documented = example('docs/servicenow.md#servicenow-accept-id-tokens-of-a-third-party.3').code.trim()
  assert.deepEqual([second.status, await second.text()], [401, documented])
})

test('the call of the manual reaches the API as it is written', async (t) => {
  const seen = []
  const server = createServer(({ method, url, headers }, response) => {
    seen.push([method, url, headers.accept, headers.authorization])
    response.end()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  const { code } = example('docs/servicenow.md#servicenow-accept-id-tokens-of-a-third-party.2')
  const here = code.replace('https://dev.service-now.example', `http://127.0.0.1:${server.address().port}`)
  await promisify(execFile)('sh', ['-c', here], { env: { ...process.env, ID_TOKEN: 'a.b.c' } })
  const { pathname } = new URL(INCIDENT)
  assert.deepEqual(seen, [['GET', pathname, 'application/json', 'Bearer a.b.c']])
})

test('an entity of a form is that of the template', async (t) => {
  const { code } = example('docs/servicenow.md#an-entity-from-a-form-or-a-template')
  const { fromForm, fromTemplate } = await load(t, { 'main.ts': code }, 'main.ts')
  const { verifyJti, clientType, ...rest } = await fromForm
  assert.deepEqual(rest, await fromTemplate)
  assert.deepEqual([verifyJti, clientType], [true, 'Integration as a User'])
})

test('a policy, a script and a new user', async (t) => {
  const host = 'tenant.eu.auth0.com'
  const { places, token, headers } = await startProvider(t, host, `https://${host}/`)
  useFetch(t, places)
  const { code } = example('docs/servicenow.md#policies-scripts-new-users')
  const { gate } = await load(t, { 'main.ts': code }, 'main.ts')
  const ask = async (scope, method = 'GET') => {
    const claims = { email: 'alice@example.com', given_name: 'Alice', scope }
    return gate.guard(new Request(INCIDENT, { method, ...bearer(await token('my-client-id', claims)) }))
  }
  const pass = await ask('openid snow.read')
  assert.deepEqual([pass.user, pass.isProvisioned], [{ email: 'alice@example.com', roles: ['itil'] }, true])
  assert.equal((await ask('openid snow.read')).isProvisioned, false)
  assert.equal((await ask('openid')).error.code, 'OIDC_API_FORBIDDEN')
  assert.equal((await ask('openid snow.read', 'POST')).error.code, 'OIDC_API_FORBIDDEN')
  assert.deepEqual([...new Set(headers)], ['of this instance'])
})
