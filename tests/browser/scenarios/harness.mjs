// The harness itself: each of its methods works the same in every engine. Other scenarios depend on it.
import assert from 'node:assert/strict'
import { advance, setClock, waitForTimer } from '../harness/clock.mjs'
import * as faults from '../harness/faults.mjs'
import { assertEachUsedOnce, nameOf } from '../harness/token-log.mjs'
import { NO_PAGE } from '../harness/profile.mjs'
import { scenario } from '../harness/scenario.mjs'
import { clickButton, open, signIn } from '../harness/steps.mjs'

const visibility = (page) => page.evaluate(() => document.visibilityState)

scenario('tabs share what a profile has, a copied tab has its sessionStorage, a popup its opener', {},
  async ({ page, servers, newPage, duplicate, popup, strangersPage }) => {
    await open(page, servers, '/here?x=1')
    await page.evaluate(() => {
      localStorage.setItem('shared', 'by all tabs')
      sessionStorage.setItem('own', 'of the first')
      globalThis.received = new Promise((resolve) => {
        new BroadcastChannel('messages').onmessage = ({ data }) => resolve(data)
      })
      document.querySelector('#view button').addEventListener('click', (event) => {
        event.stopImmediatePropagation()
        open('/popup?x=2', '_blank', 'popup,width=400,height=400')
      }, { capture: true })
    })
    const stored = () => {
      return [location.search, localStorage.getItem('shared'), sessionStorage.getItem('own')]
    }
    const other = await newPage()
    await open(other, servers)
    assert.deepEqual(await other.evaluate(stored), ['', 'by all tabs', null])
    await other.evaluate(() => new BroadcastChannel('messages').postMessage('from the other'))
    assert.equal(await page.evaluate(() => received), 'from the other')
    const copy = await duplicate(page)
    assert.deepEqual(await copy.evaluate(stored), ['?x=1', 'by all tabs', 'of the first'])

    const window = await popup(page, () => clickButton(page, 'Sign in'))
    await window.waitForFunction(() => location.search === '?x=2')
    assert.equal(await window.evaluate(() => opener?.location.search), '?x=1')
    await window.close()
    assert.equal(await page.evaluate(() => location.search), '?x=1')

    const stranger = await strangersPage()
    await open(stranger, servers)
    assert.deepEqual(await stranger.evaluate(stored), ['', null, null])
  })

scenario('a page is hidden and offline, and then shown and online again', {},
  async ({ page, servers, hide, show, offline }) => {
    await open(page, servers)
    await page.evaluate(() => {
      globalThis.events = []
      const log = ({ type }) => events.push(`${type} ${document.visibilityState}`)
      document.addEventListener('visibilitychange', log)
      addEventListener('offline', log)
      addEventListener('online', log)
    })
    const fetches = () => fetch('/callback').then(() => true, () => false)
    await hide(page)
    await page.waitForFunction(() => document.hidden)
    await show(page)
    await page.waitForFunction(() => !document.hidden)
    await offline(page, true)
    assert.deepEqual([await page.evaluate(() => navigator.onLine), await page.evaluate(fetches)],
      [false, false])
    await offline(page, false)
    assert.deepEqual([await page.evaluate(() => navigator.onLine), await page.evaluate(fetches)],
      [true, true])
    const expected = ['visibilitychange hidden', 'visibilitychange visible', 'offline visible',
      'online visible']
    assert.deepEqual(await page.evaluate(() => events), expected)
    assert.equal(await visibility(page), 'visible')
  })

const ONLY_CHROMIUM = 'No driver freezes a page here.'

scenario('a frozen page does nothing until it is resumed',
  { skipIn: { Firefox: ONLY_CHROMIUM, WebKit: ONLY_CHROMIUM } },
  async ({ page, servers, newPage, freeze }) => {
    const witness = await newPage()
    for (const tab of [page, witness]) await open(tab, servers)
    await witness.evaluate(() => {
      globalThis.beats = 0
      new BroadcastChannel('beat').onmessage = () => { beats += 1 }
    })
    await page.evaluate(() => {
      const channel = new BroadcastChannel('beat')
      setInterval(() => channel.postMessage('beat'), 50)
    })
    const waitForBeat = async () => {
      const before = await witness.evaluate(() => beats)
      await witness.waitForFunction((before) => beats > before, {}, before)
    }
    await waitForBeat()
    await freeze(page, true)
    // Beats that were sent before may still arrive.
    let before
    do {
      before = await witness.evaluate(() => beats)
      await witness.evaluate(() => new Promise((over) => { setTimeout(over, 500) }))
    } while (await witness.evaluate(() => beats) !== before)
    await freeze(page, false)
    await waitForBeat()
  })

scenario('a page’s clock is as wrong as a scenario says, from its first script on', { clock: 3600 },
  async ({ page, servers }) => {
    const error = async () => Math.round((await page.evaluate(() => {
      return (Date.now() + new Date().getTime()) / 2
    }) - Date.now()) / 60_000)
    await open(page, servers)
    assert.equal(await error(), 60)
    assert.equal(await page.evaluate(() => new Date(5).getTime()), 5)
    await setClock(servers, page, -7200)
    assert.equal(await error(), -120)
    await page.reload()
    assert.equal(await error(), -120)
  })

