// A page that was hidden, offline or frozen: no timer renews its session, its return does (promise B9).
import assert from 'node:assert/strict'
import {
  authState, bareWithClock, EXPIRY_AGE, openTab, refreshes, RENEWAL_AGE, signIn, token,
} from '../harness/bare-page.mjs'
import { advance } from '../harness/clock.mjs'
import { scenario } from '../harness/scenario.mjs'
import { assertEachUsedOnce } from '../harness/token-log.mjs'

const NO_FREEZE = 'No driver freezes a page here.'

/** In the page: counts the `renewed` events. */
const countRenewals = () => {
  globalThis.renewals = 0
  auth.addEventListener('renewed', () => {
    renewals += 1
  })
}

const waitForRenewals = (page, times) =>
  page.waitForFunction((times) => renewals === times, {}, times)

scenario('B9: a token that becomes old in a hidden page is renewed when the page is shown, not before',
  bareWithClock,
  async ({ page, servers, hide, show }) => {
    await signIn(page, servers)
    await page.evaluate(countRenewals)
    await hide(page)
    await advance(servers, [page], RENEWAL_AGE)
    assert.deepEqual(refreshes(servers), [])
    await show(page)
    await waitForRenewals(page, 1)
    assert.equal(refreshes(servers).length, 1)
    assert.deepEqual(await authState(page), ['signedIn', 'alice'])
  })

scenario('B9: a token that becomes old offline is renewed when the network is back, not before',
  bareWithClock,
  async ({ page, servers, offline }) => {
    await signIn(page, servers)
    await page.evaluate(countRenewals)
    await offline(page, true)
    await advance(servers, [page], RENEWAL_AGE)
    assert.deepEqual(refreshes(servers), [])
    await offline(page, false)
    await waitForRenewals(page, 1)
    assert.equal(refreshes(servers).length, 1)
  })

scenario('B8, B9: a page that was frozen while its token expired is signed in, and renews once',
  { ...bareWithClock, skipIn: { Firefox: NO_FREEZE, WebKit: NO_FREEZE } },
  async ({ page, servers, newPage, freeze }) => {
    await signIn(page, servers)
    const { tab } = await openTab(newPage, servers)
    await freeze(page, true)
    await advance(servers, [tab], EXPIRY_AGE)
    assert.deepEqual(refreshes(servers), [])
    await freeze(page, false)
    await page.evaluate((seconds) => globalThis[Symbol.for('clock')].set(seconds), servers.clock)
    const both = await Promise.all([token(page), token(tab)])
    assert.equal(both[0], both[1])
    assert.doesNotMatch(both[0], /^OIDC_/)
    assert.equal(refreshes(servers).length, 1)
    assertEachUsedOnce(servers.tokenRequests)
    assert.deepEqual(await authState(page), ['signedIn', 'alice'])
  })
