// Sessions without a refresh token: a hidden frame or a redirect with prompt=none asks the provider
// whether the user is still signed in (promise B1).
import assert from 'node:assert/strict'
import {
  app, atCallback, authState, bareWithClock, EXPIRY_AGE, framing, openTab, refreshes, rememberApp,
  signIn, start, token, TOKEN_TTL, waitForUser,
} from '../harness/bare-page.mjs'
import { advance, advanceUntilSettled } from '../harness/clock.mjs'
import { NO_PAGE } from '../harness/profile.mjs'
import { goBack, noteShown } from '../harness/history.mjs'
import { scenario } from '../harness/scenario.mjs'
import { clickButton, makeClient } from '../harness/steps.mjs'

const SILENT = { silentRedirectUri: '/callback' }
const provider = { accessTokenTtl: TOKEN_TTL, refreshTokens: false }
const isToken = /^(?!OIDC_)/
const bare = { ...bareWithClock, provider }

scenario('B1: a session without a refresh token is renewed in a hidden frame, with prompt=none',
  { ...bare, before: app, headers: framing('http://localhost:*') },
  async ({ page, servers }) => {
    await signIn(page, servers, SILENT)
    await rememberApp(page, servers, SILENT)
    const first = await token(page)
    const before = servers.count('GET /auth')
    await advance(servers, [page], EXPIRY_AGE)
    const renewed = await token(page)
    assert.match(renewed, isToken)
    assert.notEqual(renewed, first)
    assert.equal(servers.count('GET /auth') - before, 1)
    assert.deepEqual(await authState(page), ['signedIn', 'alice'])
    assert.equal(await page.evaluate(() => document.querySelectorAll('iframe').length), 0)
    assert.deepEqual(refreshes(servers), [])
  })

const elsewhere = { ...bare, before: app, otherSite: true, headers: framing('https://127.0.0.1:*') }

for (const [rule, result] of [
  ['allowed', 'a hidden frame of another site renews where third-party cookies are allowed'],
  ['blocked', 'where third-party cookies are blocked, a hidden frame ends the session'],
]) {
  scenario(`B1: ${result}`, { ...elsewhere, thirdPartyCookies: rule }, async ({ page, servers }) => {
    await signIn(page, servers, SILENT, { withForms: true })
    await rememberApp(page, servers, SILENT)
    await advance(servers, [page], EXPIRY_AGE)
    // No timer of a second or more fires: the client waits for no timeout.
    const result = await token(page)
    if (rule === 'allowed') return assert.match(result, isToken)
    assert.equal(result, 'OIDC_SESSION_ENDED')
    await waitForUser(page, null)
  })
}

// An engine may report a forbidden frame as an empty one, or not at all.
scenario('B1: a page whose policy forbids the frame gets an error code, and no user is signed out',
  { ...bare, before: app, violates: () => true },
  async ({ page, servers }) => {
    await signIn(page, servers, SILENT)
    await rememberApp(page, servers, SILENT)
    await advance(servers, [page], EXPIRY_AGE)
    const renew = () => auth.getAccessToken().then(() => 'a token', ({ code }) => code)
    assert.match(await advanceUntilSettled(servers, page, renew, 1), /^OIDC_NETWORK_/)
    assert.deepEqual(await authState(page), ['signedIn', 'alice'])
  })

// Without a frame and a refresh token the page itself goes to the provider, and comes back.
const OFF = { refresh: false, silent: 'page' }
const INBOX = '/inbox?tab=2#top'

/** Opens a page of the app whose session has expired. It goes to the provider and comes to its callback. */
async function goSilently(page, servers, settings) {
  await page.goto(servers.app + INBOX)
  await makeClient(page, servers, settings)
  await page.evaluate(() => void auth.start())
  await atCallback(page, servers)
}

const pathOf = (page) => page.evaluate(() => location.href.slice(location.origin.length))

scenario('B1: without a refresh token the page that starts goes to the provider silently, and comes back to its address',
  bare,
  async ({ page, servers }) => {
    await signIn(page, servers, OFF)
    const first = await token(page)
    await advance(servers, [page], EXPIRY_AGE)
    assert.equal(await token(page), 'OIDC_SESSION_EXPIRED', 'it does not leave by itself')
    const before = servers.count('GET /auth')
    await page.goto(servers.app + INBOX)
    const length = await page.evaluate(() => history.length)
    await makeClient(page, servers, OFF)
    await page.evaluate(() => void auth.start())
    await atCallback(page, servers)
    assert.equal(await start(page, servers, OFF), 'alice')
    assert.equal(await pathOf(page), INBOX)
    assert.equal(await page.evaluate(() => history.length), length + 1, 'Back led from the provider to the app')
    assert.equal(servers.count('GET /auth') - before, 1)
    const renewed = await token(page)
    assert.match(renewed, isToken)
    assert.notEqual(renewed, first)
    assert.deepEqual(refreshes(servers), [])
    // The provider has answered, so it needs no entry any more.
    servers.clock += EXPIRY_AGE
    await page.goto(servers.app + NO_PAGE)
    await page.goto(servers.app + INBOX)
    const longer = await page.evaluate(() => history.length)
    await makeClient(page, servers, OFF)
    await page.evaluate(() => void auth.start())
    await atCallback(page, servers)
    assert.equal(await start(page, servers, OFF), 'alice')
    assert.equal(await page.evaluate(() => history.length), longer, 'Back leads where it led before')
  })

