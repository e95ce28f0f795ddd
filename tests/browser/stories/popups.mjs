// Signing in beside the page (promise B13): popups, whatever policies cut them off.
import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import * as faults from '../harness/faults.mjs'
import { answerProvider } from '../harness/steps.mjs'
import {
  app, bare, outcome, pressPopup, remember, shown, shows, start, openTab,
} from '../harness/bare.mjs'
import { story } from '../harness/story.mjs'

const COOP = 'Cross-Origin-Opener-Policy'
const ready = async (page, world) => {
  await page.goto(world.app)
  assert.equal(await start(page, world), null)
  await remember(page, world)
}

for (const [where, coops] of [
  ['no policy', []],
  ['the app isolates itself (COOP)', ['app']],
  ['the provider isolates itself (COOP)', ['provider']],
  ['both isolate themselves (COOP)', ['app', 'provider']],
]) {
  const headers = coops.includes('app') ? { [COOP]: 'same-origin' } : {}
  story(`B13, WEB-03: a sign-in in a popup where ${where}, and the page stays`,
    { ...bare, before: app, headers },
    async ({ page, world, popup, newPage, engine }) => {
      if (coops.includes('provider')) world.fault = faults.header(COOP, 'same-origin')
      await ready(page, world)
      await page.evaluate(() => { globalThis.stayed = true })
      const { tab } = await openTab(newPage, world)
      const beside = await popup(page, () => pressPopup(page))
      // The popup has the focus on a desktop; without one, Chromium gives it to every page.
      if (engine === 'Chromium') await page.evaluate(() => { document.hasFocus = () => false })
      await answerProvider(beside)
      assert.equal((await outcome(page))[0], 'alice')
      assert.deepEqual(await shown(page), ['signedIn', 'alice'])
      assert.equal(await page.evaluate(() => globalThis.stayed && location.pathname), '/')
      await shows(tab, 'alice')
      for (let left = 20; left > 0 && !beside.isClosed(); left -= 1) await sleep(50)
      assert.ok(await isGone(beside), 'the popup has closed')
      assert.equal(world.count('POST /token'), 1)
    })
}

story('B13: a closed popup is OIDC_POPUP_CLOSED within about a second, and the next one works',
  { ...bare, before: app },
  async ({ page, world, popup, engine }) => {
    await ready(page, world)
    const beside = await popup(page, () => pressPopup(page))
    await beside.waitForSelector('input[name=login]')
    await beside.close()
    await page.bringToFront()
    // A window manager gives the page its focus back; the screen of this engine's tests has none.
    if (engine === 'WebKit') await page.evaluate(() => { document.hasFocus = () => true })
    const closedAt = Date.now()
    const [code, at] = await outcome(page)
    assert.equal(code, 'OIDC_POPUP_CLOSED')
    assert.ok(at - closedAt < 1500)
    const next = await popup(page, () => pressPopup(page))
    await answerProvider(next)
    assert.equal((await outcome(page))[0], 'alice')
  })

story('B13: a second popup supersedes the first, and a signal calls it off',
  { ...bare, before: app },
  async ({ page, world, popup }) => {
    await ready(page, world)
    for (const _ of [1, 2]) await popup(page, () => pressPopup(page))
    assert.equal((await outcome(page))[0], 'OIDC_POPUP_CLOSED')
    await page.evaluate(() => off.abort())
    assert.equal((await outcome(page))[0], 'OIDC_ABORTED')
    assert.deepEqual(await shown(page), ['signedOut', null])
  })

// Drivers let every popup through: what a blocker answers is the same in all engines.
story('B13: a popup that is blocked is OIDC_POPUP_BLOCKED, and nothing is asked of the provider',
  { ...bare, before: () => { globalThis.open = () => null } },
  async ({ page, world }) => {
    await ready(page, world)
    await pressPopup(page)
    assert.equal((await outcome(page))[0], 'OIDC_POPUP_BLOCKED')
    assert.equal(world.count('GET /auth'), 0)
  })

/** Whether a window is there no more; a driver may be the last to know. */
const isGone = async (window) =>
  window.isClosed() || window.evaluate(() => location.href).then(() => false, () => true)
