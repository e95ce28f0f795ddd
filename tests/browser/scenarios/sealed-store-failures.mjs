// The sealed store where IndexedDB is missing, blocked, full or silent, or has another app's database.
import assert from 'node:assert/strict'
import { bare } from '../harness/bare-page.mjs'
import { advanceUntilSettled } from '../harness/clock.mjs'
import { get, open, set, settles, settling } from '../harness/database.mjs'
import { scenario } from '../harness/scenario.mjs'

const SECRET = 'a secret text'

/** How long the store waits for IndexedDB, and for how long once it was silent, in seconds. */
const [FIRST_TIMEOUT, LATER_TIMEOUT] = [5, 0.5]

for (const [what, before] of [
  ['is missing', () => Object.defineProperty(globalThis, 'indexedDB', { value: undefined })],
  ['throws', () => {
    const get = () => { throw new DOMException('The operation is insecure.', 'SecurityError') }
    Object.defineProperty(globalThis, 'indexedDB', { get })
  }],
  ['refuses to open', () => {
    IDBFactory.prototype.open = () => {
      throw new DOMException('The operation is insecure.', 'SecurityError')
    }
  }],
]) {
  scenario(`WEB-09, B28: where IndexedDB ${what} there is no text, none can be stored, and none must be removed`,
    { ...bare, before },
    async ({ page, servers }) => {
      await open(page, servers)
      assert.equal(await get(page, 'a'), undefined)
      assert.equal(await settles(page, "sealed.set('a', 'text')"), 'rejected')
      assert.equal(await settles(page, "sealed.remove('a')"), 'fulfilled')
    })
}

scenario('WEB-09: a store that is full or silent fails in time, and later everything is as before',
  { ...bare, clock: 0 },
  async ({ page, servers }) => {
    await open(page, servers)
    await set(page, 'a', SECRET)
    await page.evaluate(() => {
      const { put } = IDBObjectStore.prototype
      globalThis.restore = () => { IDBObjectStore.prototype.put = put }
      IDBObjectStore.prototype.put = function full(...args) {
        // As in a browser: the request is accepted, and its transaction aborted.
        const request = put.apply(this, args)
        this.transaction.abort()
        return request
      }
    })
    assert.equal(await settles(page, "sealed.set('a', 'too much')"), 'rejected')
    await page.evaluate(() => restore())
    assert.equal(await get(page, 'a'), SECRET)

    await page.evaluate(() => {
      const { open } = IDBFactory.prototype
      const delayed = []
      globalThis.restore = () => {
        IDBFactory.prototype.open = open
        for (const open of delayed) open()
      }
      IDBFactory.prototype.open = function hang(...args) {
        const request = new EventTarget()
        delayed.push(() => {
          const real = open.apply(this, args)
          real.onsuccess = () => { request.result = real.result; request.onsuccess?.() }
        })
        return request
      }
    })
    for (const [work, how, seconds] of [
      ["sealed.set('a', 'too late')", 'rejected', FIRST_TIMEOUT],
      ["sealed.remove('a')", 'rejected', LATER_TIMEOUT],
      ["sealed.get('a')", 'fulfilled', LATER_TIMEOUT],
    ]) {
      const before = servers.clock
      const act = `() => ${settling(work)}`
      assert.equal(await advanceUntilSettled(servers, page, act, seconds), how, work)
      assert.ok(servers.clock - before <= 2 * seconds, work)
    }
    await page.evaluate(() => restore())
    assert.equal(await get(page, 'a'), SECRET, 'the calls that failed changed nothing afterwards')
    await set(page, 'a', 'new')
    assert.equal(await get(page, 'a'), 'new')
  })

scenario('WEB-08: a database of this name of another app is not touched, and nothing is stored', bare,
  async ({ page, servers }) => {
    await open(page, servers)
    const stores = await page.evaluate(async () => {
      const made = await new Promise((resolve) => {
        const opening = indexedDB.open('countersign', 3)
        opening.onupgradeneeded = () => opening.result.createObjectStore('theirs')
        opening.onsuccess = () => resolve(opening.result)
      })
      made.close()
      const isStored = await sealed.set('a', 'text').then(() => true, () => false)
      const got = await sealed.get('a') ?? null
      const again = await new Promise((resolve) => {
        const opening = indexedDB.open('countersign')
        opening.onsuccess = () => resolve(opening.result)
      })
      again.close()
      return [isStored, got, again.version, ...again.objectStoreNames]
    })
    assert.deepEqual(stores, [false, null, 3, 'theirs'])
  })
