// The vault: tokens in the memory of a worker, in real browsers at the real provider.
import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  app, atCallback, bare, outcome, pressPopup, refreshes, remember, shown, shows, signIn, start, token,
} from '../harness/bare.mjs'
import { assertEachUsedOnce } from '../harness/log.mjs'
import { answerProvider, makeClient } from '../harness/steps.mjs'
import { story } from '../harness/story.mjs'
import { keptInPage, oldAfter, openVaulted, robbed, vaulted, watchTokens } from '../harness/vault.mjs'
import { contentSecurityPolicy } from '../../../www/server/headers.js'

const assertHas = (text, tokens, expected, what) =>
  tokens.forEach((token) => assert.equal(text.includes(token), expected, what))

story('vault: after a redirect the refresh token is nowhere in the page, nor can a script have it',
  bare,
  async ({ page, world }) => {
    const given = watchTokens(world)
    await signIn(page, world, vaulted)
    assert.equal(given.refresh.filter(Boolean).length, 1)
    assertHas(await keptInPage(page), [...given.refresh, ...given.access], false, 'kept in the page')
    await page.evaluate((issuer) => {
      const at = (path) => new URL(path, location.origin).href
      globalThis.robbery = {
        settings: {
          issuer,
          clientId: 'demo-spa',
          redirectUri: at('/callback'),
          postLogoutRedirectUri: at('/'),
          allowLoopbackIssuer: true,
        },
      }
    }, world.issuer)
    const loot = await robbed(page)
    assert.match(loot, /^\["signedIn"/)
    // What a page may have a script may have: an access token, for as long as it lasts.
    assertHas(loot, given.access, true, 'access tokens are told')
    assertHas(loot, given.refresh, false, 'refresh tokens are not')
    assert.match(await token(page), /^(?!OIDC_)/)
  })

story('vault: a sign-in in a popup keeps its verifier in the worker', { ...bare, before: app },
  async ({ page, world, popup }) => {
    const given = watchTokens(world)
    await page.goto(world.app)
    assert.equal(await start(page, world, vaulted), null)
    await remember(page, world, vaulted)
    const beside = await popup(page, () => pressPopup(page))
    await beside.waitForSelector('input[name=login]')
    assert.doesNotMatch(await keptInPage(page), /verifier|pending/)
    await answerProvider(beside)
    assert.equal((await outcome(page))[0], 'alice')
    assert.deepEqual(await shown(page), ['signedIn', 'alice'])
    assertHas(await keptInPage(page), [...given.refresh, ...given.access], false, 'kept in the page')
  })

story('vault: two tabs share one session, which is renewed once for both, and signed out of in both',
  oldAfter(2),
  async ({ page, world, newPage }) => {
    await signIn(page, world, vaulted)
    const { tab, sub } = await openVaulted(newPage, world)
    assert.equal(sub, 'alice')
    for (const round of [1, 2]) {
      await sleep(2200)
      const tokens = await Promise.all([page, tab].map(token))
      assert.equal(new Set(tokens).size, 1, `${tokens}`)
      assert.match(tokens[0], /^(?!OIDC_)/)
      assert.equal(refreshes(world).length, round)
    }
    assertEachUsedOnce(world.tokens)
    await page.evaluate(() => void auth.signOut())
    await shows(tab, null)
    assert.equal((await openVaulted(newPage, world)).sub, null)
  })

story('vault: requests to an API are sent by the worker, with a token that the page never had', bare,
  async ({ page, world }) => {
    const given = watchTokens(world)
    const me = `${world.issuer}/me`
    const settings = { ...vaulted, apis: { [me]: {} } }
    await signIn(page, world, settings)
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
    assert.deepEqual(sent.filter((name) => name.startsWith(world.issuer)), [])
    assert.ok(!JSON.stringify(seen).includes(given.access[0]))
    // A request that is called off ends as the platform's own does.
    world.fault = (ctx, next) => (ctx.path === '/me' ? sleep(3000).then(next) : next())
    const off = await page.evaluate(async (me) => {
      const off = new AbortController()
      setTimeout(() => off.abort(), 200)
      const began = Date.now()
      const { name } = await auth.fetch(me, { signal: off.signal }).catch((error) => error)
      return [name, Date.now() - began < 2000]
    }, me)
    assert.deepEqual(off, ['AbortError', true])
  })

/** Starts a client where nobody is signed in any more: the page goes to the provider, and comes back. */
async function comeBack(page, world, settings) {
  await page.goto(`${world.app}/inbox`)
  await makeClient(page, world, settings)
  await page.evaluate(() => void auth.start())
  await atCallback(page, world)
  return start(page, world, settings)
}

story('vault: with the last page its memory is gone, and the session returns by a redirect that asks nothing',
  bare,
  async ({ page, world, newPage }) => {
    const given = watchTokens(world)
    await signIn(page, world, vaulted)
    const other = await newPage()
    await page.close()
    await sleep(1000)
    assert.equal(await comeBack(other, world, vaulted), 'alice')
    assert.equal(await other.evaluate(() => location.pathname), '/inbox')
    assert.equal(world.count('POST /token'), 2)
    assert.match(await token(other), /^(?!OIDC_)/)
    assertHas(await keptInPage(other), [...given.refresh, ...given.access], false, 'kept in the page')
    // After a sign-out nothing brings it back.
    await other.evaluate(() => void auth.signOut())
    await shows(other, null)
    const last = await newPage()
    await last.goto(world.app)
    assert.equal(await start(last, world, vaulted), null)
  })

story('vault: a worker that is not there is OIDC_VAULT_UNAVAILABLE, and the page stays usable', bare,
  async ({ page, world }) => {
    await page.goto(world.app)
    await makeClient(page, world, { vault: { workerUrl: '/nothing.js' } })
    const began = Date.now()
    const started = () => page.evaluate(() => auth.start().catch(({ code, blame }) => [code, blame]))
    assert.deepEqual(await started(), ['OIDC_VAULT_UNAVAILABLE', 'Host'])
    assert.ok(Date.now() - began < 15_000)
    assert.deepEqual(await shown(page), ['signedOut', null])
    await signIn(page, world, vaulted)
  })

const policy = contentSecurityPolicy('http://localhost', 'http://localhost')
story('vault: a worker that the policy forbids is OIDC_VAULT_UNAVAILABLE', {
  ...bare,
  violates: () => true,
  headers: { 'Content-Security-Policy': `${policy}; worker-src 'none'` },
}, async ({ page, world, seen }) => {
  await page.goto(world.app)
  await makeClient(page, world, vaulted)
  assert.equal(await page.evaluate(() => auth.start().catch(({ code }) => code)),
    'OIDC_VAULT_UNAVAILABLE')
  assert.deepEqual(await shown(page), ['signedOut', null])
  // The page reports it by a request of its own.
  for (let left = 30; left > 0 && !seen.violations.length; left -= 1) await sleep(100)
})

story('vault: where there are no shared workers each tab has a worker and a session of its own', {
  ...bare,
  before: () => { delete globalThis.SharedWorker },
}, async ({ page, world, newPage }) => {
  const given = watchTokens(world)
  await signIn(page, world, vaulted)
  assert.match(await token(page), /^(?!OIDC_)/)
  assertHas(await keptInPage(page), given.refresh, false, 'kept in the page')
  const tab = await newPage()
  assert.equal(await comeBack(tab, world, vaulted), 'alice')
  assert.equal(given.refresh.length, 2)
  await page.evaluate(() => void auth.signOut())
  await shows(tab, null)
  assert.equal(await token(tab), 'OIDC_SIGNIN_REQUIRED')
})
