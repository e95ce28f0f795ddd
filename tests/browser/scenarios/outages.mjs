// Providers and networks that fail: which failures end a session, and which do not (promise B8).
import assert from 'node:assert/strict'
import {
  authState, bareWithClock, EXPIRY_AGE, openTab, refreshes, signIn, start, token, waitForUser,
} from '../harness/bare-page.mjs'
import { advance } from '../harness/clock.mjs'
import * as faults from '../harness/faults.mjs'
import { scenario } from '../harness/scenario.mjs'
import { assertEachUsedOnce } from '../harness/token-log.mjs'

// The core decides what an answer means. Two engines are enough.
const inTwoEngines = { ...bareWithClock, skipIn: { Firefox: 'Its answers are those of the other two.' } }
const isToken = /^(?!OIDC_)/

/** Longer than a client waits after its first failures, and shorter than the grace below, in seconds. */
const BACKOFF = 10

/** How long a used refresh token may be repeated, in seconds. */
const GRACE = 30

/** Asks until there is a token. After a failure every tab waits before it sends the next request. */
async function tokenAfterFailure(page, servers) {
  for (let time = 0; time < 2; time += 1) {
    const result = await token(page)
    if (isToken.test(result)) return result
    assert.match(result, /^OIDC_(PROVIDER_UNAVAILABLE|NETWORK_FAILED)$/)
    await advance(servers, [page], BACKOFF)
  }
  return token(page)
}

/** Signs in, opens another tab, and lets the access token of both expire. */
async function openTwoTabs({ page, servers, newPage }, settings) {
  await signIn(page, servers, settings)
  const { tab, sub } = await openTab(newPage, servers, settings)
  assert.equal(sub, 'alice')
  await advance(servers, [page, tab], EXPIRY_AGE)
  return [page, tab]
}

async function assertSignedIn(tabs) {
  for (const tab of tabs) {
    assert.deepEqual(await authState(tab), ['signedIn', 'alice'])
    const left = () => authEvents.filter((event) => event.startsWith('signedout'))
    assert.deepEqual(await tab.evaluate(left), [])
  }
}

for (const [what, fault, code] of [
  ['a provider that is down (503)', faults.unavailable(), 'OIDC_PROVIDER_UNAVAILABLE'],
  ['a network that is cut', faults.cutOff(), 'OIDC_NETWORK_FAILED'],
]) {
  scenario(`B8: ${what} signs no user out, and a renewal works afterwards`, inTwoEngines, async (given) => {
    const { page, servers } = given
    const tabs = await openTwoTabs(given)
    servers.fault = fault
    assert.equal(await token(page), code)
    await assertSignedIn(tabs)
    await page.reload()
    assert.equal(await start(page, servers), 'alice')
    servers.fault = undefined
    for (const tab of tabs) assert.match(await tokenAfterFailure(tab, servers), isToken)
    await assertSignedIn(tabs)
    assert.deepEqual(refreshes(servers).filter(({ error }) => error === 'invalid_grant'), [])
  })
}

scenario('B8: offline, no request is sent and no user signed out; online again, a renewal works', bareWithClock,
  async (given) => {
    const { page, servers, offline } = given
    const tabs = await openTwoTabs(given)
    await offline(page, true)
    assert.equal(await token(page), 'OIDC_OFFLINE')
    await assertSignedIn(tabs)
    await offline(page, false)
    for (const tab of tabs) assert.match(await tokenAfterFailure(tab, servers), isToken)
    await assertSignedIn(tabs)
    assertEachUsedOnce(servers.tokenRequests)
  })

scenario('B3, B8: after a lost answer the same refresh token is sent again where the provider allows it',
  inTwoEngines,
  async (given) => {
    const { page, servers } = given
    const tabs = await openTwoTabs(given, { refreshGrace: GRACE })
    const [allows, loses] = [faults.grace(GRACE), faults.times(1, faults.lostAnswer())]
    servers.fault = (ctx, next) => allows(ctx, () => loses(ctx, next))
    assert.equal(await token(page), 'OIDC_NETWORK_FAILED')
    await assertSignedIn(tabs)
    for (const tab of tabs) assert.match(await tokenAfterFailure(tab, servers), isToken)
    await assertSignedIn(tabs)
    const [first, second] = refreshes(servers)
    assert.deepEqual([first.lost, second.token], [true, first.token])
  })

scenario('B3: after a lost answer the user must sign in again where the provider allows no repetition',
  inTwoEngines,
  async (given) => {
    const { page, servers } = given
    const tabs = await openTwoTabs(given)
    servers.fault = faults.times(1, faults.lostAnswer())
    assert.equal(await token(page), 'OIDC_NETWORK_FAILED')
    await advance(servers, tabs, BACKOFF)
    assert.equal(await token(page), 'OIDC_RENEW_UNCERTAIN')
    for (const tab of tabs) await waitForUser(tab, null)
    assert.equal(refreshes(servers).length, 2, 'it is sent once more at most')
  })

scenario('TOK-19, B8: invalid_grant ends the session in every tab, and the user must sign in again',
  inTwoEngines,
  async (given) => {
    const { page, servers } = given
    const [, other] = await openTwoTabs(given)
    servers.fault = faults.refusedGrant()
    assert.equal(await token(page), 'OIDC_SESSION_ENDED')
    // No timer of a second or more fires here: the other tab gets a message.
    for (const tab of [page, other]) await waitForUser(tab, null)
    assert.equal(await token(other), 'OIDC_SIGNIN_REQUIRED')
    assert.equal(refreshes(servers).length, 1)
    await page.reload()
    assert.equal(await start(page, servers), null)
    servers.fault = undefined
    await signIn(page, servers, {}, { again: true })
    await waitForUser(other, 'alice')
  })
