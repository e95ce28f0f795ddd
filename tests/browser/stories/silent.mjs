// Sessions without a refresh token: a hidden frame asks the provider who is there (promise B1).
import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { contentSecurityPolicy } from '../../../www/server/headers.js'
import { app, bare, refreshes, remember, shown, shows, signIn, token } from '../harness/bare.mjs'
import { story } from '../harness/story.mjs'

const SILENT = { silentRedirectUri: '/callback' }
const provider = { accessTokenTtl: 2, refreshTokens: false }
const isToken = /^(?!OIDC_)/

// The app shows frames of these, and its own callback in one. The ports are free ones.
const framing = (provider) => ({
  'Content-Security-Policy': contentSecurityPolicy('http://localhost', 'http://localhost')
    .replace('connect-src', `frame-src 'self' ${provider}; connect-src ${provider}`)
    .replace("frame-ancestors 'none'", "frame-ancestors 'self'"),
})

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
