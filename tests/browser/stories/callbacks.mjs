// Addresses that look like a response: foreign, forged, used, or somebody else's (promises B4, B5).
import assert from 'node:assert/strict'
import { story } from '../harness/story.mjs'
import {
  address, assertCleanAddress, assertSignedOut, errorCode, forget, open, signIn, signInAgain,
  subject,
} from '../harness/steps.mjs'

// Whose a response is, the core decides, the same in every engine.
const once = { skipIn: { Firefox: 'Its core reads as that of Chromium.', WebKit: 'Likewise.' } }

for (const [what, query] of [
  ['a foreign state', '?code=forged&state=not-mine'],
  ['no state', '?code=forged'],
  ['another client’s state', '?code=forged&state=cs.somebody.else'],
  ['an error and a foreign state', '?error=access_denied&state=not-mine'],
]) {
  story(`B4: a response with ${what} is left alone: nobody is signed in or out by it`, once,
    async ({ page, world }) => {
      await open(page, world, `/callback${query}`)
      await assertSignedOut(page)
      assert.equal(await page.$('[role=alert]'), null)
      assert.equal(await address(page), `${world.app}/callback${query}`)
      assert.equal(world.count('POST /token'), 0)

      await signIn(page)
      await open(page, world, `/callback${query}`)
      assert.equal(await subject(page), 'alice')
      assert.equal(world.count('POST /token'), 1)
    })
}

story('B5: a used response, opened again, is ignored and leaves the address', {},
  async ({ page, world, newPage }) => {
    await open(page, world)
    await signIn(page)
    const [used] = world.callbacks
    assert.match(used, /code=.*state=/)

    await page.goto(used)
    assert.equal(await subject(page), 'alice')
    await assertCleanAddress(page, world)
    assert.equal(await page.$('[role=alert]'), null)

    const other = await newPage()
    await other.goto(used)
    assert.equal(await subject(other), 'alice')
    await assertCleanAddress(other, world)
    assert.equal(await other.$('[role=alert]'), null)
    assert.equal(world.count('POST /token'), 1)

    // Nor does it bring a session back, or stand in the way of the next.
    await forget(other)
    await other.goto(used)
    await assertSignedOut(other)
    await assertCleanAddress(other, world)
    assert.equal(world.count('POST /token'), 1)
    await signInAgain(other)
  })

story('B4, RES-19: a response slipped to another browser signs nobody in there', {},
  async ({ page, world, strangersPage }) => {
    await open(page, world)
    await signIn(page)
    const victim = await strangersPage()
    await victim.goto(world.callbacks[0])
    assert.equal(await errorCode(victim), 'OIDC_STATE_UNKNOWN')
    await assertSignedOut(victim)
    await assertCleanAddress(victim, world)
    assert.equal(world.count('POST /token'), 1)
    await signIn(victim, 'bob')
  })

story('B4: an earlier session outlives a response that is refused', {}, async ({ page, world }) => {
  await open(page, world)
  await signIn(page)
  // Our own shape, a state that nobody minted.
  const forged = world.callbacks[0].replace(/(state=[^&]*\.)[^&.]*/, '$1bm9ib2R5LW1pbnRlZC10aGlz')
  assert.notEqual(forged, world.callbacks[0])
  await page.goto(forged)
  assert.equal(await errorCode(page), 'OIDC_STATE_UNKNOWN')
  assert.equal(await subject(page), 'alice')
  await assertCleanAddress(page, world)
})
