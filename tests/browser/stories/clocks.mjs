// Devices whose clock is wrong (promise B7).
import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { answerProvider, makeClient } from '../harness/steps.mjs'
import { atCallback, bare, refreshes, shown, signIn, start, token } from '../harness/bare.mjs'
import { assertEachUsedOnce } from '../harness/log.mjs'
import { story } from '../harness/story.mjs'

// A clock is a number to every engine; two of them sign in by it.
const base = { ...bare, skipIn: { Firefox: 'Its clock is that of the other two.' } }
const HOUR = 3600
const isToken = /^(?!OIDC_)/
const offset = (page) => page.evaluate(() => auth.evidence.clockOffset)

for (const [what, clock] of [['fast', HOUR], ['slow', -HOUR]]) {
  story(`B7: a clock that is an hour ${what} signs in, renews and does not loop`,
    { ...base, clock, provider: { accessTokenTtl: 2 } },
    async ({ page, world }) => {
      await signIn(page, world)
      const isTold = async () => assert.ok(Math.abs(await offset(page) + clock) < 30)
      await isTold()
      const first = await token(page)
      await sleep(3000)
      world.provider.accessTokenTtl = HOUR
      const renewed = await token(page)
      assert.match(renewed, isToken)
      assert.notEqual(renewed, first)
      const before = refreshes(world).length
      for (let time = 0; time < 5; time += 1) assert.equal(await token(page), renewed)
      await page.reload()
      assert.equal(await start(page, world), 'alice')
      assert.equal(await token(page), renewed)
      await isTold()
      assert.equal(refreshes(world).length, before)
      assert.deepEqual(await shown(page), ['signedIn', 'alice'])
      assertEachUsedOnce(world.tokens)
    })
}

for (const [what, clock] of [['fast', 48 * HOUR], ['slow', -48 * HOUR]]) {
  story(`B7: a clock that is two days ${what} is OIDC_CLOCK_UNUSABLE, and nobody is signed in`,
    { ...base, clock },
    async ({ page, world }) => {
      await page.goto(world.app)
      await makeClient(page, world)
      await page.evaluate(() => void auth.signIn())
      await answerProvider(page)
      await atCallback(page, world)
      await makeClient(page, world)
      const code = await page.evaluate(() => auth.start().then(() => 'none', (error) => error.code))
      assert.equal(code, 'OIDC_CLOCK_UNUSABLE')
      assert.deepEqual(await shown(page), ['signedOut', null])
      await page.reload()
      assert.equal(await start(page, world), null)
    })
}
