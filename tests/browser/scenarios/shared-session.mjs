// One session in several tabs: a sign-out or a sign-in in one of them happens in all (promise B17).
import assert from 'node:assert/strict'
import {
  atCallback, authState, bareWithClock, EXPIRY_AGE, openTab, refreshes, signIn, start, token, until,
  waitForUser,
} from '../harness/bare-page.mjs'
import { advance } from '../harness/clock.mjs'
import * as faults from '../harness/faults.mjs'
import { scenario } from '../harness/scenario.mjs'

const HOUR = 3600

/** In the page: the number of sessions in IndexedDB. The key that sealed them stays there. */
const storedSessions = (page) => page.evaluate(() => new Promise((resolve, reject) => {
  const opening = indexedDB.open('countersign')
  opening.onerror = reject
  opening.onsuccess = () => {
    const reading = opening.result.transaction('sealed').objectStore('sealed').getAllKeys()
    reading.onsuccess = () => resolve(reading.result.filter((key) => key !== 'key').length)
    opening.result.close()
  }
}))

scenario('B17, LOG-21: a sign-out in one of five tabs reaches all without waiting, and nothing stays stored',
  bareWithClock,
  async ({ page, servers, newPage }) => {
    await signIn(page, servers)
    const others = []
    while (others.length < 4) others.push((await openTab(newPage, servers)).tab)
    assert.equal(await storedSessions(others[0]), 1)
    await page.evaluate(() => void auth.signOut())
    for (const tab of others) {
      // No timer of a second or more fires here: the other tabs get a message.
      await waitForUser(tab, null)
      assert.deepEqual(await authState(tab), ['signedOut', null])
      assert.equal(await token(tab), 'OIDC_SIGNIN_REQUIRED')
    }
    const [first] = others
    assert.equal(await storedSessions(first), 0)
    const rest = () => JSON.stringify([{ ...localStorage }, { ...sessionStorage }])
    assert.doesNotMatch(await first.evaluate(rest), /alice|token/)
    await first.reload()
    assert.equal(await start(first, servers), null)
  })

scenario('C1: a sign-in that a route guard of another tab begins reaches the provider after the sign-out',
  bareWithClock,
  async ({ page, servers, newPage }) => {
    await signIn(page, servers)
    const { tab } = await openTab(newPage, servers)
    await tab.evaluate(() => {
      auth.subscribe(() => { if (!auth.user) globalThis.guard ??= auth.signIn().catch(() => {}) })
    })
    servers.fault = async (ctx, next) => {
      if (ctx.path.endsWith('/revocation')) await new Promise((resolve) => setTimeout(resolve, 800))
      return next()
    }
    await page.bringToFront()
    servers.requests.length = 0
    await page.evaluate(() => void auth.signOut())
    await until(() => servers.count('GET /auth') > 0)
    const order = servers.requests.filter((one) => /^GET \/(session\/end|auth)$/.test(one))
    assert.deepEqual(order, ['GET /session/end', 'GET /auth'])
  })

/** A fault that holds the next answer to a token request back until `release` is called. */
function heldAnswer() {
  let release
  const released = new Promise((resolve) => { release = resolve })
  const fault = faults.times(1, async (_ctx, next) => {
    await next()
    await released
  })
  return { fault, release }
}

scenario('B17: a renewal that is under way does not bring back a user who signs out meanwhile', bareWithClock,
  async ({ page, servers, newPage }) => {
    await signIn(page, servers)
    const { tab } = await openTab(newPage, servers)
    await advance(servers, [page, tab], EXPIRY_AGE)
    const { fault, release } = heldAnswer()
    servers.fault = fault
    const result = token(tab)
    await until(() => refreshes(servers).length > 0)
    await page.evaluate(() => void auth.signOut())
    await waitForUser(tab, null)
    release()
    assert.match(await result, /^OIDC_SIGNIN_REQUIRED$/)
    assert.deepEqual(await authState(tab), ['signedOut', null])
    assert.equal(await storedSessions(tab), 0)
    await tab.reload()
    assert.equal(await start(tab, servers), null)
  })

// The browser has lost the provider's cookie, so the provider does not know the user.
const forgetful = (then = (_ctx, next) => next()) => (ctx, next) => {
  if (ctx.path === '/auth') delete ctx.req.headers.cookie
  return then(ctx, next)
}

async function signInAsBob(tab, servers) {
  servers.autoLogin = 'bob'
  await tab.evaluate(() => void auth.signIn())
  await atCallback(tab, servers)
  servers.autoLogin = undefined
  assert.equal(await start(tab, servers), 'bob')
}

const users = (page) => page.evaluate(async () => [auth.user.sub, (await auth.userInfo()).sub])

scenario('B17: a user who signs in in another tab is the user of this one, with their own tokens', bareWithClock,
  async ({ page, servers, newPage }) => {
    await signIn(page, servers)
    const { tab } = await openTab(newPage, servers)
    servers.fault = forgetful()
    assert.deepEqual(await users(page), ['alice', 'alice'])
    await signInAsBob(tab, servers)
    await waitForUser(page, 'bob')
    assert.deepEqual(await users(page), ['bob', 'bob'])
  })

scenario('B17: a renewal during which another user signs in fails with OIDC_SESSION_CHANGED, and mixes nothing',
  bareWithClock,
  async ({ page, servers, newPage }) => {
    await signIn(page, servers)
    const { tab } = await openTab(newPage, servers)
    await advance(servers, [page, tab], EXPIRY_AGE)
    const { fault, release } = heldAnswer()
    servers.fault = forgetful(fault)
    const result = token(page)
    await until(() => refreshes(servers).length > 0)
    servers.provider.accessTokenTtl = HOUR
    await signInAsBob(tab, servers)
    await waitForUser(page, 'bob')
    release()
    assert.equal(await result, 'OIDC_SESSION_CHANGED')
    assert.deepEqual(await users(page), ['bob', 'bob'])
    await page.reload()
    assert.equal(await start(page, servers), 'bob')
  })
