// The harness itself: what its words promise is so in every engine. Stories stand on it.
import assert from 'node:assert/strict'
import { shiftClock } from '../harness/clock.mjs'
import * as faults from '../harness/faults.mjs'
import { assertEachUsedOnce, nameOf } from '../harness/log.mjs'
import { story } from '../harness/story.mjs'
import { open, press, signIn } from '../harness/steps.mjs'

const visibility = (page) => page.evaluate(() => document.visibilityState)

story('tabs share what a profile has, a copied tab has its sessionStorage, a popup its opener', {},
  async ({ page, world, newPage, duplicate, popup, strangersPage }) => {
    await open(page, world, '/here?x=1')
    await page.evaluate(() => {
      localStorage.setItem('shared', 'by all')
      sessionStorage.setItem('own', 'of the first')
      globalThis.heard = new Promise((hear) => {
        new BroadcastChannel('words').onmessage = ({ data }) => hear(data)
      })
      document.querySelector('#view button').addEventListener('click', (event) => {
        event.stopImmediatePropagation()
        open('/popped?x=2', '_blank', 'popup,width=400,height=400')
      }, { capture: true })
    })
    const kept = () => {
      return [location.search, localStorage.getItem('shared'), sessionStorage.getItem('own')]
    }
    const other = await newPage()
    await open(other, world)
    assert.deepEqual(await other.evaluate(kept), ['', 'by all', null])
    await other.evaluate(() => new BroadcastChannel('words').postMessage('from the other'))
    assert.equal(await page.evaluate(() => heard), 'from the other')
    const copy = await duplicate(page)
    assert.deepEqual(await copy.evaluate(kept), ['?x=1', 'by all', 'of the first'])

    const popped = await popup(page, () => press(page, 'Sign in'))
    await popped.waitForFunction(() => location.search === '?x=2')
    assert.equal(await popped.evaluate(() => opener?.location.search), '?x=1')
    await popped.close()
    assert.equal(await page.evaluate(() => location.search), '?x=1')

    const stranger = await strangersPage()
    await open(stranger, world)
    assert.deepEqual(await stranger.evaluate(kept), ['', null, null])
  })

