// The vault: tokens in the memory of a worker, in real browsers at the real provider.
import assert from 'node:assert/strict'
import {
  app, atCallback, authState, bare, bareWithClock, clickPopupSignIn, popupOutcome, refreshes,
  rememberApp, RENEWAL_AGE, signIn, start, token, until, waitForUser,
} from '../harness/bare-page.mjs'
import { advance, advanceUntilSettled, workerEnds } from '../harness/clock.mjs'
import { NO_PAGE } from '../harness/profile.mjs'
import { scenario } from '../harness/scenario.mjs'
import { makeClient, signInAtProvider } from '../harness/steps.mjs'
import { assertEachUsedOnce } from '../harness/token-log.mjs'
import { attackVault, openVaulted, storedInPage, vaulted, watchTokens } from '../harness/vault.mjs'
import { contentSecurityPolicy } from '../../../www/server/headers.js'

const isToken = /^(?!OIDC_)/

/** How often the page asks a silent worker for a sign of life, in seconds. */
const HEARTBEAT_INTERVAL = 2

const assertIncludes = (text, tokens, expected, what) =>
  tokens.forEach((token) => assert.equal(text.includes(token), expected, what))

scenario('vault: after a redirect the refresh token is nowhere in the page, and no script gets it', bare,
  async ({ page, servers }) => {
    const issued = watchTokens(servers)
    await signIn(page, servers, vaulted)
    assert.equal(issued.refresh.filter(Boolean).length, 1)
    const all = [...issued.refresh, ...issued.access]
    assertIncludes(await storedInPage(page), all, false, 'stored in the page')
    const stolen = await attackVault(page, servers)
    assert.match(stolen, /^\["signedIn"/)
    // A script may get what the page may get: an access token, as long as it is valid.
    assertIncludes(stolen, issued.access, true, 'access tokens are given to scripts')
    assertIncludes(stolen, issued.refresh, false, 'refresh tokens are not')
    assert.match(await token(page), isToken)
  })

scenario('vault: a sign-in in a popup keeps its verifier in the worker', { ...bare, before: app },
  async ({ page, servers, popup }) => {
    const issued = watchTokens(servers)
    await page.goto(servers.app)
    assert.equal(await start(page, servers, vaulted), null)
    await rememberApp(page, servers, vaulted)
    const window = await popup(page, () => clickPopupSignIn(page))
    await window.waitForSelector('input[name=login]')
    assert.doesNotMatch(await storedInPage(page), /verifier|pending/)
    await signInAtProvider(window)
    assert.equal(await popupOutcome(page), 'alice')
    assert.deepEqual(await authState(page), ['signedIn', 'alice'])
    const all = [...issued.refresh, ...issued.access]
    assertIncludes(await storedInPage(page), all, false, 'stored in the page')
  })

scenario('vault: two tabs share one session, one renewal serves both, and a sign-out is for both',
  bareWithClock,
  async ({ page, servers, newPage }) => {
    await signIn(page, servers, vaulted)
    const { tab, sub } = await openVaulted(newPage, servers)
    assert.equal(sub, 'alice')
    for (const round of [1, 2]) {
      await advance(servers, [page, tab], RENEWAL_AGE, { worker: true })
      const tokens = await Promise.all([page, tab].map(token))
      assert.equal(new Set(tokens).size, 1, `${tokens}`)
      assert.match(tokens[0], isToken)
      assert.equal(refreshes(servers).length, round)
    }
    assertEachUsedOnce(servers.tokenRequests)
    await page.evaluate(() => void auth.signOut())
    await waitForUser(tab, null)
    assert.equal((await openVaulted(newPage, servers)).sub, null)
  })

scenario('vault: the worker sends requests to an API, with a token that the page never had', bare,
  async ({ page, servers }) => {
    const issued = watchTokens(servers)
    const me = `${servers.issuer}/me`
    const settings = { ...vaulted, apis: { [me]: {} } }
    await signIn(page, servers, settings)
    await page.evaluate(() => performance.clearResourceTimings())
    const seen = await page.evaluate(async (me) => {
      const response = await auth.fetch(me)
      const { status, url, headers } = response
      return [status, url, headers.get('content-type'), await response.json()]
    }, me)
    assert.deepEqual(seen.slice(0, 2), [200, me])
    assert.match(seen[2], /json/)
    assert.equal(seen[3].sub, 'alice')
    const sent = await page.evaluate(() =>
      performance.getEntriesByType('resource').map(({ name }) => name))
    assert.deepEqual(sent.filter((name) => name.startsWith(servers.issuer)), [])
    assert.ok(!JSON.stringify(seen).includes(issued.access[0]))

    // An aborted request fails as that of the platform does, without an answer of the API.
    let answer
    const held = new Promise((resolve) => { answer = resolve })
    const requests = servers.count('GET /me')
    servers.fault = (ctx, next) => (ctx.path === '/me' ? held.then(next) : next())
    await page.evaluate((me) => {
      globalThis.abort = new AbortController()
      globalThis.aborted = auth.fetch(me, { signal: abort.signal }).catch(({ name }) => name)
    }, me)
    await until(() => servers.count('GET /me') > requests)
    assert.equal(await page.evaluate(() => {
      abort.abort()
      return aborted
    }), 'AbortError')
    answer()
  })

/** Starts a client without a session: the page goes to the provider silently, and comes back. */
async function comeBack(page, servers, settings) {
  await page.goto(`${servers.app}/inbox`)
  await makeClient(page, servers, settings)
  await page.evaluate(() => void auth.start())
  await atCallback(page, servers)
  return start(page, servers, settings)
}

scenario('vault: with the last page its memory ends, and a silent redirect restores the session',
  { ...bare, clock: 0 },
  async ({ page, servers, newPage }) => {
    const issued = watchTokens(servers)
    await signIn(page, servers, vaulted)
    const other = await newPage()
    await other.goto(servers.app + NO_PAGE)
    await page.close()
    await workerEnds(other)
    assert.equal(await comeBack(other, servers, vaulted), 'alice')
    assert.equal(await other.evaluate(() => location.pathname), '/inbox')
    assert.equal(servers.count('POST /token'), 2)
    assert.match(await token(other), isToken)
    const all = [...issued.refresh, ...issued.access]
    assertIncludes(await storedInPage(other), all, false, 'stored in the page')
    // After a sign-out nothing restores it.
    await other.evaluate(() => void auth.signOut())
    await other.waitForFunction((app) => location.origin !== app, {}, servers.app)
    const last = await newPage()
    await last.goto(servers.app)
    assert.equal(await start(last, servers, vaulted), null)
  })

scenario('vault: a worker whose file is missing is OIDC_VAULT_UNAVAILABLE, and the page stays usable',
  { ...bare, clock: 0 },
  async ({ page, servers }) => {
    await page.goto(servers.app)
    await makeClient(page, servers, { vault: { workerUrl: '/nothing.js' } })
    const failure = () => auth.start().catch(({ code, blame }) => [code, blame])
    // Firefox does not report it, so the page looks for the file when the worker is silent.
    assert.deepEqual(await advanceUntilSettled(servers, page, failure, HEARTBEAT_INTERVAL),
      ['OIDC_VAULT_UNAVAILABLE', 'Host'])
    assert.deepEqual(await authState(page), ['signedOut', null])
    await signIn(page, servers, vaulted)
  })

const policy = contentSecurityPolicy('http://localhost', 'http://localhost')
scenario('vault: a worker that the policy forbids is OIDC_VAULT_UNAVAILABLE', {
  ...bare,
  violates: () => true,
  headers: { 'Content-Security-Policy': `${policy}; worker-src 'none'` },
}, async ({ page, servers, seen }) => {
  await page.goto(servers.app)
  await makeClient(page, servers, vaulted)
  assert.equal(await page.evaluate(() => auth.start().catch(({ code }) => code)),
    'OIDC_VAULT_UNAVAILABLE')
  assert.deepEqual(await authState(page), ['signedOut', null])
  await until(() => seen.violations.length > 0)
})

scenario('vault: without shared workers each tab has a worker and a session of its own', {
  ...bare,
  before: () => { delete globalThis.SharedWorker },
}, async ({ page, servers, newPage }) => {
  const issued = watchTokens(servers)
  await signIn(page, servers, vaulted)
  assert.match(await token(page), isToken)
  assertIncludes(await storedInPage(page), issued.refresh, false, 'stored in the page')
  const tab = await newPage()
  assert.equal(await comeBack(tab, servers, vaulted), 'alice')
  assert.equal(issued.refresh.length, 2)
  await page.evaluate(() => void auth.signOut())
  await waitForUser(tab, null)
  assert.equal(await token(tab), 'OIDC_SIGNIN_REQUIRED')
})