/** The provider shows a login page, whatever `prompt` says. */
const ignorePrompt = (servers) => {
  servers.fault = (ctx, next) => {
    if (ctx.path !== '/auth') return next()
    ctx.type = 'html'
    ctx.body = '<h1>Please sign in</h1>'
    return undefined
  }
}

for (const [what, more] of [['a page', {}], ['a page with a vault', { vault: { workerUrl: '/vault.js' } }]]) {
  const title = 'Back returns from a provider that ignores prompt=none to the app, which does not go there again'
  scenario(`D1: ${title}: ${what}`, bare, async ({ page, servers, newPage }) => {
    const settings = { ...OFF, ...more }
    await signIn(page, servers, settings)
    servers.clock += EXPIRY_AGE
    const tab = more.vault ? await newPage() : page
    if (more.vault) await page.close()
    ignorePrompt(servers)
    await tab.goto(servers.app + NO_PAGE)
    await tab.goto(servers.app + INBOX)
    await makeClient(tab, servers, settings)
    await noteShown(tab)
    await tab.evaluate(() => void auth.start())
    await tab.waitForFunction(() => document.body?.textContent.includes('Please sign in'))
    await goBack(tab, servers)
    await tab.waitForFunction((app) => location.origin === app && document.readyState === 'complete', {}, servers.app)
    assert.equal(await pathOf(tab), INBOX)
    await start(tab, servers, settings)
    assert.equal(servers.count('GET /auth'), 2)
    assert.equal(await pathOf(tab), INBOX)
  })
}

scenario('B1: a page that goes silently to a provider without a session comes back to its address, signed out',
  bare,
  async ({ page, servers, newPage }) => {
    const settings = { ...OFF, store: 'session' }
    await signIn(page, servers, settings)
    // A page without a script keeps the storage of this tab, and gets no message.
    await page.goto(servers.app + NO_PAGE)
    const { tab } = await openTab(newPage, servers)
    await signIn(tab, servers, {}, { again: true })
    await tab.evaluate(() => void auth.signOut())
    await clickButton(tab, 'Yes, sign me out')
    await tab.waitForFunction((app) => location.origin === app, {}, servers.app)
    await page.bringToFront()
    servers.clock += EXPIRY_AGE
    await goSilently(page, servers, settings)
    assert.equal(await start(page, servers, settings), null)
    assert.equal(await pathOf(page), INBOX)
    assert.deepEqual(await page.evaluate(() => authEvents), [])
    const stored = () => Object.keys(sessionStorage).filter((key) => key.includes(':session:'))
    assert.deepEqual(await page.evaluate(stored), [])
  })

for (const rule of ['allowed', 'blocked']) {
  const title = `where third-party cookies are ${rule}, a page of another site starts signed in`
  scenario(`B1: ${title}`, { ...elsewhere, thirdPartyCookies: rule }, async ({ page, servers }) => {
    await signIn(page, servers, SILENT, { withForms: true })
    await rememberApp(page, servers, SILENT)
    servers.clock += EXPIRY_AGE
    await page.evaluate(() => { location.href = '/inbox' })
    await page.waitForFunction(() => location.pathname === '/inbox')
    const before = servers.count('GET /auth')
    await makeClient(page, servers, SILENT)
    await page.evaluate(() => {
      auth.start().then((user) => { globalThis.startedUser = user?.sub ?? null }, () => {})
    })
    // Where the frame is refused, the page comes to its callback, and the app there sends it back. No
    // timer of a second or more fires: the client waits for no timeout.
    if (rule === 'allowed') {
      await page.waitForFunction(() => globalThis.startedUser !== undefined)
      assert.equal(await page.evaluate(() => startedUser), 'alice')
      assert.equal(servers.count('GET /auth') - before, 1)
      assert.match(await token(page), isToken)
    } else {
      await page.waitForFunction(() => location.pathname === '/inbox' && !('startedUser' in globalThis) &&
        !('auth' in globalThis))
      assert.equal(servers.count('GET /auth') - before, 2)
      assert.equal(await start(page, servers, SILENT), 'alice')
      assert.equal(servers.tokenRequests.length, 2)
    }
    assert.equal(await page.evaluate(() => location.pathname), '/inbox')
  })
}
