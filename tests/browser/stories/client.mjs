// What an app's own code may do to a client (promises B16, B24), on a page that shows nothing.
import assert from 'node:assert/strict'
import { atCallback, bare, signIn } from '../harness/bare.mjs'
import { builtPage, trapPackage } from '../harness/built-page.mjs'
import { story } from '../harness/story.mjs'
import { answerProvider, makeClient, press } from '../harness/steps.mjs'

story('B16: start twice at once finishes one sign-in, signOut twice at once signs out once', bare,
  async ({ page, world }) => {
    await page.goto(world.app)
    await makeClient(page, world)
    assert.deepEqual(await startTwice(page), [null, null])
    await page.evaluate(() => { void auth.signIn(); void auth.signIn() })
    await answerProvider(page)

    await page.waitForFunction((app) => location.origin === app, {}, world.app)
    await makeClient(page, world)
    assert.deepEqual(await startTwice(page), ['alice', 'alice'])
    assert.equal(world.count('POST /token'), 1)
    assert.deepEqual(await startTwice(page), ['alice', 'alice'])

    await page.evaluate(() => { void auth.signOut(); void auth.signOut() })
    await press(page, 'Yes, sign me out')
    await page.waitForFunction((app) => location.origin === app, {}, world.app)
    assert.equal(world.count('GET /session/end'), 1)
    await makeClient(page, world)
    assert.deepEqual(await startTwice(page), [null, null])
  })

story('UserInfo answers to the access token', bare, async ({ page, world }) => {
  await signIn(page, world)
  const { sub, email } = await page.evaluate(() => auth.userInfo())
  assert.deepEqual([sub, email], ['alice', 'alice@example.com'])
  assert.equal(world.count('GET /me'), 1)
})

story('the options of signIn reach the provider', bare, async ({ page, world }) => {
  await page.goto(world.app)
  await makeClient(page, world)
  await page.evaluate(() => void auth.signIn({ loginHint: 'carol', returnTo: '/after?x=1' }))
  const field = await page.waitForSelector('input[name=login]')
  assert.equal(await field.evaluate((input) => input.value), 'carol')
  await press(page, 'Sign in')
  await press(page, 'Allow')
  await page.waitForFunction((app) => location.origin === app, {}, world.app)
  await makeClient(page, world)
  await page.evaluate(() => auth.start())
  assert.equal(await page.evaluate(() => location.pathname + location.search), '/after?x=1')
})

story('prompt none with nobody at the provider is OIDC_INTERACTION_REQUIRED', bare,
  async ({ page, world }) => {
    await page.goto(world.app)
    await makeClient(page, world)
    await page.evaluate(() => void auth.signIn({ prompt: 'none' }))
    await page.waitForFunction(() => location.search.includes('error='))
    await makeClient(page, world)
    assert.equal(await codeOf(page, 'start'), 'OIDC_INTERACTION_REQUIRED')
    assert.deepEqual(await startTwice(page), [null, null])
  })

const trap = trapPackage()
const trapped = trap
  ? { folder: await builtPage(trap) }
  : { skip: 'THERE IS NO PACKAGE WITH A TRAP: `cargo xtask test browser` builds it.' }

story('B30: a trap in the core ends its call in OIDC_INTERNAL, and the next sign-in works', trapped,
  async ({ page, world }) => {
    await page.goto(world.app)
    await makeClient(page, world)
    assert.equal(await codeOf(page, 'signIn', { loginHint: 'plant-a-trap' }), 'OIDC_INTERNAL')
    await page.evaluate(() => void auth.signIn())
    await answerProvider(page)
    await page.waitForFunction((app) => location.origin === app, {}, world.app)
    await makeClient(page, world)
    assert.deepEqual(await startTwice(page), ['alice', 'alice'])
  })

story('WEB-16: what hangs on Object.prototype changes nothing that is verified', bare,
  async ({ page, world }) => {
    await page.goto(world.app)
    await makeClient(page, world)
    await page.evaluate(() => void auth.signIn())
    await answerProvider(page)
    await atCallback(page, world)
    await makeClient(page, world)
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
    assert.equal(await page.evaluate(() => auth.user.iss), world.issuer)
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
