// The tabs of one origin: locks, messages, and which tab is a copy.
import assert from 'node:assert/strict'
import { bare } from '../harness/bare-page.mjs'
import { comeBack, leave } from '../harness/history.mjs'
import { scenario } from '../harness/scenario.mjs'
import { clickButton } from '../harness/steps.mjs'

/** How long a tab waits for a lock that it must get, in milliseconds. */
const LONG_MS = 20_000

scenario('B3: one tab of an origin holds a lock, and the next in the queue gets it after that', bare,
  async ({ page, servers, newPage }) => {
    const other = await newPage()
    for (const tab of [page, other]) await open(tab, servers)
    assert.equal(await acquires(page, 'renew', LONG_MS), true)
    assert.equal(await acquires(other, 'renew', 100), false, 'it waited no longer than it may')
    assert.equal(await acquires(other, 'another name', LONG_MS), true)
    const next = acquires(other, 'renew', LONG_MS)
    await page.evaluate(() => held.renew())
    assert.equal(await next, true)
    assert.equal(await acquires(page, 'renew', 100), false)
    assert.deepEqual(await waiting(page), [], 'a tab that gave up has left the queue')
  })

scenario('B3: eight tabs that want one lock work one after the other', bare,
  async ({ page, servers, newPage }) => {
    const tabs = [page]
    while (tabs.length < 8) tabs.push(await newPage())
    for (const tab of tabs) await open(tab, servers)
    await Promise.all(tabs.map((tab) => tab.evaluate(async (waitMs) => {
      const release = await internals.acquireOriginLock('count', waitMs)
      await fetch('/has-lock')
      await fetch('/gives-lock')
      release()
    }, 3 * LONG_MS)))
    // The server saw their order. What tabs write to localStorage reaches each other late.
    const order = servers.appRequests.filter((request) => request.endsWith('-lock'))
    assert.deepEqual(order, tabs.flatMap(() => ['GET /has-lock', 'GET /gives-lock']))
  })

scenario('B3: a lock is released when its tab closes', bare, async ({ page, servers, newPage }) => {
  const other = await newPage()
  for (const tab of [page, other]) await open(tab, servers)
  assert.equal(await acquires(other, 'renew', LONG_MS), true)
  const next = acquires(page, 'renew', LONG_MS)
  await other.close()
  assert.equal(await next, true)
})

scenario('a page in the back/forward cache blocks no tab, neither as a holder nor in the queue', bare,
  async ({ page, servers, newPage }) => {
    const [waits, other] = [await newPage(), await newPage()]
    for (const tab of [page, waits, other]) await open(tab, servers)
    assert.equal(await acquires(page, 'renew', LONG_MS), true)
    await waits.evaluate(() => {
      internals.acquireOriginLock('renew', 60_000).then((release) => { globalThis.got = typeof release })
    })
    await waits.waitForFunction(
      async () => (await navigator.locks.query()).pending.some(({ name }) => name === 'renew'))
    await leave(waits, servers)
    await leave(page, servers)
    assert.equal(await acquires(other, 'renew', LONG_MS), true)
    const isSame = await comeBack(waits, servers)
    await comeBack(page, servers)
    if (isSame) assert.equal(await waits.evaluate(() => got), 'undefined')
    assert.equal(await acquires(page, 'renew', 100), false, 'it did not keep the lock')
  })

scenario('a message reaches every other tab, and only texts are messages', bare,
  async ({ page, servers, newPage }) => {
    const others = [await newPage(), await newPage()]
    for (const tab of [page, ...others]) {
      await open(tab, servers)
      await listen(tab)
    }
    await page.evaluate(() => {
      const foreign = new BroadcastChannel('messages')
      for (const value of [{ v: 1 }, null, 7]) foreign.postMessage(value)
      foreign.close()
      channel.post('signed out')
    })
    for (const tab of others) assert.deepEqual(await messagesOf(tab, 1), ['signed out'])
    assert.deepEqual(await page.evaluate(() => messages), [])
  })

scenario('a page that comes out of the back/forward cache sends and receives messages again', bare,
  async ({ page, servers, newPage }) => {
    const other = await newPage()
    for (const tab of [page, other]) {
      await open(tab, servers)
      await listen(tab)
    }
    await leave(page, servers)
    await other.evaluate(() => channel.post('missed'))
    // A page that was loaded again has no channel yet.
    if (!(await comeBack(page, servers))) await listen(page)
    await page.evaluate(() => channel.post('back'))
    assert.deepEqual(await messagesOf(other, 1), ['back'])
    await other.evaluate(() => channel.post('welcome'))
    // WebKit may deliver a message of that time later. No code depends on it.
    const late = (await messagesOf(page, 1))[0] === 'missed' ? ['missed'] : []
    assert.deepEqual(await messagesOf(page, late.length + 1), [...late, 'welcome'])
  })

