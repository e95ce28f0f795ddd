// The sealed store of a page, and IndexedDB directly, for tests.
import { comeBack, leave } from './history.mjs'

/** Opens the bare page. `sealed` becomes its store, `raw` and `deleted` use the database directly. */
export async function open(page, servers) {
  await page.goto(servers.app)
  await page.waitForFunction(() => 'internals' in globalThis)
  await page.evaluate(() => {
    globalThis.sealed = internals.sealedStore('test')
    globalThis.raw = (mode, act) => new Promise((resolve, reject) => {
      const opening = indexedDB.open('countersign')
      opening.onerror = reject
      opening.onsuccess = () => {
        const transaction = opening.result.transaction('sealed', mode)
        const request = act(transaction.objectStore('sealed'))
        transaction.oncomplete = () => resolve(request.result)
        transaction.onabort = reject
        opening.result.close()
      }
    })
    globalThis.deleted = () => new Promise((resolve) => {
      const request = indexedDB.deleteDatabase('countersign')
      request.onsuccess = () => resolve('deleted')
      request.onerror = () => resolve('failed')
    })
  })
}

/** The text that the store has under a name. */
export const get = (page, name) => page.evaluate(async (name) => sealed.get(name), name)

/** Stores a text. */
export const set = (page, name, text) => page.evaluate((name, text) => sealed.set(name, text), name, text)

/** Whether a call of the store is `fulfilled` or `rejected`. */
export const settles = (page, work) => page.evaluate(settling(work))

/** The expression of a promise that says so. */
export const settling = (work) =>
  `Promise.resolve(${work}).then(() => 'fulfilled', () => 'rejected')`

/** Everything in the database, as text. */
export const atRest = (page) => page.evaluate(async () => {
  const all = await raw('readonly', (store) => store.getAll())
  const textOf = (value) => value instanceof ArrayBuffer
    ? new TextDecoder('latin1').decode(value) + new TextDecoder().decode(value)
    : value
  return JSON.stringify(all, (_, value) => textOf(value))
})

/** Leaves the app and comes back. `meanwhile` runs in between. Returns whether it is the same page. */
export async function leaveAndComeBack(page, servers, meanwhile) {
  await leave(page, servers)
  await meanwhile?.()
  return comeBack(page, servers)
}
