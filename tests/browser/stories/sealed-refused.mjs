// The sealed store where IndexedDB is absent, blocked, full, silent, or somebody else's.
import assert from 'node:assert/strict'
import { builtPage } from '../harness/built-page.mjs'
import { get, open, set, settles } from '../harness/database.mjs'
import { story } from '../harness/story.mjs'

const bare = { folder: await builtPage('countersign') }
const SECRET = 'a secret text'

for (const [what, before] of [
  ['is absent', () => Object.defineProperty(globalThis, 'indexedDB', { value: undefined })],
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
  story(`WEB-09, B28: where IndexedDB ${what} nothing is there, nothing can be kept, nothing to remove`,
    { ...bare, before },
    async ({ page, world }) => {
      await open(page, world)
      assert.equal(await get(page, 'a'), undefined)
      assert.equal(await settles(page, "sealed.set('a', 'text')"), 'rejected')
      assert.equal(await settles(page, "sealed.remove('a')"), 'fulfilled')
    })
}

story('WEB-09: full, or without an answer, it refuses in time, and later all is as it was', bare,
  async ({ page, world }) => {
    await open(page, world)
    await set(page, 'a', SECRET)
    await page.evaluate(() => {
      const { put } = IDBObjectStore.prototype
      globalThis.mend = () => { IDBObjectStore.prototype.put = put }
      IDBObjectStore.prototype.put = function full(...args) {
        // As a browser does it: the request is taken, and its transaction comes to nothing.
        const request = put.apply(this, args)
        this.transaction.abort()
        return request
      }
    })
    assert.equal(await settles(page, "sealed.set('a', 'too much')"), 'rejected')
    await page.evaluate(() => mend())
    assert.equal(await get(page, 'a'), SECRET)

    await page.evaluate(() => {
      const { open } = IDBFactory.prototype
      const late = []
      globalThis.mend = () => {
        IDBFactory.prototype.open = open
        for (const onTime of late) onTime()
      }
      IDBFactory.prototype.open = function hang(...args) {
        const request = new EventTarget()
        late.push(() => {
          const real = open.apply(this, args)
          real.onsuccess = () => { request.result = real.result; request.onsuccess?.() }
        })
        return request
      }
    })
    for (const [work, how, limit] of [
      ["sealed.set('a', 'too late')", 'rejected', 7000],
      ["sealed.remove('a')", 'rejected', 2000],
      ["sealed.get('a')", 'fulfilled', 2000],
    ]) {
      const begun = Date.now()
      assert.equal(await settles(page, work), how, work)
      assert.ok(Date.now() - begun < limit, work)
    }
    await page.evaluate(() => mend())
    assert.equal(await get(page, 'a'), SECRET, 'what was given up was not done afterwards')
    await set(page, 'a', 'anew')
    assert.equal(await get(page, 'a'), 'anew')
  })

story('WEB-08: a database of this name that is another one is left alone, and keeps nothing', bare,
  async ({ page, world }) => {
    await open(page, world)
    const stores = await page.evaluate(async () => {
      const made = await new Promise((resolve) => {
        const opening = indexedDB.open('countersign', 3)
        opening.onupgradeneeded = () => opening.result.createObjectStore('theirs')
        opening.onsuccess = () => resolve(opening.result)
      })
      made.close()
      const kept = await sealed.set('a', 'text').then(() => true, () => false)
      const got = await sealed.get('a') ?? null
      const again = await new Promise((resolve) => {
        const opening = indexedDB.open('countersign')
        opening.onsuccess = () => resolve(opening.result)
      })
      again.close()
      return [kept, got, again.version, ...again.objectStoreNames]
    })
    assert.deepEqual(stores, [false, null, 3, 'theirs'])
  })
