// The demo's panel, in one engine: other scenarios test the client in every engine, and the parts of
// the panel (progress, role=log, BroadcastChannel) are the same in all.
import assert from 'node:assert/strict'
import { scenario } from '../harness/scenario.mjs'
import { until } from '../harness/bare-page.mjs'
import { advance, fireTimer } from '../harness/clock.mjs'
import { assertSignedOut, clickButton, errorCode, open, signIn, text, waitForButton } from '../harness/steps.mjs'

const ONCE = 'The panel is part of the demo. One engine is enough for it.'
const inOneEngine = { skipIn: { Firefox: ONCE, WebKit: ONCE } }

const field = (page, name) => text(page, `[data-testid=${name}]`)
const log = (page) => page.$$eval('[role=log] li .what', (all) => all.map((one) => one.textContent))
const waitForRow = (page, row) => page.waitForFunction(
  (row) => [...document.querySelectorAll('[role=log] li')].some((li) => li.textContent.includes(row)),
  {}, row)
const waitForField = (page, name, part) => page.waitForFunction(
  (name, part) => document.querySelector(`[data-testid=${name}]`).textContent.includes(part),
  {}, name, part)

scenario('the panel counts down, shows a renewal in both tabs, and no token',
  { ...inOneEngine, api: true, clock: 0 },
  async ({ page, servers, newPage }) => {
    const tokens = []
    page.on('response', async (response) => {
      if (!response.url().endsWith('/token')) return
      const body = await response.json().catch(() => ({}))
      tokens.push(...['access_token', 'refresh_token', 'id_token'].map((name) => body[name]))
    })
    await open(page, servers)
    assert.equal(await field(page, 'state'), 'Signed out')
    await signIn(page, servers)
    assert.equal(await field(page, 'state'), 'Signed in')
    const [before, value] = [await field(page, 'lifetime'), await page.$eval('progress', (bar) => bar.value)]
    assert.match(before, /^Expires in \d+ min \d+ s\.$/)
    for (const _ of [1, 2]) await fireTimer(servers, [page], 1)
    await page.waitForFunction((value) => document.querySelector('progress').value <= value - 2, {}, value)
    assert.notEqual(await field(page, 'lifetime'), before)

    const other = await newPage()
    await open(other, servers)
    await waitForField(page, 'tabs', '2')
    await page.bringToFront()
    await clickButton(page, 'Renew now')
    await waitForRow(page, 'POST /token by refresh_token')
    await waitForField(page, 'renewed', 'by this tab')
    await waitForField(other, 'renewed', 'by another tab')
    await clickButton(page, 'Expire the token')
    await clickButton(page, 'Call the API')
    assert.equal(await text(page, '[data-testid=answer] td'), 'alice', 'the answer stays after a renewal')
    assert.equal(servers.count('POST /token'), 3)
    assert.ok((await log(page)).some((row) => row.startsWith('GET /me 401')))

    const found = () => tokens.filter(Boolean)
    await until(() => found().length >= 6)
    for (const tab of [page, other]) {
      const html = await tab.evaluate(() => document.documentElement.outerHTML)
      for (const token of found()) assert.ok(!html.includes(token), 'a token in the page')
    }
    await other.close()
    await waitForField(page, 'tabs', '1')
  })

scenario('the keyboard breaks things and repairs them', { ...inOneEngine, clock: 0 }, async ({ page, servers }) => {
  await open(page, servers)
  await signIn(page, servers)
  const pressEnterOn = async (name) => {
    const button = await waitForButton(page, name)
    await button.focus()
    await page.keyboard.press('Enter')
  }
  await pressEnterOn('Go offline')
  await page.keyboard.press('Tab')
  assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Skew the clock by an hour')
  await pressEnterOn('Renew now')
  await waitForRow(page, 'POST /token by refresh_token not sent')
  assert.equal(await errorCode(page), 'OIDC_NETWORK_FAILED')
  assert.equal(await field(page, 'state'), 'Signed in')
  assert.match(await field(page, 'renewed'), /^Not since/)
  await pressEnterOn('Go online')
  // After a failed renewal the client waits for 1 to 1.5 seconds before it asks the provider again.
  await advance(servers, [page], 2)
  await pressEnterOn('Renew now')
  await waitForField(page, 'renewed', 'by this tab')

  await pressEnterOn('Skew the clock by an hour')
  await waitForButton(page, 'Set the clock right')
  await clickButton(page, 'Sign out')
  await clickButton(page, 'Yes, sign me out')
  await assertSignedOut(page)
  const startedAt = Date.now()
  await signIn(page, servers)
  const duration = Math.ceil((Date.now() - startedAt) / 1000)
  const [, offset] = /^(\d+) s ahead/.exec(await field(page, 'offset'))
  // The page is ahead by the hour and by the seconds of `advance`. The client sees the time of the way of the token too,
  // at most the duration of the sign-in.
  const ahead = 3600 + servers.clock
  assert.ok(offset >= ahead - 1 && offset <= ahead + 1 + duration, `${offset} s ahead, not ${ahead}`)
})
