// Providers and networks that fail: what ends a session, and what does not (promise B8).
import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import * as faults from '../harness/faults.mjs'
import { bare, openTab, refreshes, shown, shows, signIn, start, token } from '../harness/bare.mjs'
import { assertEachUsedOnce } from '../harness/log.mjs'
import { story } from '../harness/story.mjs'

// The token is of no use any more after two seconds.
const brief = { ...bare, provider: { accessTokenTtl: 2 } }
// What an answer means is decided in the core, and two engines bring it there.
const answered = { ...brief, skipIn: { Firefox: 'Its answers are those of the other two.' } }
const isToken = /^(?!OIDC_)/

/** Asks until there is a token: after a failure every tab waits for a moment. */
async function tokenInTime(page) {
  const end = Date.now() + 10_000
  for (;;) {
    const got = await token(page)
    if (isToken.test(got) || Date.now() > end) return got
    assert.match(got, /^OIDC_(PROVIDER_UNAVAILABLE|NETWORK_FAILED)$/)
    await sleep(200)
  }
}

async function twoTabs({ page, world, newPage }, settings) {
  await signIn(page, world, settings)
  const { tab, sub } = await openTab(newPage, world, settings)
  assert.equal(sub, 'alice')
  await sleep(3000)
  return [page, tab]
}

async function assertNobodyLeft(tabs) {
  for (const tab of tabs) {
    assert.deepEqual(await shown(tab), ['signedIn', 'alice'])
    assert.deepEqual(await tab.evaluate(() => told.filter((what) => what === 'signedout')), [])
  }
}

for (const [what, fault, code] of [
  ['a provider that is down (503)', faults.unavailable(), 'OIDC_PROVIDER_UNAVAILABLE'],
  ['a network that is cut', faults.cutOff(), 'OIDC_NETWORK_FAILED'],
]) {
  story(`B8: ${what} signs nobody out, and a renewal works afterwards`, answered, async (told) => {
    const { page, world } = told
    const tabs = await twoTabs(told)
    world.fault = fault
    assert.equal(await token(page), code)
    await assertNobodyLeft(tabs)
    await page.reload()
    assert.equal(await start(page, world), 'alice')
    world.fault = undefined
    for (const tab of tabs) assert.match(await tokenInTime(tab), isToken)
    await assertNobodyLeft(tabs)
    assert.deepEqual(refreshes(world).filter(({ error }) => error === 'invalid_grant'), [])
  })
}

story('B8: offline, nothing is sent and nobody is signed out; online again, a renewal works', brief,
  async (told) => {
    const { page, world, offline } = told
    const tabs = await twoTabs(told)
    await offline(page, true)
    assert.equal(await token(page), 'OIDC_OFFLINE')
    await assertNobodyLeft(tabs)
    await offline(page, false)
    for (const tab of tabs) assert.match(await tokenInTime(tab), isToken)
    await assertNobodyLeft(tabs)
    assertEachUsedOnce(world.tokens)
  })

story('B3, B8: an answer that is lost is asked for again where the provider bears it', answered,
  async (told) => {
    const { page, world } = told
    const tabs = await twoTabs(told, { refreshGrace: 30 })
    const [bears, loses] = [faults.grace(30), faults.times(1, faults.lostAnswer())]
    world.fault = (ctx, next) => bears(ctx, () => loses(ctx, next))
    assert.equal(await token(page), 'OIDC_NETWORK_FAILED')
    await assertNobodyLeft(tabs)
    for (const tab of tabs) assert.match(await tokenInTime(tab), isToken)
    await assertNobodyLeft(tabs)
    const [first, second] = refreshes(world)
    assert.deepEqual([first.lost, second.token], [true, first.token])
  })

story('B3: an answer that is lost, where no repetition is borne, asks for a sign-in', answered,
  async (told) => {
    const { page, world } = told
    const [, other] = await twoTabs(told)
    world.fault = faults.times(1, faults.lostAnswer())
    assert.equal(await token(page), 'OIDC_NETWORK_FAILED')
    await sleep(2500)
    assert.equal(await token(page), 'OIDC_RENEW_UNCERTAIN')
    for (const tab of [page, other]) await shows(tab, null)
    assert.equal(refreshes(world).length, 2, 'once more at most')
  })

story('TOK-19, B8: invalid_grant ends the session in every tab, and asks for a sign-in', answered,
  async (told) => {
    const { page, world } = told
    const [, other] = await twoTabs(told)
    world.fault = faults.refusedGrant()
    assert.equal(await token(page), 'OIDC_SESSION_ENDED')
    for (const tab of [page, other]) await shows(tab, null, 1000)
    assert.equal(await token(other), 'OIDC_SIGNIN_REQUIRED')
    assert.equal(refreshes(world).length, 1)
    await page.reload()
    assert.equal(await start(page, world), null)
    world.fault = undefined
    await signIn(page, world, {}, { again: true })
    await shows(other, 'alice')
  })
