// Calls that an app may make (promises B16, B24), on a page without a user interface.
import assert from 'node:assert/strict'
import { atCallback, bare, signIn } from '../harness/bare-page.mjs'
import { builtPage, trapPackage } from '../harness/built-page.mjs'
import { scenario } from '../harness/scenario.mjs'
import { clickButton, makeClient } from '../harness/steps.mjs'

scenario('B16: start twice at once finishes one sign-in, signOut twice at once signs out once', bare,
  async ({ page, servers }) => {
    await page.goto(servers.app)
    await makeClient(page, servers)
    assert.deepEqual(await startTwice(page), [null, null])
    servers.autoLogin = 'alice'
    await page.evaluate(() => { void auth.signIn(); void auth.signIn() })

    await atCallback(page, servers)
    await makeClient(page, servers)
    assert.deepEqual(await startTwice(page), ['alice', 'alice'])
    assert.equal(servers.count('POST /token'), 1)
    assert.deepEqual(await startTwice(page), ['alice', 'alice'])

    await page.evaluate(() => { void auth.signOut(); void auth.signOut() })
    await clickButton(page, 'Yes, sign me out')
    await page.waitForFunction((app) => location.origin === app, {}, servers.app)
    assert.equal(servers.count('GET /session/end'), 1)
    await makeClient(page, servers)
    assert.deepEqual(await startTwice(page), [null, null])
  })

scenario('UserInfo answers to the access token', bare, async ({ page, servers }) => {
  await signIn(page, servers)
  const { sub, email } = await page.evaluate(() => auth.userInfo())
  assert.deepEqual([sub, email], ['alice', 'alice@example.com'])
  assert.equal(servers.count('GET /me'), 1)
})

scenario('the options of signIn reach the provider', bare, async ({ page, servers }) => {
  await page.goto(servers.app)
  await makeClient(page, servers)
  await page.evaluate(() => void auth.signIn({ loginHint: 'carol', returnTo: '/after?x=1' }))
  const field = await page.waitForSelector('input[name=login]')
  assert.equal(await field.evaluate((input) => input.value), 'carol')
  await clickButton(page, 'Sign in')
  await clickButton(page, 'Allow')
  await page.waitForFunction((app) => location.origin === app, {}, servers.app)
  await makeClient(page, servers)
  await page.evaluate(() => auth.start())
  assert.equal(await page.evaluate(() => location.pathname + location.search), '/after?x=1')
})

scenario('prompt none without a session at the provider is OIDC_INTERACTION_REQUIRED', bare,
  async ({ page, servers }) => {
    await page.goto(servers.app)
    await makeClient(page, servers)
    await page.evaluate(() => void auth.signIn({ prompt: 'none' }))
    await page.waitForFunction(() => location.search.includes('error='))
    await makeClient(page, servers)
    assert.equal(await codeOf(page, 'start'), 'OIDC_INTERACTION_REQUIRED')
    assert.deepEqual(await startTwice(page), [null, null])
  })

const trap = trapPackage()
const trapped = trap
  ? { folder: await builtPage(trap) }
  : { skip: 'THERE IS NO PACKAGE WITH A TRAP: `cargo xtask test browser` builds it.' }

scenario('B30: a trap in the core fails its call with OIDC_INTERNAL, and the next sign-in works', trapped,
  async ({ page, servers }) => {
    await page.goto(servers.app)
    await makeClient(page, servers)
    assert.equal(await codeOf(page, 'signIn', { loginHint: 'plant-a-trap' }), 'OIDC_INTERNAL')
    servers.autoLogin = 'alice'
    await page.evaluate(() => void auth.signIn())
    await atCallback(page, servers)
    await makeClient(page, servers)
    assert.deepEqual(await startTwice(page), ['alice', 'alice'])
  })

scenario('WEB-16: properties of Object.prototype change no verification', bare,
  async ({ page, servers }) => {
    await page.goto(servers.app)
    await makeClient(page, servers)
    servers.autoLogin = 'alice'
    await page.evaluate(() => void auth.signIn())
    await atCallback(page, servers)
    await makeClient(page, servers)
    await page.evaluate(() => {
      const evil = {
        ...{ alg: 'none', use: 'enc', key_ops: [], ext: false, kid: 'k', typ: 'JWT', crit: ['x'] },
        ...{ aud: 'spa', azp: 'x', sub: 'mallory', iss: 'https://evil.example', nonce: 'n', exp: 1 },
        ...{ token_endpoint: 'https://evil.example/token', access_token: 'x', prompt: 'none' },
        ...{ clientId: 'x', issuer: 'https://evil.example', flow: 'x', at: 'x', v: 9, scope: 'admin' },
      }
      Object.assign(Object.prototype, evil)
    })
    assert.deepEqual(await startTwice(page), ['alice', 'alice'])
    assert.equal(await page.evaluate(() => auth.user.iss), servers.issuer)
  })

function startTwice(page) {
  return page.evaluate(async () => {
    const users = await Promise.all([auth.start(), auth.start()])
    return users.map((user) => user && user.sub)
  })
}

function codeOf(page, verb, options) {
  return page.evaluate(
    (verb, options) => auth[verb](options).then(() => 'no failure', (error) => error.code),
    verb,
    options,
  )
}
