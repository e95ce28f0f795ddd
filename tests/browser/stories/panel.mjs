// The demo's panel. Chromium is enough: what it shows of the client is proven in every engine by
// the other stories, and its own parts (progress, role=log, BroadcastChannel) are no engine's whim.
import assert from 'node:assert/strict'
import { story } from '../harness/story.mjs'
import { assertSignedOut, open, press, signIn, text } from '../harness/steps.mjs'

const elsewhere = 'the panel is the demo\'s own, and one engine is enough to show it'
const only = { skipIn: { Firefox: elsewhere, WebKit: elsewhere } }

const field = (page, name) => text(page, `[data-testid=${name}]`)
const log = (page) => page.$$eval('[role=log] li .what', (all) => all.map((one) => one.textContent))
const until = (page, row) => page.waitForFunction(
  (row) => [...document.querySelectorAll('[role=log] li')].some((li) => li.textContent.includes(row)),
  {}, row)
const becomes = (page, name, part) => page.waitForFunction(
  (name, part) => document.querySelector(`[data-testid=${name}]`).textContent.includes(part),
  // A tab out of sight has no frames to wait for.
  { polling: 100 }, name, part)

story('the panel counts down, shows a renewal in both tabs, and no token', { ...only, api: true },
  async ({ page, world, newPage }) => {
    const tokens = []
    page.on('response', async (response) => {
      if (!response.url().endsWith('/token')) return
      const body = await response.json().catch(() => ({}))
      tokens.push(...['access_token', 'refresh_token', 'id_token'].map((name) => body[name]))
    })
    await open(page, world)
    assert.equal(await field(page, 'state'), 'Signed out')
    await signIn(page)
    assert.equal(await field(page, 'state'), 'Signed in')
    const [before, value] = [await field(page, 'lifetime'), await page.$eval('progress', (bar) => bar.value)]
    assert.match(before, /^Expires in \d+ min \d+ s\.$/)
    await page.waitForFunction((value) => document.querySelector('progress').value <= value - 2, {}, value)
    assert.notEqual(await field(page, 'lifetime'), before)

    const other = await newPage()
    await open(other, world)
    await becomes(page, 'tabs', '2')
    await page.bringToFront()
    await press(page, 'Renew now')
    await until(page, 'POST /token by refresh_token')
    await becomes(page, 'renewed', 'by this tab')
    await becomes(other, 'renewed', 'by another tab')
    await press(page, 'Expire the token')
    await press(page, 'Call the API')
    assert.equal(await text(page, '[data-testid=answer] td'), 'alice', 'the answer outlives a renewal')
    assert.equal(world.count('POST /token'), 3)
    assert.ok((await log(page)).some((row) => row.startsWith('GET /me 401')))

    const found = tokens.filter(Boolean)
    assert.ok(found.length >= 6, `${found.length} tokens were seen`)
    for (const tab of [page, other]) {
      const html = await tab.evaluate(() => document.documentElement.outerHTML)
      for (const token of found) assert.ok(!html.includes(token), 'a token in the page')
    }
    await other.close()
    await becomes(page, 'tabs', '1')
  })

story('the keyboard breaks things and mends them', only, async ({ page, world }) => {
  await open(page, world)
  await signIn(page)
  const hit = async (name) => {
    await page.focus(`::-p-aria([name="${name}"][role="button"])`)
    await page.keyboard.press('Enter')
  }
  await hit('Go offline')
  await page.keyboard.press('Tab')
  assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Skew the clock by an hour')
  await hit('Renew now')
  await until(page, 'POST /token by refresh_token not sent')
  assert.equal(await field(page, 'state'), 'Signed in')
  assert.match(await field(page, 'renewed'), /^Not since/)
  await hit('Go online')
  await hit('Renew now')
  await becomes(page, 'renewed', 'by this tab')

  await hit('Skew the clock by an hour')
  await page.waitForSelector('::-p-aria([name="Set the clock right"][role="button"])')
  await press(page, 'Sign out')
  await press(page, 'Yes, sign me out')
  await assertSignedOut(page)
  await signIn(page)
  assert.match(await field(page, 'offset'), /^(3600|3599|3601) s ahead/)
})
