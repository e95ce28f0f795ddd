// Addresses that look like a response: foreign, forged, used, or of another browser (promises B4, B5).
import assert from 'node:assert/strict'
import { scenario } from '../harness/scenario.mjs'
import {
  address, assertCleanAddress, assertSignedOut, deleteSiteData, errorCode, open, signIn, signInAgain,
  subject,
} from '../harness/steps.mjs'

// The core decides to which request a response belongs, the same in every engine.
const once = { skipIn: { Firefox: 'Its core decides as that of Chromium.', WebKit: 'Likewise.' } }

for (const [what, query] of [
  ['a foreign state', '?code=forged&state=not-mine'],
  ['no state', '?code=forged'],
  ['another client’s state', '?code=forged&state=cs.another.client'],
  ['an error and a foreign state', '?error=access_denied&state=not-mine'],
]) {
  scenario(`B4: a response with ${what} is ignored: it signs no user in or out`, once,
    async ({ page, servers }) => {
      await open(page, servers, `/callback${query}`)
      await assertSignedOut(page)
      assert.equal(await page.$('[role=alert]'), null)
      assert.equal(await address(page), `${servers.app}/callback${query}`)
      assert.equal(servers.count('POST /token'), 0)

      await signIn(page, servers)
      await open(page, servers, `/callback${query}`)
      assert.equal(await subject(page), 'alice')
      assert.equal(servers.count('POST /token'), 1)
    })
}

scenario('B5: a used response, opened again, is ignored and removed from the address', {},
  async ({ page, servers, newPage }) => {
    await open(page, servers)
    await signIn(page, servers)
    const [used] = servers.callbacks
    assert.match(used, /code=.*state=/)

    await page.goto(used)
    assert.equal(await subject(page), 'alice')
    await assertCleanAddress(page, servers)
    assert.equal(await page.$('[role=alert]'), null)

    const other = await newPage()
    await other.goto(used)
    assert.equal(await subject(other), 'alice')
    await assertCleanAddress(other, servers)
    assert.equal(await other.$('[role=alert]'), null)
    assert.equal(servers.count('POST /token'), 1)

    // A used callback address restores no session, and does not prevent the next sign-in.
    await deleteSiteData(other)
    await other.goto(used)
    await assertSignedOut(other)
    await assertCleanAddress(other, servers)
    assert.equal(servers.count('POST /token'), 1)
    await signInAgain(other)
  })

scenario('B4, RES-19: a response that is opened in another browser signs no user in there', {},
  async ({ page, servers, strangersPage }) => {
    await open(page, servers)
    await signIn(page, servers)
    const victim = await strangersPage()
    await victim.goto(servers.callbacks[0])
    assert.equal(await errorCode(victim), 'OIDC_STATE_UNKNOWN')
    await assertSignedOut(victim)
    await assertCleanAddress(victim, servers)
    assert.equal(servers.count('POST /token'), 1)
    await signIn(victim, servers, 'bob')
  })

scenario('B4: an earlier session stays valid after a response that is rejected', {}, async ({ page, servers }) => {
  await open(page, servers)
  await signIn(page, servers)
  // A state of the right form that no client made.
  const forged = servers.callbacks[0].replace(/(state=[^&]*\.)[^&.]*/, '$1bm9ib2R5LW1pbnRlZC10aGlz')
  assert.notEqual(forged, servers.callbacks[0])
  await page.goto(forged)
  assert.equal(await errorCode(page), 'OIDC_STATE_UNKNOWN')
  assert.equal(await subject(page), 'alice')
  await assertCleanAddress(page, servers)
})