story('a page goes out of sight and offline, and comes back', {},
  async ({ page, world, hide, show, offline }) => {
    await open(page, world)
    await page.evaluate(() => {
      globalThis.noted = []
      const note = ({ type }) => noted.push(`${type} ${document.visibilityState}`)
      document.addEventListener('visibilitychange', note)
      addEventListener('offline', note)
      addEventListener('online', note)
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
    const events = ['visibilitychange hidden', 'visibilitychange visible', 'offline visible',
      'online visible']
    assert.deepEqual(await page.evaluate(() => noted), events)
    assert.equal(await visibility(page), 'visible')
  })

const ONLY_CHROMIUM = 'No driver freezes a page here.'

story('a frozen page does nothing until it is let go on',
  { skipIn: { Firefox: ONLY_CHROMIUM, WebKit: ONLY_CHROMIUM } },
  async ({ page, world, newPage, freeze }) => {
    const witness = await newPage()
    for (const tab of [page, witness]) await open(tab, world)
    await witness.evaluate(() => {
      globalThis.heard = 0
      new BroadcastChannel('beat').onmessage = () => { heard += 1 }
    })
    await page.evaluate(() => {
      const line = new BroadcastChannel('beat')
      setInterval(() => line.postMessage('beat'), 50)
    })
    const beats = () => witness.evaluate(() => new Promise((over) => {
      const before = heard
      setTimeout(() => over(heard - before), 2500)
    }))
    assert.ok(await beats() > 0)
    await freeze(page, true)
    await beats()
    assert.equal(await beats(), 0)
    await freeze(page, false)
    assert.ok(await beats() > 0)
  })

story('a page’s clock is as wrong as a story says, from its first script on', { clock: 3600 },
  async ({ page, world }) => {
    const error = async () => Math.round((await page.evaluate(() => {
      return (Date.now() + new Date().getTime()) / 2
    }) - Date.now()) / 60_000)
    await open(page, world)
    assert.equal(await error(), 60)
    assert.equal(await page.evaluate(() => new Date(5).getTime()), 5)
    await shiftClock(world, page, -7200)
    assert.equal(await error(), -120)
    await page.reload()
    assert.equal(await error(), -120)
  })

story('the provider rotates, notes what became of each token, and misbehaves on request',
  { before: keepTokens, provider: { accessTokenTtl: 5 } },
  async ({ page, world, newPage }) => {
    await open(page, world)
    await signIn(page)
    const first = await page.evaluate(() => sessionStorage.getItem('refresh'))
    // On a page whose script does nothing of its own.
    const asker = await newPage()
    await asker.goto(`${world.app}/seal.svg`)
    const refresh = (token) => asker.evaluate(ask, world.issuer, token)

    const rotated = await refresh(first)
    assert.equal(rotated.expires_in, 5)
    assert.notEqual(rotated.refresh_token, first)
    world.fault = faults.times(1, faults.unavailable())
    assert.equal((await refresh(rotated.refresh_token)).status, 503)
    world.fault = faults.refusedGrant()
    assert.equal((await refresh(rotated.refresh_token)).error, 'invalid_grant')
    world.fault = faults.slowAnswer(300)
    const second = await refresh(rotated.refresh_token)
    world.fault = faults.grace(30)
    const third = await refresh(second.refresh_token)
    assert.deepEqual(await refresh(second.refresh_token), third)
    world.fault = undefined
    world.provider.rotation = false
    world.provider.accessTokenTtl = 7
    assert.deepEqual([(await refresh(third.refresh_token)).expires_in, world.tokens.length], [7, 8])
    world.provider.rotation = true
    world.fault = faults.lostAnswer()
    assert.equal((await refresh(third.refresh_token)).failed, true)
    world.fault = undefined
    // The answer was lost, but not the rotation: the provider takes this for a theft.
    assert.equal((await refresh(third.refresh_token)).error, 'invalid_grant')

    const seen = world.tokens.map(({ grant, status, error, lost }) => [grant, status, error, lost])
    const good = ['refresh_token', 200, undefined, false]
    const refused = ['refresh_token', 400, 'invalid_grant', false]
    assert.deepEqual(seen, [
      ['authorization_code', 200, undefined, false], good, ['refresh_token', 503, undefined, false],
      refused, good, good, good, good, ['refresh_token', 200, undefined, true], refused,
    ])
    assert.equal(world.tokens[0].issued, nameOf(first))
    assert.equal(world.tokens[1].token, nameOf(first))
    assertEachUsedOnce(world.tokens.slice(0, 2))
    assert.throws(() => assertEachUsedOnce(world.tokens))
  })

for (const rule of ['allowed', 'blocked']) {
  story(`a provider of another site gets its cookie from a page where third-party ones are ${rule}`,
    { otherSite: true, thirdPartyCookies: rule },
    async ({ page, world }) => {
      await open(page, world)
      await signIn(page)
      assert.match(world.issuer, /^https:\/\/127\.0\.0\.1:/)
      const came = []
      world.fault = (ctx, next) => {
        if (ctx.path === '/who-is-there') came.push(ctx.get('Cookie').includes('_session='))
        return next()
      }
      await page.evaluate(async (issuer) => {
        await fetch(`${issuer}/who-is-there`, { mode: 'no-cors', credentials: 'include' })
      }, world.issuer)
      assert.deepEqual(came, [rule === 'allowed'])
    })
}

// In the page, before its scripts: the client gives its refresh token to nobody.
function keepTokens() {
  const { fetch: usual } = globalThis
  globalThis.fetch = async (...request) => {
    const response = await usual(...request)
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