scenario('B3: a duplicated tab knows that it is a copy, until it is a tab of its own', bare,
  async ({ page, servers }) => {
    await open(page, servers)
    assert.equal(await isCopy(page), false)
    await duplicate(page)
    assert.equal(await duplicateIsCopy(page), true, 'a copy knows')
    assert.equal(await isCopy(page), false, 'the first tab is none')
    await reloadDuplicate(page)
    assert.equal(await duplicateIsCopy(page), true, 'an interrupted copy is still one')
    assert.equal(await page.evaluate(() => other.internals.tabIdentityFor('another').isCopy()), false,
      'an id that did not exist was not copied')
    await page.evaluate(() => other.internals.tabIdentityFor('client').renew())
    assert.equal(await duplicateIsCopy(page), false, 'it has become a tab of its own')
    const ids = await page.evaluate(() => [sessionStorage, other.sessionStorage]
      .map((area) => area.getItem('countersign:tab:client')))
    assert.notEqual(ids[0], ids[1])
    await reloadDuplicate(page)
    assert.equal(await duplicateIsCopy(page), false, 'and stays one')
    await page.evaluate(() => other.close())
  })

scenario('B3: a reload, another page and the way back make no copy', bare,
  async ({ page, servers }) => {
    await open(page, servers)
    assert.equal(await isCopy(page), false)
    const id = await tabId(page)
    for (let round = 0; round < 3; round += 1) {
      await page.reload()
      await page.waitForFunction(() => 'internals' in globalThis)
      assert.equal(await isCopy(page), false)
    }
    await page.evaluate(() => { location.href = '/another' })
    await page.waitForFunction(() => location.pathname === '/another' && 'internals' in globalThis)
    assert.equal(await isCopy(page), false)
    await page.evaluate(() => history.back())
    await page.waitForFunction(() => location.pathname === '/' && 'internals' in globalThis)
    assert.equal(await isCopy(page), false)
    await leave(page, servers)
    await comeBack(page, servers)
    assert.equal(await isCopy(page), false)
    assert.equal(await tabId(page), id)
    // The page that came back holds its lock again, so a new copy is one.
    await duplicate(page)
    assert.equal(await duplicateIsCopy(page), true)
    await page.evaluate(() => other.close())
  })

scenario('WEB-10: without Web Locks a tab is never a copy, and waits for its own page only',
  { ...bare, before: withoutLocks },
  async ({ page, servers, newPage }) => {
    const other = await newPage()
    for (const tab of [page, other]) {
      await open(tab, servers)
      await tab.evaluate(() => sessionStorage.setItem('countersign:tab:client', 'the same'))
      assert.equal(await isCopy(tab), false)
    }
    assert.equal(await acquires(page, 'renew', LONG_MS), true)
    assert.equal(await acquires(page, 'renew', 50), false)
    assert.equal(await acquires(other, 'renew', LONG_MS), true)
  })

async function open(page, servers) {
  await page.goto(servers.app)
  await page.waitForFunction(() => 'internals' in globalThis)
}

/** Acquires a lock. Returns whether the page has it now; `held` in the page releases it. */
const acquires = (page, name, waitMs) => page.evaluate(async (name, waitMs) => {
  const release = await internals.acquireOriginLock(name, waitMs)
  globalThis.held ??= {}
  if (release) held[name] = release
  return Boolean(release)
}, name, waitMs)

const waiting = (page) =>
  page.evaluate(async () => (await navigator.locks.query()).pending.map(({ name }) => name))

const listen = (page) => page.evaluate(() => {
  globalThis.messages = []
  globalThis.channel = internals.openChannel('messages', (text) => { messages.push(text) })
})

/** The messages that the page has received, as soon as there are so many. */
async function messagesOf(page, count) {
  await page.waitForFunction((count) => messages.length >= count, {}, count)
  return page.evaluate(() => messages)
}

const isCopy = (page) => page.evaluate(() => internals.tabIdentityFor('client').isCopy())

/** Asks the duplicate whether it is a copy, as its opener can. */
const duplicateIsCopy = (page) => page.evaluate(() => {
  other.wasAsked = true
  return other.internals.tabIdentityFor('client').isCopy()
})

async function reloadDuplicate(page) {
  await page.evaluate(() => other.location.reload())
  await page.waitForFunction(() => other.internals && !other.wasAsked)
}

const tabId = (page) => page.evaluate(() => sessionStorage.getItem('countersign:tab:client'))

/** Duplicates the tab: one that a page opens gets a copy of its sessionStorage. */
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
  await clickButton(page, 'Duplicate')
  await page.waitForFunction(() => globalThis.other?.internals)
}

// In the page, before its scripts: an older browser, or one on plain http, has no locks.
function withoutLocks() {
  Object.defineProperty(Navigator.prototype, 'locks', { get: () => undefined })
}
