// Tokens that become old, with refresh tokens that work once (promises B2, B3).
import assert from 'node:assert/strict'
import {
  authState, bare, bareWithClock, EXPIRY_AGE, openTab, refreshes, RENEWAL_AGE, signIn, start, token,
} from '../harness/bare-page.mjs'
import { advance } from '../harness/clock.mjs'
import * as faults from '../harness/faults.mjs'
import { scenario } from '../harness/scenario.mjs'
import { assertEachUsedOnce } from '../harness/token-log.mjs'

scenario('B3, TOK-18: eight tabs ask at once for a token that is old: one refresh, eight results, three rounds',
  bareWithClock,
  async ({ page, servers, newPage }) => {
    await signIn(page, servers)
    const tabs = [page]
    while (tabs.length < 8) tabs.push((await openTab(newPage, servers)).tab)
    servers.fault = faults.slowAnswer(300)
    for (const round of [1, 2, 3]) {
      await advance(servers, tabs, RENEWAL_AGE)
      const before = refreshes(servers).length
      const tokens = await Promise.all(tabs.map(token))
      assert.equal(new Set(tokens).size, 1, `${round}: ${tokens}`)
      assert.equal(refreshes(servers).length - before, 1, `round ${round}`)
      const states = await Promise.all(tabs.map(authState))
      assert.deepEqual(states, tabs.map(() => ['signedIn', 'alice']))
    }
    assertEachUsedOnce(servers.tokenRequests)
  })

scenario('B2: a reload continues with the refresh token of the last renewal', bareWithClock,
  async ({ page, servers }) => {
    await signIn(page, servers)
    for (const round of [1, 2]) {
      const before = await token(page)
      await advance(servers, [page], RENEWAL_AGE)
      assert.notEqual(await token(page), before)
      await page.reload()
      assert.equal(await start(page, servers), 'alice', `reload ${round}`)
    }
    assertEachUsedOnce(servers.tokenRequests)
    assert.equal(refreshes(servers).length, 2)
  })

scenario('B3: a duplicated tab with the store session continues without the refresh token', bareWithClock,
  async ({ page, servers, duplicate }) => {
    const settings = { store: 'session' }
    await signIn(page, servers, settings)
    const copy = await duplicate(page)
    // A copy waits a second for the lock of the tab that it was before, and then knows what it is.
    const started = start(copy, servers, settings)
    await copy.waitForFunction(() => globalThis.auth?.status === 'loading')
    await advance(servers, [copy], 1)
    assert.equal(await started, 'alice')
    await advance(servers, [copy, page], EXPIRY_AGE)
    assert.equal(await token(copy), 'OIDC_SESSION_EXPIRED')
    assert.match(await token(page), /^(?!OIDC_)/)
    assert.deepEqual(await authState(page), ['signedIn', 'alice'])
    assert.equal(refreshes(servers).length, 1)
    assertEachUsedOnce(servers.tokenRequests)
  })

/** The provider's UserInfo is the API, and refuses the token that the page has. */
async function rejectToken(page, servers) {
  const rejected = `Bearer ${await token(page)}`
  servers.fault = (ctx, next) => (ctx.get('authorization') === rejected
    ? faults.unavailable(401, '/me')(ctx, next)
    : next())
}

async function signInToApi(page, servers) {
  const me = `${servers.issuer}/me`
  await signIn(page, servers, { apis: { [me]: {} } })
  return me
}

scenario('fetch: after a 401 the session is renewed once, and the request is sent once more', bare,
  async ({ page, servers }) => {
    const me = await signInToApi(page, servers)
    await rejectToken(page, servers)
    const ask = () => page.evaluate(async (me) => (await auth.fetch(me)).status, me)
    assert.equal(await ask(), 200)
    assert.deepEqual([servers.count('GET /me'), refreshes(servers).length], [2, 1])
    assert.equal(await ask(), 200)
    assert.deepEqual([servers.count('GET /me'), refreshes(servers).length], [3, 1])
    // An API that rejects every token gets two requests, and no more.
    servers.fault = faults.unavailable(401, '/me')
    assert.equal(await ask(), 401)
    assert.deepEqual([servers.count('GET /me'), refreshes(servers).length], [5, 2])
    assert.deepEqual(await authState(page), ['signedIn', 'alice'])
    assertEachUsedOnce(servers.tokenRequests)
  })

scenario('fetch: a request whose body was read by the first attempt is not repeated', bare,
  async ({ page, servers }) => {
    const me = await signInToApi(page, servers)
    await rejectToken(page, servers)
    const post = () => page.evaluate(async (me) => {
      const body = new URLSearchParams({ a: 'b' })
      return (await auth.fetch(new Request(me, { method: 'POST', body }))).status
    }, me)
    assert.equal(await post(), 401)
    assert.equal(servers.count('POST /me'), 1)
  })
