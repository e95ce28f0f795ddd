// Sessions without a refresh token: a hidden frame asks the provider who is there (promise B1).
import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  app, atCallback, bare, framing, openTab, refreshes, remember, shown, shows, signIn, start, token,
} from '../harness/bare.mjs'
import { makeClient } from '../harness/steps.mjs'
import { story } from '../harness/story.mjs'

const SILENT = { silentRedirectUri: '/callback' }
const provider = { accessTokenTtl: 2, refreshTokens: false }
const isToken = /^(?!OIDC_)/

story('B1: a session without a refresh token is renewed in a hidden frame, with prompt=none',
  { ...bare, before: app, provider, headers: framing('http://localhost:*') },
  async ({ page, world }) => {
    await signIn(page, world, SILENT)
    await remember(page, world, SILENT)
    const first = await token(page)
    const asked = world.count('GET /auth')
    await sleep(2100)
    const renewed = await token(page)
    assert.match(renewed, isToken)
    assert.notEqual(renewed, first)
    assert.equal(world.count('GET /auth') - asked, 1)
    assert.deepEqual(await shown(page), ['signedIn', 'alice'])
    assert.equal(await page.evaluate(() => document.querySelectorAll('iframe').length), 0)
    assert.deepEqual(refreshes(world), [])
  })

const elsewhere = {
  ...bare, before: app, provider, otherSite: true, headers: framing('https://127.0.0.1:*'),
}

for (const [rule, sentence] of [
  ['allowed', 'a hidden frame of another site renews where third-party cookies are allowed'],
  ['blocked', 'where third-party cookies are blocked, a hidden frame ends in OIDC_SESSION_ENDED'],
]) {
  story(`B1: ${sentence}`, { ...elsewhere, thirdPartyCookies: rule }, async ({ page, world }) => {
    await signIn(page, world, SILENT)
    await remember(page, world, SILENT)
    await sleep(2100)
    const asked = Date.now()
    const got = await token(page)
    assert.ok(Date.now() - asked < 5000, 'it is not waited for')
    if (rule === 'allowed') return assert.match(got, isToken)
    assert.equal(got, 'OIDC_SESSION_ENDED')
    await shows(page, null)
  })
}

// What the browser does with a frame that it may not show is its own affair: it is noticed or late.
story('B1: a page whose policy forbids the frame gets a code, and nobody is signed out',
  { ...bare, before: app, provider, violates: () => true },
  async ({ page, world }) => {
    await signIn(page, world, SILENT)
    await remember(page, world, SILENT)
    await sleep(2100)
    assert.match(await token(page), /^OIDC_NETWORK_/)
    assert.deepEqual(await shown(page), ['signedIn', 'alice'])
  })

// No frame and no refresh token: the page itself goes, and comes back.
const OFF = { refresh: false }
const INBOX = '/inbox?tab=2#top'

/** Opens a place of the app whose session is over; the page goes away, and is back at its callback. */
async function goUnseen(page, world, settings) {
  await page.goto(world.app + INBOX)
  await makeClient(page, world, settings)
  await page.evaluate(() => void auth.start())
  await atCallback(page, world)
}

const placeOf = (page) => page.evaluate(() => location.href.slice(location.origin.length))

story('B1: without a refresh token the page that starts goes to the provider, unseen, and comes back to its place',
  { ...bare, provider },
  async ({ page, world }) => {
    await signIn(page, world, OFF)
    const first = await token(page)
    await sleep(2100)
    assert.equal(await token(page), 'OIDC_SESSION_EXPIRED', 'it does not leave by itself')
    const asked = world.count('GET /auth')
    await page.goto(world.app + INBOX)
    const length = await page.evaluate(() => history.length)
    await makeClient(page, world, OFF)
    await page.evaluate(() => void auth.start())
    await atCallback(page, world)
    assert.equal(await start(page, world, OFF), 'alice')
    assert.equal(await placeOf(page), INBOX)
    assert.equal(await page.evaluate(() => history.length), length, 'Back leads where it led')
    assert.equal(world.count('GET /auth') - asked, 1)
    const renewed = await token(page)
    assert.match(renewed, isToken)
    assert.notEqual(renewed, first)
    assert.deepEqual(refreshes(world), [])
  })

story('B1: a page that goes unseen and finds nobody at the provider comes back to its place, signed out',
  { ...bare, provider },
  async ({ page, world, newPage }) => {
    const settings = { ...OFF, store: 'session' }
    await signIn(page, world, settings)
    // A page without a script keeps what this tab has, and hears nothing.
    await page.goto(`${world.app}/seal.svg`)
    const { tab } = await openTab(newPage, world)
    await signIn(tab, world, {}, { again: true })
    await tab.evaluate(() => void auth.signOut())
    await (await tab.waitForSelector('[name=logout]')).click()
    await tab.waitForFunction((app) => location.origin === app, {}, world.app)
    await page.bringToFront()
    await sleep(2100)
    await goUnseen(page, world, settings)
    assert.equal(await start(page, world, settings), null)
    assert.equal(await placeOf(page), INBOX)
    assert.deepEqual(await page.evaluate(() => told), [])
    const kept = () => Object.keys(sessionStorage).filter((key) => key.includes(':session:'))
    assert.deepEqual(await page.evaluate(kept), [])
  })

for (const rule of ['allowed', 'blocked']) {
  const sentence = `where third-party cookies are ${rule}, a page of another site starts signed in`
  story(`B1: ${sentence}`, { ...elsewhere, thirdPartyCookies: rule }, async ({ page, world }) => {
    await signIn(page, world, SILENT)
    await remember(page, world, SILENT)
    await sleep(2100)
    await page.evaluate(() => { location.href = '/inbox' })
    await page.waitForFunction(() => location.pathname === '/inbox')
    const asked = world.count('GET /auth')
    await makeClient(page, world, SILENT)
    const began = Date.now()
    await page.evaluate(() => {
      auth.start().then((user) => { globalThis.who = user?.sub ?? null }, () => {})
    })
    // Where the frame is refused, the page is loaded anew at its callback, by the app that is there.
    if (rule === 'allowed') {
      await page.waitForFunction(() => globalThis.who !== undefined)
      assert.equal(await page.evaluate(() => who), 'alice')
      assert.equal(world.count('GET /auth') - asked, 1)
      assert.match(await token(page), isToken)
    } else {
      await page.waitForFunction(() => location.pathname === '/inbox' && !('who' in globalThis) &&
        !('auth' in globalThis))
      assert.ok(Date.now() - began < 8000, 'it is not waited for')
      assert.equal(world.count('GET /auth') - asked, 2)
      assert.equal(await start(page, world, SILENT), 'alice')
      assert.equal(world.tokens.length, 2)
    }
    assert.equal(await page.evaluate(() => location.pathname), '/inbox')
  })
}
