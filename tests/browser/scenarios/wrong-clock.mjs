// Devices whose clock is wrong (promise B7).
import assert from 'node:assert/strict'
import {
  authState, bareWithClock, EXPIRY_AGE, goToCallback, refreshes, signIn, start, token,
} from '../harness/bare-page.mjs'
import { advance } from '../harness/clock.mjs'
import { scenario } from '../harness/scenario.mjs'
import { makeClient } from '../harness/steps.mjs'
import { assertEachUsedOnce } from '../harness/token-log.mjs'

// A clock is a number to every engine. Two of them are enough.
const base = { ...bareWithClock, skipIn: { Firefox: 'Its clock is that of the other two.' } }
const HOUR = 3600
const isToken = /^(?!OIDC_)/
const offset = (page) => page.evaluate(() => auth.evidence.clockOffset)

for (const [what, clock] of [['fast', HOUR], ['slow', -HOUR]]) {
  scenario(`B7: a client whose clock is an hour ${what} signs in, renews and does not loop`,
    { ...base, clock },
    async ({ page, servers }) => {
      await signIn(page, servers)
      const assertOffset = async () =>
        assert.ok(Math.abs(await offset(page) + clock) < 30, `${await offset(page)}`)
      await assertOffset()
      const first = await token(page)
      await advance(servers, [page], EXPIRY_AGE)
      servers.provider.accessTokenTtl = HOUR
      const renewed = await token(page)
      assert.match(renewed, isToken)
      assert.notEqual(renewed, first)
      const before = refreshes(servers).length
      for (let time = 0; time < 5; time += 1) assert.equal(await token(page), renewed)
      await page.reload()
      assert.equal(await start(page, servers), 'alice')
      assert.equal(await token(page), renewed)
      await assertOffset()
      assert.equal(refreshes(servers).length, before)
      assert.deepEqual(await authState(page), ['signedIn', 'alice'])
      assertEachUsedOnce(servers.tokenRequests)
    })
}

for (const [what, clock] of [['fast', 48 * HOUR], ['slow', -48 * HOUR]]) {
  scenario(`B7: with a clock that is two days ${what} a sign-in fails with OIDC_CLOCK_UNUSABLE`,
    { ...base, clock },
    async ({ page, servers }) => {
      await goToCallback(page, servers)
      await makeClient(page, servers)
      const code = await page.evaluate(() => auth.start().then(() => 'none', (error) => error.code))
      assert.equal(code, 'OIDC_CLOCK_UNUSABLE')
      assert.deepEqual(await authState(page), ['signedOut', null])
      await page.reload()
      assert.equal(await start(page, servers), null)
    })
}
