// The examples for servers run as they are written: on workerd and in Node, at a real provider.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import test from 'node:test'
import { exportJWK, generateKeyPair } from 'jose'
import { browse } from '../package/support/edge-app.mjs'
import { example } from './harness/examples.mjs'
import { APP, signIn, startPlaces, useFetch } from './harness/places.mjs'
import { load } from './harness/project.mjs'
import { startWorker } from './harness/worker.mjs'

const randomSecret = () => randomBytes(32).toString('base64')
const CLIENT_SECRET = 'of the registration'

/** A browser in front of a Worker that is an example. */
async function startExample(t, { code }, options) {
  const places = await startPlaces(t, options)
  const handle = await startWorker(t, places, {
    files: { 'worker.ts': code },
    wasm: ['sessions.wasm'],
    bindings: { CLIENT_SECRET, SESSION_SECRET: randomSecret() },
  })
  return { places, browser: browse({ handle }, APP) }
}

/** Sessions of an example in this process, whose declared values are these. */
async function loadExample(t, { code }, values, options) {
  const places = await startPlaces(t, options)
  useFetch(t, places)
  Object.assign(globalThis, values)
  t.after(() => Object.keys(values).forEach((name) => delete globalThis[name]))
  return { places, ...(await load(t, { 'main.ts': code }, 'main.ts')) }
}

/** Signs in by going where the redirects lead; gives the last response. */
async function enter(places, browser, path = '/auth/login?returnTo=/inbox') {
  const away = await browser.handle(path)
  return browser.handle(await signIn(places, away.headers.get('location')))
}

const leave = (browser) => browser.handle('/auth/logout', { method: 'POST', headers: { origin: APP } })

test('README: a Worker holds the session', async (t) => {
  const { places, browser } = await startExample(t, example('README.md#a-session-on-a-server'))
  assert.equal(await (await browser.handle('/')).json(), null)
  assert.equal((await enter(places, browser)).headers.get('location'), `${APP}/inbox`)
  assert.equal((await (await browser.handle('/')).json()).sub, 'alice')
  assert.equal((await leave(browser)).status, 303)
  assert.equal(await (await browser.handle('/')).json(), null)
})

test('a Worker calls the API for the user', async (t) => {
  const answers = {
    'api.example.com': ({ headers }) => Response.json([headers.get('authorization').split('.').length]),
  }
  const { places, browser } = await startExample(t, example('docs/sessions.md#sessions-on-a-server'), { answers })
  const anonymous = await browser.handle('/inbox')
  assert.equal(anonymous.headers.get('location'), `${APP}/auth/login?returnTo=/inbox`)
  await enter(places, browser)
  assert.deepEqual(await (await browser.handle('/inbox')).json(), { hello: 'Alice', inbox: [3] })
})

test('Node: the settings come from the environment', async (t) => {
  process.env.CLIENT_SECRET = CLIENT_SECRET
  process.env.SESSION_SECRET = randomSecret()
  const { places, answer } = await loadExample(t, example('docs/sessions.md#in-node'), {})
  const browser = browse({ handle: answer }, APP)
  await enter(places, browser)
  assert.equal((await (await browser.handle('/')).json()).sub, 'alice')
})

test('a provider with its own rules gets its parameter in every request', async (t) => {
  const secrets = { client: CLIENT_SECRET, cookie: randomSecret() }
  const code = example('docs/sessions.md#providers-with-their-own-rules.2')
  const { sessions } = await loadExample(t, code, { secrets })
  const away = await browse(sessions, APP).handle('/auth/login')
  assert.equal(new URL(away.headers.get('location')).searchParams.get('access_type'), 'offline')
})

test('after a sign-in the app gets the parameters that the provider added to the callback', async (t) => {
  const secrets = { client: CLIENT_SECRET, cookie: randomSecret() }
  const { places, sessions } = await loadExample(t, example('docs/sessions.md#after-a-sign-in'), { secrets })
  for (const [added, expected] of [['', '/inbox'], ['&kc_action_status=cancelled', '/account?status=cancelled']]) {
    const browser = browse(sessions, APP)
    const away = await browser.handle('/auth/login?returnTo=/inbox')
    const back = await browser.handle((await signIn(places, away.headers.get('location'))) + added)
    assert.equal(new URL(back.headers.get('location'), APP).href, APP + expected)
  }
})

test('a list of secrets: the first one seals, all of them open', async (t) => {
  const [newest, previous] = [randomSecret(), randomSecret()]
  const code = example('docs/sessions.md#change-the-secret')
  const secrets = { client: CLIENT_SECRET, newest: previous, previous: randomSecret() }
  const { places, sessions } = await loadExample(t, code, { secrets })
  const browser = browse(sessions, APP)
  await enter(places, browser)
  globalThis.secrets = { ...secrets, newest, previous }
  const { sessions: later } = await load(t, { 'main.ts': code.code }, 'main.ts')
  assert.equal((await later.session(browser.request('/'))).user.sub, 'alice')
  globalThis.secrets = { ...secrets, newest, previous: newest }
  const { sessions: last } = await load(t, { 'main.ts': code.code }, 'main.ts')
  assert.equal(await last.session(browser.request('/')), null)
})

test('a key instead of a secret signs the requests', async (t) => {
  const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true })
  const jwk = { ...(await exportJWK(publicKey)), alg: 'ES256', kid: 'key-1', use: 'sig' }
  const client = {
    client_id: 'shop-with-key',
    redirect_uris: [`${APP}/auth/callback`],
    response_types: ['code'],
    grant_types: ['authorization_code', 'refresh_token'],
    token_endpoint_auth_method: 'private_key_jwt',
    token_endpoint_auth_signing_alg: 'ES256',
    request_object_signing_alg: 'ES256',
    require_signed_request_object: true,
    id_token_signed_response_alg: 'RS256',
    jwks: { keys: [jwk] },
  }
  const values = {
    privateKey: { ...(await exportJWK(privateKey)), alg: 'ES256', kid: 'key-1' },
    secret: randomSecret(),
  }
  const code = example('docs/sessions.md#a-key-instead-of-a-client-secret')
  const { places, sessions } = await loadExample(t, code, values, { clients: [client] })
  const browser = browse(sessions, APP)
  await enter(places, browser)
  assert.equal((await browser.user()).sub, 'alice')
})

test('onError makes a response that offers what the user must do', async (t) => {
  const secrets = { client: CLIENT_SECRET, cookie: randomSecret() }
  const { places, sessions } = await loadExample(t, example('docs/sessions.md#errors'), { secrets })
  const browser = browse(sessions, APP)
  const away = new URL((await browser.handle('/auth/login')).headers.get('location'))
  const refused = new URLSearchParams({
    error: 'access_denied',
    state: away.searchParams.get('state'),
    iss: away.origin,
  })
  const answer = await browser.handle(`/auth/callback?${refused}`)
  assert.equal(answer.headers.get('location'), `${APP}/welcome?code=OIDC_SIGNIN_REFUSED`)
  const forbidden = await browser.handle('/auth/logout', { method: 'POST', headers: { origin: 'https://x.example' } })
  assert.equal(forbidden.status, 403)
  assert.equal(places.asked.length, 0)
})
