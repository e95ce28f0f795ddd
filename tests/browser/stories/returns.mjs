// Pages that come back, apps that start twice, apps that go round in circles (B5, B15, B16).
import assert from 'node:assert/strict'
import * as faults from '../harness/faults.mjs'
import { answerProvider, makeClient } from '../harness/steps.mjs'
import { atCallback, bare, openTab, shown, shows, signIn, start } from '../harness/bare.mjs'
import { thereAndBack } from '../harness/database.mjs'
import { story } from '../harness/story.mjs'

story('B15: an app that signs in after every sign-in is stopped with OIDC_SIGNIN_LOOP', bare,
  async ({ page, world }) => {
    await signIn(page, world)
    let rounds = 1
    let end
    for (; !end && rounds < 6; rounds += 1) {
      await page.evaluate(() => { auth.signIn().catch(({ code }) => { globalThis.code = code }) })
      // The page that comes back has no client yet.
      await page.waitForFunction(() => globalThis.code ||
        (location.pathname === '/callback' && location.search && !('auth' in globalThis)))
      end = await page.evaluate(() => globalThis.code)
      if (!end) assert.equal(await start(page, world), 'alice')
    }
    assert.deepEqual([end, rounds], ['OIDC_SIGNIN_LOOP', 4])
    assert.deepEqual(await shown(page), ['signedIn', 'alice'])
    assert.equal(world.count('POST /token'), 3)
  })

story('B5: a page that comes back after a sign-out in another tab shows nobody', bare,
  async ({ page, world, newPage, show }) => {
    await signIn(page, world)
    const { tab } = await openTab(newPage, world)
    await page.evaluate(() => {
      addEventListener('pageshow', ({ persisted }) => { globalThis.cameBack = persisted })
    })
    const out = async () => {
      await tab.evaluate(() => void auth.signOut())
      await tab.waitForFunction((app) => location.origin !== app, {}, world.app)
      return 'deleted'
    }
    const isSame = await thereAndBack(page, world, out)
    // Whoever looks at a page that came back behind another tab sees what it finds then.
    await show(page)
    if (!isSame) await start(page, world)
    await shows(page, null)
    assert.equal(await page.evaluate(() => auth.user), null)
  })

story('B5: the way back from a signed-in page to its callback signs nobody in twice', bare,
  async ({ page, world }) => {
    await signIn(page, world)
    await page.evaluate(() => { location.href = '/elsewhere' })
    await page.waitForFunction(() => location.pathname === '/elsewhere')
    assert.equal(await start(page, world), 'alice')
    await page.evaluate(() => history.back())
    await page.waitForFunction(() => location.pathname !== '/elsewhere')
    if (!(await page.evaluate(() => 'auth' in globalThis))) {
      assert.equal(await start(page, world), 'alice')
    }
    assert.deepEqual(await shown(page), ['signedIn', 'alice'])
    assert.equal(world.count('POST /token'), 1)
    assert.equal(await page.evaluate(() => location.search), '')
  })

for (const [what, closes] of [['starts twice', false], ['is closed and made anew', true]]) {
  story(`B16: a client that ${what}, as StrictMode does it, finishes its sign-in once`, bare,
    async ({ page, world }) => {
      await page.goto(world.app)
      await makeClient(page, world)
      await page.evaluate(() => void auth.signIn())
      await answerProvider(page)
      await atCallback(page, world)
      await makeClient(page, world)
      world.fault = faults.slowAnswer(500)
      // An effect, its end, and the effect again.
      const first = page.evaluate(async (closes) => {
        const starting = auth.start().then(() => 'done', ({ code }) => code)
        if (closes) auth.close()
        return starting
      }, closes)
      if (closes) await makeClient(page, world)
      assert.equal(await page.evaluate(async () => (await auth.start())?.sub), 'alice')
      assert.equal(await first, closes ? 'OIDC_CLOSED' : 'done')
      assert.deepEqual(await shown(page), ['signedIn', 'alice'])
      assert.equal(world.count('POST /token'), 1)
    })
}
