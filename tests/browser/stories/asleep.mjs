// A page that was away: no timer renews, being there does (promise B9).
import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { bare, refreshes, shown, signIn } from '../harness/bare.mjs'
import { shiftClock } from '../harness/clock.mjs'
import { assertEachUsedOnce } from '../harness/log.mjs'
import { story } from '../harness/story.mjs'

const HOUR = 3600
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

story('B9: a token that grows old in a hidden page is renewed when the page is shown, not before', bare,
  async ({ page, world, hide, show }) => {
    await signIn(page, world)
    await page.evaluate(countRenewals)
    await hide(page)
    await shiftClock(world, page, 2 * HOUR)
    await sleep(1500)
    assert.deepEqual(refreshes(world), [])
    await show(page)
    await renewed(page, 1)
    assert.equal(refreshes(world).length, 1)
    assert.deepEqual(await shown(page), ['signedIn', 'alice'])
  })

story('B9: a token that grows old offline is renewed when the network is back, not before', bare,
  async ({ page, world, offline }) => {
    await signIn(page, world)
    await page.evaluate(countRenewals)
    await offline(page, true)
    await shiftClock(world, page, 2 * HOUR)
    await sleep(1500)
    assert.deepEqual(refreshes(world), [])
    await offline(page, false)
    await renewed(page, 1)
    assert.equal(refreshes(world).length, 1)
  })

story('B8, B9: a laptop that slept for two hours is signed in, and its two tabs renew once',
  { ...bare, skipIn: { Firefox: NO_FREEZE, WebKit: NO_FREEZE } },
  async ({ page, world, newPage, freeze }) => {
    await signIn(page, world)
    const other = await newPage()
    await other.goto(world.app)
    await page.evaluate(countRenewals)
    await freeze(page, true)
    await sleep(1500)
    assert.deepEqual(refreshes(world), [])
    await freeze(page, false)
    await shiftClock(world, page, 2 * HOUR)
    const ask = () => page.evaluate(async () => (await auth.getAccessToken()).accessToken)
    const [one, two] = await Promise.all([ask(), ask()])
    assert.equal(one, two)
    await renewed(page, 1)
    assertEachUsedOnce(world.tokens)
    assert.deepEqual(await shown(page), ['signedIn', 'alice'])
  })
