// Where a session is kept, what outlives a reload, and what a browser may refuse (promises B2, B28).
import assert from 'node:assert/strict'
import { bare, signIn, start } from '../harness/bare.mjs'
import { story } from '../harness/story.mjs'

story('B2, WEB-05: a reload stays signed in, and no token can be read at rest', bare,
  async ({ page, world, newPage }) => {
    await signIn(page, world, {})
    const token = await page.evaluate(async () => (await auth.getAccessToken()).accessToken)
    await page.reload()
    assert.equal(await start(page, world, {}), 'alice')
    assert.equal(await page.evaluate(async () => (await auth.getAccessToken()).accessToken), token)

    const kept = await page.evaluate(atRest)
    assert.match(kept, /countersign:/, 'the session is there')
    for (const secret of [token, 'access_token', 'alice']) assert.ok(!kept.includes(secret), secret)
    assert.doesNotMatch(kept, /eyJ[\w-]{20,}/, 'a token at rest')
    assert.equal(await page.evaluate(() => document.cookie), '', 'WEB-06: nor a cookie')

    const other = await newPage()
    await other.goto(world.app)
    assert.equal(await start(other, world, {}), 'alice', 'another tab has the same session')
    assert.equal(world.count('POST /token'), 1)
  })

for (const [store, outlives, shared] of [
  ['local', true, true],
  ['session', true, false],
  ['memory', false, false],
]) {
  const more = outlives ? `outlives a reload, and is ${shared ? '' : 'not '}shared by tabs` : 'ends with its page'
  story(`B2: a session in the store ${store} ${more}`, bare, async ({ page, world, newPage }) => {
    await signIn(page, world, { store })
    await page.reload()
    assert.equal(await start(page, world, { store }), outlives ? 'alice' : null)
    const other = await newPage()
    await other.goto(world.app)
    assert.equal(await start(other, world, { store }), shared ? 'alice' : null)
    const databases = await page.evaluate(async () => (await indexedDB.databases()).length)
    assert.equal(databases, 0, 'nobody asked for IndexedDB')
  })
}

for (const [what, edit] of [
  ['its key is gone', "(store) => store.delete('key')"],
  ['a bit of it is another', `(store) => {
    const request = store.openCursor(IDBKeyRange.lowerBound([]))
    request.onsuccess = () => {
      const { value } = request.result
      new Uint8Array(value.text)[20] ^= 1
      request.result.update(value)
    }
    return request
  }`],
  ['it is readable text', `(store) => {
    const request = store.openCursor(IDBKeyRange.lowerBound([]))
    request.onsuccess = () => request.result.update('{"was":"signedIn"}')
    return request
  }`],
]) {
  story(`WEB-08: a session at rest is dropped and told of when ${what}, and the next one is kept`, bare,
    async ({ page, world }) => {
      await signIn(page, world, {})
      await page.evaluate(`(${edited})(${edit})`)
      await page.reload()
      assert.equal(await start(page, world, {}), null)
      assert.deepEqual(await page.evaluate(() => told), ['error OIDC_SESSION_UNREADABLE'])
      await page.reload()
      assert.equal(await start(page, world, {}), null)
      assert.deepEqual(await page.evaluate(() => told), [], 'it is gone')
      await signIn(page, world, {}, { again: true })
      await page.reload()
      assert.equal(await start(page, world, {}), 'alice')
    })
}

for (const [what, before] of [
  ['absent', () => Object.defineProperty(globalThis, 'indexedDB', { value: undefined })],
  ['blocked', () => {
    IDBFactory.prototype.open = () => {
      throw new DOMException('The operation is insecure.', 'SecurityError')
    }
  }],
  ['full', () => {
    IDBObjectStore.prototype.put = () => {
      throw new DOMException('It is full.', 'QuotaExceededError')
    }
  }],
]) {
  story(`B28, WEB-09: with IndexedDB ${what} the session is kept in memory, and the app is told`,
    { ...bare, before },
    async ({ page, world }) => {
      await signIn(page, world, {})
      assert.deepEqual(await page.evaluate(() => told), ['signedin', 'degraded OIDC_STORAGE_DEGRADED'])
      assert.ok(await page.evaluate(async () => (await auth.getAccessToken()).accessToken))
      const kept = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }]))
      assert.ok(!kept.includes('alice'), 'it is in no weaker store')
      await page.reload()
      assert.equal(await start(page, world, {}), null)
    })
}

// In the page: everything that lies at rest, as text.
async function atRest() {
  const text = (it) => it instanceof ArrayBuffer || ArrayBuffer.isView(it)
    ? new TextDecoder('latin1').decode(it) + new TextDecoder('utf-16').decode(it)
    : it
  const kept = [Object.entries(localStorage), Object.entries(sessionStorage)]
  for (const { name } of await indexedDB.databases()) {
    const db = await new Promise((resolve) => {
      const opening = indexedDB.open(name)
      opening.onsuccess = () => resolve(opening.result)
    })
    for (const store of db.objectStoreNames) {
      for (const list of ['getAll', 'getAllKeys']) {
        kept.push(await new Promise((resolve) => {
          const asking = db.transaction(store).objectStore(store)[list]()
          asking.onsuccess = () => resolve(asking.result)
        }))
      }
    }
    db.close()
  }
  return JSON.stringify(kept, (_, value) => text(value))
}

// In the page: IndexedDB behind the store's back.
function edited(edit) {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open('countersign')
    opening.onsuccess = () => {
      const transaction = opening.result.transaction('sealed', 'readwrite')
      edit(transaction.objectStore('sealed'))
      transaction.oncomplete = () => resolve('edited')
      transaction.onabort = () => reject(transaction.error)
      opening.result.close()
    }
  })
}
