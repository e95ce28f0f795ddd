// What the tabs of one origin know of each other: locks, a line, and who is whose copy.
import assert from 'node:assert/strict'
import { builtPage } from '../harness/built-page.mjs'
import { story } from '../harness/story.mjs'
import { press } from '../harness/steps.mjs'

const bare = { folder: await builtPage('countersign') }

story('B3: a lock has one holder among the tabs of an origin, and the next in line follows', bare,
  async ({ page, world, newPage }) => {
    const other = await newPage()
    for (const tab of [page, other]) await open(tab, world)
    assert.equal(await holds(page, 'renew', 1000), true)
    assert.equal(await holds(other, 'renew', 100), false, 'it waited for no longer than it may')
    assert.equal(await holds(other, 'another name', 100), true)
    const next = holds(other, 'renew', 8000)
    await page.evaluate(() => held.renew())
    assert.equal(await next, true)
    assert.equal(await holds(page, 'renew', 100), false)
    assert.deepEqual(await waiting(page), [], 'who gave up is out of the line')
  })

story('B3: eight tabs that want one lock work one after the other', bare,
  async ({ page, world, newPage }) => {
    const tabs = [page]
    while (tabs.length < 8) tabs.push(await newPage())
    for (const tab of tabs) await open(tab, world)
    await Promise.all(tabs.map((tab) => tab.evaluate(async () => {
      const release = await hosts.acquireOriginLock('count', 20_000)
      const seen = Number(localStorage.getItem('count'))
      await new Promise((resolve) => { setTimeout(resolve, 20) })
      localStorage.setItem('count', String(seen + 1))
      release()
    })))
    assert.equal(await page.evaluate(() => localStorage.getItem('count')), '8')
  })

story('B3: a lock dies with its tab', bare, async ({ page, world, newPage }) => {
  const other = await newPage()
  for (const tab of [page, other]) await open(tab, world)
  assert.equal(await holds(other, 'renew', 1000), true)
  const next = holds(page, 'renew', 8000)
  await other.close()
  assert.equal(await next, true)
})

story('a page in the back/forward cache blocks nobody, neither as a holder nor in the line', bare,
  async ({ page, world, newPage }) => {
    const [waits, other] = [await newPage(), await newPage()]
    for (const tab of [page, waits, other]) await open(tab, world)
    assert.equal(await holds(page, 'renew', 1000), true)
    await waits.evaluate(() => {
      hosts.acquireOriginLock('renew', 60_000).then((release) => { globalThis.got = typeof release })
    })
    await waits.waitForFunction(
      async () => (await navigator.locks.query()).pending.some(({ name }) => name === 'renew'))
    await goAway(waits, world)
    await goAway(page, world)
    assert.equal(await holds(other, 'renew', 5000), true)
    // The next page of a tab does not know of the former, unless it is the same.
    for (const tab of [page, waits]) {
      await tab.evaluate(() => history.back())
      await tab.waitForFunction(() => 'hosts' in globalThis)
    }
    if (await cameBack(waits)) assert.equal(await waits.evaluate(() => got), 'undefined')
    assert.equal(await holds(page, 'renew', 100), false, 'it did not take it along')
  })

story('a word reaches every other tab, and no word that is not a text', bare,
  async ({ page, world, newPage }) => {
    const others = [await newPage(), await newPage()]
    for (const tab of [page, ...others]) {
      await open(tab, world)
      await listen(tab)
    }
    await page.evaluate(() => {
      const stranger = new BroadcastChannel('line')
      for (const word of [{ v: 1 }, null, 7]) stranger.postMessage(word)
      stranger.close()
      line.post('signed out')
    })
    for (const tab of others) assert.deepEqual(await heard(tab, 1), ['signed out'])
    assert.deepEqual(await page.evaluate(() => words), [])
  })

story('a page that comes out of the back/forward cache speaks and listens again', bare,
  async ({ page, world, newPage }) => {
    const other = await newPage()
    for (const tab of [page, other]) {
      await open(tab, world)
      await listen(tab)
    }
    await goAway(page, world)
    await other.evaluate(() => line.post('missed'))
    await page.evaluate(() => history.back())
    await page.waitForFunction(() => 'hosts' in globalThis)
    // Loaded anew it is another page, with no line yet.
    if (!(await cameBack(page))) await listen(page)
    await page.evaluate(() => line.post('back'))
    assert.deepEqual(await heard(other, 1), ['back'])
    await other.evaluate(() => line.post('welcome'))
    // WebKit may bring what was told meanwhile after all, late: nobody counts on it.
    const late = (await heard(page, 1))[0] === 'missed' ? ['missed'] : []
    assert.deepEqual(await heard(page, late.length + 1), [...late, 'welcome'])
  })

