// Pages that come back, apps that start twice, apps that redirect in a loop (promises B5, B15, B16).
import assert from 'node:assert/strict'
import {
  authState, bare, goToCallback, openTab, signIn, start, waitForUser,
} from '../harness/bare-page.mjs'
import { leaveAndComeBack } from '../harness/database.mjs'
import * as faults from '../harness/faults.mjs'
import { scenario } from '../harness/scenario.mjs'
import { makeClient } from '../harness/steps.mjs'

scenario('B15: an app that signs in after every sign-in is stopped with OIDC_SIGNIN_LOOP', bare,
  async ({ page, servers }) => {
    await signIn(page, servers)
    let rounds = 1
    let end
    for (; !end && rounds < 6; rounds += 1) {
      await page.evaluate(() => { auth.signIn().catch(({ code }) => { globalThis.code = code }) })
      // The page that comes back has no client yet.
      await page.waitForFunction(() => globalThis.code ||
        (location.pathname === '/callback' && location.search && !('auth' in globalThis)))
      end = await page.evaluate(() => globalThis.code)
      if (!end) assert.equal(await start(page, servers), 'alice')
    }
    assert.deepEqual([end, rounds], ['OIDC_SIGNIN_LOOP', 4])
    assert.deepEqual(await authState(page), ['signedIn', 'alice'])
    assert.equal(servers.count('POST /token'), 3)
  })

scenario('B5: a page that comes back after a sign-out in another tab shows no user', bare,
  async ({ page, servers, newPage, show }) => {
    await signIn(page, servers)
    const { tab } = await openTab(newPage, servers)
    const isSame = await leaveAndComeBack(page, servers, async () => {
      await tab.evaluate(() => void auth.signOut())
      await tab.waitForFunction((app) => location.origin !== app, {}, servers.app)
    })
    // A page that comes back behind another tab shows its user when the user looks at it.
    await show(page)
    if (!isSame) await start(page, servers)
    await waitForUser(page, null)
    assert.equal(await page.evaluate(() => auth.user), null)
  })

scenario('B5: going back from a signed-in page to its callback signs in no second time', bare,
  async ({ page, servers }) => {
    await signIn(page, servers)
    await page.evaluate(() => { location.href = '/elsewhere' })
    await page.waitForFunction(() => location.pathname === '/elsewhere')
    assert.equal(await start(page, servers), 'alice')
    await page.evaluate(() => history.back())
    await page.waitForFunction(() => location.pathname !== '/elsewhere')
    if (!(await page.evaluate(() => 'auth' in globalThis))) {
      assert.equal(await start(page, servers), 'alice')
    }
    assert.deepEqual(await authState(page), ['signedIn', 'alice'])
    assert.equal(servers.count('POST /token'), 1)
    assert.equal(await page.evaluate(() => location.search), '')
  })

for (const [what, closes] of [['starts twice', false], ['is closed and made again', true]]) {
  scenario(`B16: a client that ${what}, as in StrictMode of React, finishes its sign-in once`, bare,
    async ({ page, servers }) => {
      await goToCallback(page, servers)
      await makeClient(page, servers)
      const { fault, release } = faults.heldAnswer()
      servers.fault = fault
      // An effect, its cleanup, and the effect again.
      const first = page.evaluate(async (closes) => {
        const starting = auth.start().then(() => 'done', ({ code }) => code)
        if (closes) auth.close()
        return starting
      }, closes)
      if (closes) await makeClient(page, servers)
      const second = page.evaluate(async () => (await auth.start())?.sub)
      // A page runs scripts in order: now the second start has begun.
      await page.evaluate(() => {})
      release()
      assert.equal(await second, 'alice')
      assert.equal(await first, closes ? 'OIDC_CLOSED' : 'done')
      assert.deepEqual(await authState(page), ['signedIn', 'alice'])
      assert.equal(servers.count('POST /token'), 1)
    })
}
