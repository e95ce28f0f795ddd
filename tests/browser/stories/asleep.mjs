// A page that was away: no timer renews, being there does (promise B9).
import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { bare, openTab, refreshes, shown, signIn, token } from '../harness/bare.mjs'
import { assertEachUsedOnce } from '../harness/log.mjs'
import { story } from '../harness/story.mjs'

// The token is to be renewed after two seconds, and of no use any more after four.
const away = { ...bare, provider: { accessTokenTtl: 4 } }
const NO_FREEZE = 'No driver freezes a page here.'

/** In the page: how often the session was renewed, by the events it heard. */
const countRenewals = () => {
  globalThis.renewals = 0
  auth.addEventListener('renewed', () => {
    renewals += 1
  })
}

const renewed = (page, times) =>
  page.waitForFunction((times) => renewals === times, { polling: 50, timeout: 10_000 }, times)

story('B9: a token that grows old in a hidden page is renewed when the page is shown, not before', away,
  async ({ page, world, hide, show }) => {
    await signIn(page, world)
    await page.evaluate(countRenewals)
    await hide(page)
    await sleep(3500)
    assert.deepEqual(refreshes(world), [])
    await show(page)
    await renewed(page, 1)
    assert.equal(refreshes(world).length, 1)
    assert.deepEqual(await shown(page), ['signedIn', 'alice'])
  })

story('B9: a token that grows old offline is renewed when the network is back, not before', away,
  async ({ page, world, offline }) => {
    await signIn(page, world)
    await page.evaluate(countRenewals)
    await offline(page, true)
    await sleep(3500)
    assert.deepEqual(refreshes(world), [])
    await offline(page, false)
    await renewed(page, 1)
    assert.equal(refreshes(world).length, 1)
  })

story('B8, B9: a page that was frozen while its token ended is signed in, and renews once',
  { ...away, skipIn: { Firefox: NO_FREEZE, WebKit: NO_FREEZE } },
  async ({ page, world, newPage, freeze }) => {
    await signIn(page, world)
    const { tab } = await openTab(newPage, world)
    await freeze(page, true)
    await sleep(3500)
    assert.deepEqual(refreshes(world), [])
    await freeze(page, false)
    const both = await Promise.all([token(page), token(tab)])
    assert.equal(both[0], both[1])
    assert.doesNotMatch(both[0], /^OIDC_/)
    assert.equal(refreshes(world).length, 1)
    assertEachUsedOnce(world.tokens)
    assert.deepEqual(await shown(page), ['signedIn', 'alice'])
  })
