// What a test does with the sealed store of a page, and with IndexedDB behind its back.
import assert from 'node:assert/strict'

/** Opens the bare page; `sealed` becomes its store, `raw` and `deleted` reach what lies below. */
export async function open(page, world) {
  await page.goto(world.app)
  await page.waitForFunction(() => 'hosts' in globalThis)
  await page.evaluate(() => {
    globalThis.sealed = hosts.sealedStore('test')
    // IndexedDB behind the store's back.
    globalThis.raw = (mode, ask) => new Promise((resolve, reject) => {
      const opening = indexedDB.open('countersign')
      opening.onerror = reject
      opening.onsuccess = () => {
        const transaction = opening.result.transaction('sealed', mode)
        const request = ask(transaction.objectStore('sealed'))
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
    addEventListener('pageshow', ({ persisted }) => { globalThis.cameBack = persisted })
  })
}

/** The text that the store has. */
export const get = (page, name) => page.evaluate(async (name) => sealed.get(name), name)

/** Keeps a text there. */
export const set = (page, name, text) => page.evaluate((name, text) => sealed.set(name, text), name, text)

/** How a call of the store ends. */
export const settles = (page, work) =>
  page.evaluate(`Promise.resolve(${work}).then(() => 'fulfilled', () => 'rejected')`)

/** All that lies in the database, as text. */
export const atRest = (page) => page.evaluate(async () => {
  const all = await raw('readonly', (store) => store.getAll())
  const bytes = (it) => it instanceof ArrayBuffer
    ? new TextDecoder('latin1').decode(it) + new TextDecoder().decode(it)
    : it
  return JSON.stringify(all, (_, value) => bytes(value))
})

/** Leaves for another origin and comes back; whether it is the same page. */
export async function thereAndBack(page, world, meanwhile) {
  await page.evaluate((to) => { location.href = to }, `${world.issuer}/.well-known/openid-configuration`)
  await page.waitForFunction((issuer) => location.href.startsWith(issuer), {}, world.issuer)
  if (meanwhile) assert.equal(await meanwhile(), 'deleted')
  // What a page is asked while it goes is never answered, in WebKit: nothing is asked meanwhile.
  await page.evaluate(() => void setTimeout(() => history.back(), 50))
  await new Promise((resolve) => setTimeout(resolve, 700))
  await page.waitForFunction(() => 'hosts' in globalThis)
  return page.evaluate(() => globalThis.cameBack === true)
}
