// One session in several tabs: who signs out does so everywhere, who signs in as well (B17).
import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import * as faults from '../harness/faults.mjs'
import { answerProvider } from '../harness/steps.mjs'
import {
  atCallback, bare, openTab, refreshes, shown, shows, signIn, start, token,
} from '../harness/bare.mjs'
import { story } from '../harness/story.mjs'

const brief = { ...bare, provider: { accessTokenTtl: 2 } }

/** What IndexedDB holds of sessions; the key that sealed them stays. */
const sessionsAtRest = (page) => page.evaluate(() => new Promise((resolve, reject) => {
  const opening = indexedDB.open('countersign')
  opening.onerror = reject
  opening.onsuccess = () => {
    const asking = opening.result.transaction('sealed').objectStore('sealed').getAllKeys()
    asking.onsuccess = () => resolve(asking.result.filter((key) => key !== 'key').length)
    opening.result.close()
  }
}))

story('B17, LOG-21: a sign-out in one of five tabs reaches all in a second, and nothing is kept',
  bare,
  async ({ page, world, newPage }) => {
    await signIn(page, world)
    const others = []
    while (others.length < 4) others.push((await openTab(newPage, world)).tab)
    assert.equal(await sessionsAtRest(others[0]), 1)
    for (const tab of others) {
      await tab.evaluate(() => {
        auth.addEventListener('signedout', () => { globalThis.leftAt = Date.now() })
      })
    }
    const leftAt = await page.evaluate(() => {
      void auth.signOut()
      return Date.now()
    })
    for (const tab of others) {
      await tab.waitForFunction(() => globalThis.leftAt, { polling: 50 })
      assert.ok(await tab.evaluate(() => globalThis.leftAt) - leftAt < 1000)
      assert.deepEqual(await shown(tab), ['signedOut', null])
      assert.equal(await token(tab), 'OIDC_SIGNIN_REQUIRED')
    }
    const [first] = others
    assert.equal(await sessionsAtRest(first), 0)
    const rest = () => JSON.stringify([{ ...localStorage }, { ...sessionStorage }])
    assert.doesNotMatch(await first.evaluate(rest), /alice|token/)
    await first.reload()
    assert.equal(await start(first, world), null)
  })

story('B17: a renewal that is on its way does not bring back who signed out meanwhile', brief,
  async ({ page, world, newPage }) => {
    await signIn(page, world)
    const { tab } = await openTab(newPage, world)
    await sleep(2100)
    world.fault = faults.slowAnswer(1500)
    const asked = token(tab)
    while (refreshes(world).length === 0) await sleep(20)
    await page.evaluate(() => void auth.signOut())
    await shows(tab, null, 1000)
    assert.match(await asked, /^OIDC_SIGNIN_REQUIRED$/)
    assert.deepEqual(await shown(tab), ['signedOut', null])
    assert.equal(await sessionsAtRest(tab), 0)
    await tab.reload()
    assert.equal(await start(tab, world), null)
  })

// As in a browser that has lost the provider's cookie: it asks anew who is there.
const forgetful = (then = (_ctx, next) => next()) => (ctx, next) => {
  if (ctx.path === '/auth') delete ctx.req.headers.cookie
  return then(ctx, next)
}

async function signInAsBob(tab, world) {
  await tab.evaluate(() => void auth.signIn())
  await answerProvider(tab, 'bob')
  await atCallback(tab, world)
  assert.equal(await start(tab, world), 'bob')
}

const whose = (page) => page.evaluate(async () => [auth.user.sub, (await auth.userInfo()).sub])

story('B17: who signs in in another tab is whom this one shows, with their own tokens', bare,
  async ({ page, world, newPage }) => {
    await signIn(page, world)
    const { tab } = await openTab(newPage, world)
    world.fault = forgetful()
    assert.deepEqual(await whose(page), ['alice', 'alice'])
    await signInAsBob(tab, world)
    await shows(page, 'bob')
    assert.deepEqual(await whose(page), ['bob', 'bob'])
  })

story('B17: a renewal during which another person signs in is OIDC_SESSION_CHANGED, never a mix',
  brief,
  async ({ page, world, newPage }) => {
    await signIn(page, world)
    const { tab } = await openTab(newPage, world)
    await sleep(2100)
    let answer
    const held = new Promise((resolve) => { answer = resolve })
    world.fault = forgetful(faults.times(1, async (_ctx, next) => {
      await next()
      await held
    }))
    const asked = token(page)
    while (refreshes(world).length === 0) await sleep(20)
    world.provider.accessTokenTtl = 3600
    await signInAsBob(tab, world)
    await shows(page, 'bob')
    answer()
    assert.equal(await asked, 'OIDC_SESSION_CHANGED')
    assert.deepEqual(await whose(page), ['bob', 'bob'])
    await page.reload()
    assert.equal(await start(page, world), 'bob')
  })
