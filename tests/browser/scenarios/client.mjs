// Calls that an app may make (promises B16, B24), on a page without a user interface.
import assert from 'node:assert/strict'
import { atCallback, bare, goToCallback, signIn } from '../harness/bare-page.mjs'
import { builtPage, trapPackage } from '../harness/built-page.mjs'
import { scenario } from '../harness/scenario.mjs'
import { clickButton, makeClient } from '../harness/steps.mjs'
import { namesIn, startRecording, sweep } from '../../support/pollution.mjs'

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
    await goToCallback(page, servers)
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

scenario('WEB-16: no property of Object.prototype signs a user in',
  { ...bare, skipIn: { Firefox: 'The sweep runs in one engine.', WebKit: 'The sweep runs in one engine.' } },
  async ({ page, servers }) => {
    await goToCallback(page, servers)
    await page.evaluate(`globalThis.recording = (${startRecording})()`)
    await makeClient(page, servers)
    assert.deepEqual(await startTwice(page), ['alice', 'alice'])
    const recorded = await page.evaluate(() => recording.recorded)
    assert.ok(recorded.end)
    // With the store `memory` and a new page, only a forgery can sign a user in.
    servers.autoLogin = undefined
    await page.goto(servers.app)
    const settings = {
      issuer: servers.issuer,
      clientId: 'demo-spa',
      redirectUri: '/callback',
      store: 'memory',
      allowLoopbackIssuer: true,
    }
    await page.evaluate(`Object.assign(globalThis, { namesIn: ${namesIn}, sweep: ${sweep} })`)
    const { names, reached } = await page.evaluate(sweepIn, settings, recorded)
    assert.ok(names > 500, `${names} names`)
    assert.deepEqual(reached, [])
  })

// In the page: every name in its scripts becomes a property of every object while a client starts.
async function sweepIn(settings, recorded) {
  const scripts = performance.getEntriesByType('resource').filter(({ name }) => /\.m?js$/.test(name))
  const texts = await Promise.all(scripts.map(async ({ name }) => (await fetch(name)).text()))
  // The inlined modules are text without names.
  const names = namesIn(texts.map((text) => text.replace(/(["'`])[\w+/=]{999,}\1/g, '')))
  const run = async () => {
    const client = countersign.createClient(settings)
    const user = await client.start().catch(() => client.user)
    client.close()
    return user ? user.sub : undefined
  }
  const attacks = [{ title: 'start', run }]
  return { names: names.length, reached: await sweep({ names, recorded, values: ['attacker', true], attacks }) }
}

function startTwice(page) {
  return page.evaluate(async () => {
    const users = await Promise.all([auth.start(), auth.start()])
    return users.map((user) => user && user.sub)
  })
}

function codeOf(page, verb, options) {
  return page.evaluate(
    (verb, options) => auth[verb](options ?? undefined).then(() => 'no failure', (error) => error.code),
    verb,
    options,
  )
}
