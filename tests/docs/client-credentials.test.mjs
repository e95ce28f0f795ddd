// The examples for clients without users run as they are written, at a real provider.
import assert from 'node:assert/strict'
import test from 'node:test'
import { clientSecret, issuer, startEntrust } from '../package/support/entrust.mjs'
import { load as loadEntry } from '../package/support/package.mjs'
import { example } from './harness/examples.mjs'
import { API, ISSUER, startPlaces, useFetch } from './harness/places.mjs'
import { load } from './harness/project.mjs'
import { startWorker } from './harness/worker.mjs'

const { createVerifier } = await loadEntry('./edge')
const secret = 'of the nightly report'
const client = {
  client_id: 'nightly-report', client_secret: secret, redirect_uris: [], response_types: [], grant_types: ['client_credentials'],
}

/** The provider of the examples, and an API that verifies the tokens of its requests. */
async function start(t) {
  const answers = {}
  const places = await startPlaces(t, { answers, clients: [client] })
  const verifier = createVerifier({ issuer: ISSUER, audience: API, fetch: places.fetch })
  answers['api.example.com'] = async (request) => {
    const pass = await verifier.guard(request, { scope: 'inbox:read' })
    return pass.ok ? Response.json(pass.claims) : pass.response
  }
  return places
}

/** The secrets that an example declares. */
function giveSecrets(t, nightlyReport) {
  globalThis.secrets = { nightlyReport }
  t.after(() => delete globalThis.secrets)
}

test('client credentials: a server calls an API for itself', async (t) => {
  useFetch(t, await start(t))
  giveSecrets(t, secret)
  const { response } = await load(t, { 'main.ts': example('docs/client-credentials.md#client-credentials').code }, 'main.ts')
  assert.equal(response.status, 200)
  assert.deepEqual([(await response.json()).client_id], ['nightly-report'])
})

test('client credentials: a Worker calls an API for itself', async (t) => {
  const places = await start(t)
  const handle = await startWorker(t, places, {
    files: { 'worker.ts': example('docs/client-credentials.md#in-a-worker').code },
    wasm: ['client-credentials.wasm'],
    bindings: { CLIENT_SECRET: secret },
  })
  assert.deepEqual(await (await handle(new Request('https://app.example.com/'))).json(), { status: 200 })
})

test('client credentials: an application of Entrust gets a token', async (t) => {
  const emulator = await startEntrust(t)
  useFetch(t, emulator)
  giveSecrets(t, clientSecret)
  const { token } = await load(t, { 'main.ts': example('docs/client-credentials.md#providers').code }, 'main.ts')
  const claims = await createVerifier({ issuer, audience: API, profile: 'jwt', fetch: emulator.fetch }).verify(token.accessToken)
  assert.deepEqual([claims.client_id, claims.scope], ['service', 'inbox:read'])
})
