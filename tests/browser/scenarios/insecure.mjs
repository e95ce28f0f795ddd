// An app on plain http in a network without https (promise B11). Its name is no secure context.
import assert from 'node:assert/strict'
import {
  authState, bareWithClock, openTab, refreshes, RENEWAL_AGE, signIn, start, token,
} from '../harness/bare-page.mjs'
import { advance } from '../harness/clock.mjs'
import { scenario } from '../harness/scenario.mjs'
import { makeClient } from '../harness/steps.mjs'

const skipIn = Object.fromEntries(['Firefox', 'WebKit'].map((engine) =>
  [engine, `${engine} has no switch that gives this machine a name: NOT TESTED HERE.`]))
const lan = { ...bareWithClock, host: 'app.lan', otherSite: true, skipIn }
const INSECURE = { allowInsecure: true, backend: 'soft' }

scenario('B11, REQ-10: with allowInsecure a page on plain http signs in, renews and keeps its session over a reload',
  lan,
  async ({ page, servers, newPage }) => {
    await signIn(page, servers, INSECURE)
    assert.match(servers.app, /^http:\/\/app\.lan:/)
    assert.match(servers.issuer, /^https:/)
    const lacks = () => [isSecureContext, 'subtle' in crypto, 'locks' in navigator]
    assert.deepEqual(await page.evaluate(lacks), [false, false, false])
    assert.deepEqual(await page.evaluate(() => authEvents), ['signedin'])
    const first = await token(page)
    await advance(servers, [page], RENEWAL_AGE)
    const renewed = await token(page)
    assert.match(renewed, /^(?!OIDC_)/)
    assert.notEqual(renewed, first)
    await page.reload()
    assert.equal(await start(page, servers, INSECURE), 'alice')
    assert.equal(await token(page), renewed)
    assert.deepEqual(await authState(page), ['signedIn', 'alice'])
    const { sub } = await openTab(newPage, servers, INSECURE)
    assert.equal(sub, null, 'each tab has a session of its own')
    assert.equal(refreshes(servers).length, 1)
  })

scenario('B11: without allowInsecure, or without soft, an error code says what is missing', lan,
  async ({ page, servers }) => {
    await page.goto(servers.app)
    await makeClient(page, servers)
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
    }, servers.issuer)
    assert.deepEqual(thrown, ['OIDC_INSECURE_CONTEXT', 'backend'])
  })
