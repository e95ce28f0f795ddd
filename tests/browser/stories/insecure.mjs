// An app on plain http in a network without https (promise B11): a name that is no secure context.
import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { bare, openTab, refreshes, shown, signIn, start, token } from '../harness/bare.mjs'
import { makeClient } from '../harness/steps.mjs'
import { story } from '../harness/story.mjs'

const skipIn = Object.fromEntries(['Firefox', 'WebKit'].map((engine) =>
  [engine, `${engine} has no switch that gives this machine a name: NOT TESTED HERE.`]))
const lan = {
  ...bare, host: 'app.lan', otherSite: true, provider: { accessTokenTtl: 4 }, skipIn,
}
const INSECURE = { allowInsecure: true, backend: 'soft' }

story('B11, REQ-10: with allowInsecure a page on plain http signs in, renews and stays so over a reload', lan,
  async ({ page, world, newPage }) => {
    await signIn(page, world, INSECURE)
    assert.match(world.app, /^http:\/\/app\.lan:/)
    assert.match(world.issuer, /^https:/)
    const lacks = () => [isSecureContext, 'subtle' in crypto, 'locks' in navigator]
    assert.deepEqual(await page.evaluate(lacks), [false, false, false])
    assert.deepEqual(await page.evaluate(() => told), ['signedin'])
    const first = await token(page)
    await sleep(2100)
    const renewed = await token(page)
    assert.match(renewed, /^(?!OIDC_)/)
    assert.notEqual(renewed, first)
    await page.reload()
    assert.equal(await start(page, world, INSECURE), 'alice')
    assert.equal(await token(page), renewed)
    assert.deepEqual(await shown(page), ['signedIn', 'alice'])
    const { sub } = await openTab(newPage, world, INSECURE)
    assert.equal(sub, null, 'each tab has a session of its own')
    assert.equal(refreshes(world).length, 1)
  })

story('B11: without allowInsecure, or without soft, a code says what is missing', lan,
  async ({ page, world }) => {
    await page.goto(world.app)
    await makeClient(page, world)
    const refused = () => auth.signIn().catch(({ code, at }) => [code, at])
    assert.deepEqual(await page.evaluate(refused), ['OIDC_CONFIG_INSECURE', 'redirectUri'])
    const thrown = await page.evaluate((issuer) => {
      try {
        return countersign.createClient({
          issuer, clientId: 'demo-spa', redirectUri: '/callback', allowInsecure: true,
        })
      } catch ({ code, at }) {
        return [code, at]
      }
    }, world.issuer)
    assert.deepEqual(thrown, ['OIDC_INSECURE_CONTEXT', 'backend'])
  })
