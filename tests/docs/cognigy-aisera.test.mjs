// The examples for Cognigy.AI and Aisera run as they are written, at a real provider.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import test from 'node:test'
import { browse } from '../package/support/edge-app.mjs'
import { example } from './harness/examples.mjs'
import { APP, signIn, startPlaces, useFetch } from './harness/places.mjs'
import { load } from './harness/project.mjs'

const secrets = { client: 'of the registration', cookie: randomBytes(32).toString('base64') }

/** Loads an example whose declared values are these. */
async function start(t, { code }, values, options) {
  const places = await startPlaces(t, options)
  useFetch(t, places)
  Object.assign(globalThis, values)
  t.after(() => Object.keys(values).forEach((name) => delete globalThis[name]))
  return { places, ...(await load(t, { 'main.ts': code }, 'main.ts')) }
}

async function enter(places, browser) {
  const away = await browser.handle('/auth/login')
  return browser.handle(await signIn(places, away.headers.get('location')))
}

test('Cognigy: a configuration signs users in and creates them', async (t) => {
  const users = []
  const saveUser = async (user) => void users.push(user)
  const { places, sessions } = await start(t, example('docs/cognigy.md#cognigyai'), { secrets, saveUser })
  const browser = browse(sessions, APP)
  await enter(places, browser)
  assert.deepEqual(users.map(({ subject, roles }) => [subject, roles]), [['alice', ['viewer']]])
  assert.equal((await browser.user()).sub, 'alice')
})

test('Cognigy: an installation is configured by two requests', async (t) => {
  const answers = { 'api.example.com': () => new Response() }
  const values = { secrets, authentication: { 'x-key': 'mine' } }
  const { places } = await start(t, example('docs/cognigy.md#configure-an-installation'), values, { answers })
  assert.deepEqual(places.asked.map(({ url, headers }) => [new URL(url).pathname, headers.get('x-key')]),
    [['/v2.0/identityprovider/reset', 'mine'], ['/v2.0/identityprovider/configure', 'mine']])
  assert.equal((await places.asked[1].json()).idpClientId, 'shop')
})

test('Cognigy: a damaged copy is repaired', async (t) => {
  const pasted = `''''JSON
{
"idpType": "oidc",
"idpIssuer": "id.example.com",
"idpClientId": "shop",
"idpClientSecret": "s"
}
''''</CLIENT></DOMAIN>`
  const lines = t.mock.method(console, 'log', () => {})
  const { settings } = await start(t, example('docs/cognigy.md#damaged-copies'), { pasted })
  assert.deepEqual([settings.issuer, lines.mock.callCount()], ['https://id.example.com', 1])
})

test("Aisera: calls have the user's token and the query parameters", async (t) => {
  const answers = { 'api.example.com': ({ url, headers }) => Response.json([url, headers.get('authorization').split('.').length]) }
  const { places, answer } = await start(t, example('docs/aisera.md#aisera'), { secrets }, { answers })
  const browser = browse({ handle: answer }, APP)
  await enter(places, browser)
  assert.deepEqual(await (await browser.handle('/incidents')).json(),
    ['https://api.example.com/api/now/table/incident?sysparm_limit=10', 3])
})
