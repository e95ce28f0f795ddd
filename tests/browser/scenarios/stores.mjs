// Where a session is stored, which store survives a reload, and what a browser may refuse (promises B2, B28).
import assert from 'node:assert/strict'
import { bare, signIn, start } from '../harness/bare-page.mjs'
import { scenario } from '../harness/scenario.mjs'

scenario('B2, WEB-05: a reload stays signed in, and no token can be read at rest', bare,
  async ({ page, servers, newPage }) => {
    await signIn(page, servers, {})
    const token = await page.evaluate(async () => (await auth.getAccessToken()).accessToken)
    await page.reload()
    assert.equal(await start(page, servers, {}), 'alice')
    assert.equal(await page.evaluate(async () => (await auth.getAccessToken()).accessToken), token)

    const stored = await page.evaluate(atRest)
    assert.match(stored, /countersign:/, 'the session is there')
    for (const secret of [token, 'access_token', 'alice']) assert.ok(!stored.includes(secret), secret)
    assert.doesNotMatch(stored, /eyJ[\w-]{20,}/, 'a token at rest')
    assert.equal(await page.evaluate(() => document.cookie), '', 'WEB-06: and there is no cookie')

    const other = await newPage()
    await other.goto(servers.app)
    assert.equal(await start(other, servers, {}), 'alice', 'another tab has the same session')
    assert.equal(servers.count('POST /token'), 1)
  })

for (const [store, survives, isShared] of [
  ['local', true, true],
  ['session', true, false],
  ['memory', false, false],
]) {
  const more = survives
    ? `survives a reload, and tabs ${isShared ? '' : 'do not '}share it`
    : 'ends with its page'
  scenario(`B2: a session in the store ${store} ${more}`, bare, async ({ page, servers, newPage }) => {
    await signIn(page, servers, { store })
    await page.reload()
    assert.equal(await start(page, servers, { store }), survives ? 'alice' : null)
    const other = await newPage()
    await other.goto(servers.app)
    assert.equal(await start(other, servers, { store }), isShared ? 'alice' : null)
    const databases = await page.evaluate(async () => (await indexedDB.databases()).length)
    assert.equal(databases, 0, 'IndexedDB is not used')
  })
}

for (const [what, edit] of [
  ['its key is gone', "(store) => store.delete('key')"],
  ['a bit of it was changed', `(store) => {
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
  scenario(`WEB-08: a stored session is dropped, with an event, when ${what}, and the next one is stored`, bare,
    async ({ page, servers }) => {
      await signIn(page, servers, {})
      await page.evaluate(`(${edited})(${edit})`)
      await page.reload()
      assert.equal(await start(page, servers, {}), null)
      assert.deepEqual(await page.evaluate(() => authEvents), ['error OIDC_SESSION_UNREADABLE'])
      await page.reload()
      assert.equal(await start(page, servers, {}), null)
      assert.deepEqual(await page.evaluate(() => authEvents), [], 'it is gone')
      await signIn(page, servers, {}, { again: true })
      await page.reload()
      assert.equal(await start(page, servers, {}), 'alice')
    })
}

for (const [what, before] of [
  ['missing', () => Object.defineProperty(globalThis, 'indexedDB', { value: undefined })],
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
  scenario(`B28, WEB-09: with IndexedDB ${what} the session is kept in memory, and the app gets an event`,
    { ...bare, before },
    async ({ page, servers }) => {
      await signIn(page, servers, {})
      assert.deepEqual(await page.evaluate(() => authEvents), ['signedin', 'degraded OIDC_STORAGE_DEGRADED'])
      assert.ok(await page.evaluate(async () => (await auth.getAccessToken()).accessToken))
      const stored = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }]))
      assert.ok(!stored.includes('alice'), 'no weaker store has it')
      await page.reload()
      assert.equal(await start(page, servers, {}), null)
    })
}

// In the page: everything that is stored, as text.
async function atRest() {
  const textOf = (value) => value instanceof ArrayBuffer || ArrayBuffer.isView(value)
    ? new TextDecoder('latin1').decode(value) + new TextDecoder('utf-16').decode(value)
    : value
  const stored = [Object.entries(localStorage), Object.entries(sessionStorage)]
  for (const { name } of await indexedDB.databases()) {
    const db = await new Promise((resolve) => {
      const opening = indexedDB.open(name)
      opening.onsuccess = () => resolve(opening.result)
    })
    for (const store of db.objectStoreNames) {
      for (const method of ['getAll', 'getAllKeys']) {
        stored.push(await new Promise((resolve) => {
          const reading = db.transaction(store).objectStore(store)[method]()
          reading.onsuccess = () => resolve(reading.result)
        }))
      }
    }
    db.close()
  }
  return JSON.stringify(stored, (_, value) => textOf(value))
}

// In the page: changes the database directly.
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