scenario('a long timer of a page fires when the scenario lets time pass, a short one by itself', { clock: 0 },
  async ({ page, servers }) => {
    await open(page, servers)
    await page.evaluate(() => {
      globalThis.fired = []
      setTimeout((name) => fired.push(name), 20, 'short')
      setTimeout((name) => fired.push(name), 3000, 'later')
      setTimeout((name) => fired.push(name), 2000, 'sooner')
      setInterval((name) => fired.push(name), 1500, 'interval')
      clearTimeout(setTimeout((name) => fired.push(name), 2500, 'cleared'))
    })
    await page.waitForFunction(() => fired.length > 0)
    await waitForTimer(page, 3)
    await setClock(servers, page, 60)
    assert.deepEqual(await page.evaluate(() => fired), ['short'], 'a wrong clock fires no timer')
    await advance(servers, [page], 3)
    assert.deepEqual(await page.evaluate(() => fired), ['short', 'interval', 'sooner', 'later'])
    await advance(servers, [page], 1.5)
    assert.deepEqual(await page.evaluate(() => fired.slice(4)), ['interval'])
  })

scenario('the provider rotates refresh tokens, logs each of them, and misbehaves on request',
  { before: storeTokens, provider: { accessTokenTtl: 5 } },
  async ({ page, servers, newPage }) => {
    await open(page, servers)
    await signIn(page, servers)
    const first = await page.evaluate(() => sessionStorage.getItem('refresh'))
    // On a page without a script.
    const asker = await newPage()
    await asker.goto(servers.app + NO_PAGE)
    const refresh = (token) => asker.evaluate(ask, servers.issuer, token)

    const rotated = await refresh(first)
    assert.equal(rotated.expires_in, 5)
    assert.notEqual(rotated.refresh_token, first)
    servers.fault = faults.times(1, faults.unavailable())
    assert.equal((await refresh(rotated.refresh_token)).status, 503)
    servers.fault = faults.refusedGrant()
    assert.equal((await refresh(rotated.refresh_token)).error, 'invalid_grant')
    servers.fault = faults.slowAnswer(300)
    const second = await refresh(rotated.refresh_token)
    servers.fault = faults.grace(30)
    const third = await refresh(second.refresh_token)
    assert.deepEqual(await refresh(second.refresh_token), third)
    servers.fault = undefined
    servers.provider.rotation = false
    servers.provider.accessTokenTtl = 7
    assert.deepEqual([(await refresh(third.refresh_token)).expires_in, servers.tokenRequests.length], [7, 8])
    servers.provider.rotation = true
    servers.fault = faults.lostAnswer()
    assert.equal((await refresh(third.refresh_token)).failed, true)
    servers.fault = undefined
    // The answer was lost after the rotation, so the provider assumes a theft.
    assert.equal((await refresh(third.refresh_token)).error, 'invalid_grant')

    const seen = servers.tokenRequests.map(({ grant, status, error, lost }) => [grant, status, error, lost])
    const good = ['refresh_token', 200, undefined, false]
    const refused = ['refresh_token', 400, 'invalid_grant', false]
    assert.deepEqual(seen, [
      ['authorization_code', 200, undefined, false], good, ['refresh_token', 503, undefined, false],
      refused, good, good, good, good, ['refresh_token', 200, undefined, true], refused,
    ])
    assert.equal(servers.tokenRequests[0].issued, nameOf(first))
    assert.equal(servers.tokenRequests[1].token, nameOf(first))
    assertEachUsedOnce(servers.tokenRequests.slice(0, 2))
    assert.throws(() => assertEachUsedOnce(servers.tokenRequests))
  })

for (const rule of ['allowed', 'blocked']) {
  scenario(`a provider of another site gets its cookie from a page where third-party cookies are ${rule}`,
    { otherSite: true, thirdPartyCookies: rule },
    async ({ page, servers }) => {
      await open(page, servers)
      await signIn(page, servers)
      assert.match(servers.issuer, /^https:\/\/127\.0\.0\.1:/)
      const cookies = []
      servers.fault = (ctx, next) => {
        if (ctx.path === '/who-is-there') cookies.push(ctx.get('Cookie').includes('_session='))
        return next()
      }
      await page.evaluate(async (issuer) => {
        await fetch(`${issuer}/who-is-there`, { mode: 'no-cors', credentials: 'include' })
      }, servers.issuer)
      assert.deepEqual(cookies, [rule === 'allowed'])
    })
}

// In the page, before its scripts: the client itself gives no refresh token away.
function storeTokens() {
  const { fetch: original } = globalThis
  globalThis.fetch = async (...request) => {
    const response = await original(...request)
    const { refresh_token: token } = await response.clone().json().catch(() => ({}))
    if (token) sessionStorage.setItem('refresh', token)
    return response
  }
}

// In the page.
async function ask(issuer, token) {
  const body = new URLSearchParams({
    grant_type: 'refresh_token', client_id: 'demo-spa', refresh_token: token,
  })
  const response = await fetch(`${issuer}/token`, { method: 'POST', body }).catch(() => undefined)
  if (!response) return { failed: true }
  const { status } = response
  return response.json().catch(() => ({ status }))
}
