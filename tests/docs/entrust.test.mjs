// The examples for Entrust IDaaS run as they are written, at a provider that is set up as the vendor's emulator.
import assert from 'node:assert/strict'
import test from 'node:test'
import { openAgent } from '../../www/emulators/engine/agent.js'
import { openBrowser } from '../package/support/browser.mjs'
import { app, issuer, startEntrust } from '../package/support/entrust.mjs'
import { example } from './harness/examples.mjs'
import { useFetch } from './harness/places.mjs'
import { load } from './harness/project.mjs'

test('introspection: a page reads signed UserInfo with a verifier', async (t) => {
  const emulator = await startEntrust(t, { client: { userinfo_signed_response_alg: 'RS256' } })
  useFetch(t, emulator)
  const browser = openBrowser()
  let page = browser.visit(`${app}/`)
  const code = { 'example.ts': example('docs/introspection.md#userinfo-in-a-page').code }
  const leaving = await load(t, code, 'example.ts')
  const { url } = await openAgent(emulator, app).go(await Promise.race([page.left, leaving.auth.signIn()]))
  leaving.auth.close()
  page = browser.visit(url)
  const { auth, userInfo } = await load(t, code, 'example.ts')
  t.after(() => auth.close())
  assert.equal((await auth.start()).sub, 'alice@example.com')
  await assert.rejects(auth.userInfo(), { code: 'OIDC_USERINFO_SIGNED' })
  assert.equal((await userInfo()).name, 'Alice')
})

test('entrust: a page signs a user in by the implicit flow', async (t) => {
  const emulator = await startEntrust(t)
  useFetch(t, emulator)
  globalThis.document = { title: '' }
  t.after(() => delete globalThis.document)
  const browser = openBrowser()
  const page = browser.visit(`${app}/`)
  const code = { 'example.ts': example('docs/entrust.md#an-application-with-the-implicit-flow').code }
  const { auth } = await load(t, code, 'example.ts')
  const { url } = await openAgent(emulator, app).go(await Promise.race([page.left, auth.signIn()]))
  browser.visit(url)
  await load(t, code, 'example.ts')
  assert.equal(document.title, 'Hello Alice')
})

test('entrust: Salesforce gets its configuration', async (t) => {
  const emulator = await startEntrust(t)
  useFetch(t, emulator)
  globalThis.secrets = { salesforce: 'a secret' }
  t.after(() => delete globalThis.secrets)
  const { salesforce } = await load(t, { 'example.ts': example('docs/entrust.md#relying-parties-of-entrust').code }, 'example.ts')
  assert.equal(salesforce.configuration.idTokenIssuer, issuer)
})