story('B3: a duplicated tab knows that it is a copy, until it is a tab of its own', bare,
  async ({ page, world }) => {
    await open(page, world)
    assert.equal(await isCopy(page), false)
    await duplicate(page)
    assert.equal(await copyIs(page), true, 'a copy knows')
    assert.equal(await isCopy(page), false, 'the first tab is none')
    await page.evaluate(() => other.location.reload())
    await until(page, () => other.hosts && !other.asked)
    assert.equal(await copyIs(page), true, 'an interrupted copy is still one')
    assert.equal(await page.evaluate(() => other.hosts.tabIdentityFor('another').isCopy()), false,
      'what there was no id of was not copied')
    await page.evaluate(() => other.hosts.tabIdentityFor('client').renew())
    assert.equal(await copyIs(page), false, 'it has become its own')
    const ids = await page.evaluate(() => [sessionStorage, other.sessionStorage]
      .map((area) => area.getItem('countersign:tab:client')))
    assert.notEqual(ids[0], ids[1])
    await page.evaluate(() => other.location.reload())
    await until(page, () => other.hosts && !other.asked)
    assert.equal(await copyIs(page), false, 'and stays so')
    await page.evaluate(() => other.close())
  })

story('B3: a reload, a way to another page and the way back are not copies', bare,
  async ({ page, world }) => {
    await open(page, world)
    assert.equal(await isCopy(page), false)
    const id = await tabId(page)
    for (let round = 0; round < 3; round += 1) {
      await page.reload()
      await page.waitForFunction(() => 'hosts' in globalThis)
      assert.equal(await isCopy(page), false)
    }
    await page.evaluate(() => { location.href = '/another' })
    await page.waitForFunction(() => location.pathname === '/another' && 'hosts' in globalThis)
    assert.equal(await isCopy(page), false)
    await page.evaluate(() => history.back())
    await page.waitForFunction(() => location.pathname === '/' && 'hosts' in globalThis)
    assert.equal(await isCopy(page), false)
    await goAway(page, world)
    await page.evaluate(() => history.back())
    await page.waitForFunction(() => 'hosts' in globalThis)
    assert.equal(await isCopy(page), false)
    assert.equal(await tabId(page), id)
    // The page that came back holds it again: a copy that is made now is one.
    await duplicate(page)
    assert.equal(await copyIs(page), true)
    await page.evaluate(() => other.close())
  })

story('WEB-10: where there are no Web Locks a tab is never a copy, and waits for its own page only',
  { ...bare, before: withoutLocks },
  async ({ page, world, newPage }) => {
    const other = await newPage()
    for (const tab of [page, other]) {
      await open(tab, world)
      await tab.evaluate(() => sessionStorage.setItem('countersign:tab:client', 'the same'))
      assert.equal(await isCopy(tab), false)
    }
    assert.equal(await holds(page, 'renew', 1000), true)
    assert.equal(await holds(page, 'renew', 50), false)
    assert.equal(await holds(other, 'renew', 50), true)
  })

async function open(page, world) {
  await page.goto(world.app)
  await page.waitForFunction(() => 'hosts' in globalThis)
  await page.evaluate(() => {
    addEventListener('pageshow', ({ persisted }) => { globalThis.cameBack = persisted })
  })
}

/** Whether the page is the one that left, out of the back/forward cache. */
const cameBack = (page) => page.evaluate(() => globalThis.cameBack === true)

/** Holds a name from now on, if it is granted; `held` in the page releases it. */
const holds = (page, name, waitMs) => page.evaluate(async (name, waitMs) => {
  const release = await hosts.acquireOriginLock(name, waitMs)
  globalThis.held ??= {}
  if (release) held[name] = release
  return Boolean(release)
}, name, waitMs)

const waiting = (page) =>
  page.evaluate(async () => (await navigator.locks.query()).pending.map(({ name }) => name))

/** To a page of another origin. */
async function goAway(page, world) {
  await page.evaluate((to) => { location.href = to }, `${world.issuer}/.well-known/openid-configuration`)
  await page.waitForFunction((issuer) => location.href.startsWith(issuer), {}, world.issuer)
}

const listen = (page) => page.evaluate(() => {
  globalThis.words = []
  globalThis.line = hosts.openChannel('line', (text) => { words.push(text) })
})

async function heard(page, n) {
  await page.waitForFunction((n) => words.length >= n, {}, n)
  return page.evaluate(() => words)
}

const isCopy = (page) => page.evaluate(() => hosts.tabIdentityFor('client').isCopy())

/** Asks the copy, as its opener can. */
const copyIs = (page) => page.evaluate(() => {
  other.asked = true
  return other.hosts.tabIdentityFor('client').isCopy()
})

const tabId = (page) => page.evaluate(() => sessionStorage.getItem('countersign:tab:client'))

/** Waits for the truth of something; a tab behind another is not drawn, and asked all the same. */
const until = (page, ask) => page.waitForFunction(ask, { polling: 50 })

/** Duplicates the tab: one that a page opens gets a copy of sessionStorage as well. */
async function duplicate(page) {
  await page.evaluate(() => {
    const button = document.createElement('button')
    button.textContent = 'Duplicate'
    button.onclick = () => {
      button.remove()
      globalThis.other = open(location.href)
    }
    document.body.append(button)
  })
  await press(page, 'Duplicate')
  await until(page, () => globalThis.other?.hosts)
}

// In the page, before its scripts: what an older browser, or plain http, does not have.
function withoutLocks() {
  Object.defineProperty(Navigator.prototype, 'locks', { get: () => undefined })
}
