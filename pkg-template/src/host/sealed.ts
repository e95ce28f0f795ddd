/** Texts at rest that nobody reads but this origin's browser: AES-GCM over IndexedDB. */

import { within } from '../abort.js'
import type { Store } from '../types.js'

/** How long IndexedDB may take, in milliseconds; some browsers let it hang. */
const LIMIT = 5000
/** How long it may take when it did not answer the last time. */
const SHORT = 500

/** Where the key lies; the texts have pairs of purpose and name. */
const KEY = 'key'

/** A text at rest. */
interface Sealed {
  v: 1
  iv: Uint8Array<ArrayBuffer>
  text: ArrayBuffer
}

type Ask<T> = (store: IDBObjectStore) => IDBRequest<T>
type Inside = <T>(ask: Ask<T>) => Promise<T>

/**
 * The sealed store for a purpose. The origin's key is made once and cannot be exported; purpose
 * and name are sealed in, so that a text moved elsewhere does not open.
 *
 * What does not open is an empty text, for the reader to discard. Where there is no IndexedDB, or
 * it does not answer, nothing is there and nothing can be kept.
 */
export function sealedStore(purpose: string): Store {
  const bound = (name: string, iv: Uint8Array<ArrayBuffer>): AesGcmParams => ({
    name: 'AES-GCM',
    iv,
    additionalData: new TextEncoder().encode(JSON.stringify([1, purpose, name])),
  })
  return {
    async get(name) {
      try {
        let key!: IDBRequest<CryptoKey>
        const sealed: Sealed | undefined = await inTime((inside) =>
          inside((store) => {
            key = store.get(KEY)
            return store.get([purpose, name])
          }),
        )
        return sealed && (await open(bound(name, sealed.iv), key.result, sealed))
      } catch {
        return undefined
      }
    },
    set: (name, text) =>
      inTime(async (inside) => {
        const key = await keyOf(inside)
        const iv = crypto.getRandomValues(new Uint8Array(12))
        const bytes = new TextEncoder().encode(text)
        const sealed: Sealed = {
          v: 1,
          iv,
          text: await crypto.subtle.encrypt(bound(name, iv), key, bytes),
        }
        const still = await inside((store) => {
          store.put(sealed, [purpose, name])
          return store.get(KEY)
        })
        // Whoever deleted the database meanwhile has taken the key along.
        if (!still) throw still
      }),
    remove: (name) =>
      inTime((inside) => inside((store) => store.delete([purpose, name]))).catch(
        (cause) => {
          // Where there is no IndexedDB, there is nothing to remove.
          if (cause) throw cause
        },
      ),
  }
}

async function open(bound: AesGcmParams, key: CryptoKey, { v, text }: Sealed): Promise<string> {
  try {
    if (v === 1) return new TextDecoder().decode(await crypto.subtle.decrypt(bound, key, text))
  } catch {
    // Edited by hand, or the key is another one or gone.
  }
  return ''
}

/** The origin's key. Of tabs that make one at once, all have what the first of them wrote. */
async function keyOf(inside: Inside): Promise<CryptoKey> {
  const found: unknown = await inside((store) => store.get(KEY))
  if (found instanceof CryptoKey) return found
  const made = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, [
    'encrypt',
    'decrypt',
  ])
  return inside((store) => {
    // A browser that lost what it wraps keys with gives back null, where `add` would find a key.
    const adding = store[found === undefined ? 'add' : 'put'](made, KEY)
    adding.onerror = (event) => event.preventDefault()
    return store.get(KEY)
  })
}

let patience = LIMIT

/** Does it, and once more if it fails, as when a browser has dropped the connection. */
async function inTime<T>(work: (inside: Inside) => Promise<T>): Promise<T> {
  let isLate = false
  const inside: Inside = (ask) => transact(ask, () => isLate)
  const attempt = async () => [await work(inside)] as const
  const done = await within(patience, attempt().catch(attempt), undefined)
  patience = done ? LIMIT : SHORT
  // What was given up must not be done later, over what came after it.
  isLate = true
  if (!done) throw new DOMException('IndexedDB does not answer.', 'TimeoutError')
  return done[0]
}

/**
 * One transaction over a connection of its own: none stays open, that would keep the page out of
 * the back/forward cache or another tab from deleting the database. Rejects with nothing where
 * there is no IndexedDB.
 */
function transact<T>(ask: Ask<T>, isLate: () => boolean): Promise<T> {
  return new Promise((resolve, reject) => {
    let opening: IDBOpenDBRequest
    try {
      opening = indexedDB.open('countersign')
    } catch {
      return reject()
    }
    opening.onupgradeneeded = () => opening.result.createObjectStore('sealed')
    opening.onerror = () => reject(opening.error)
    opening.onsuccess = () => {
      const db = opening.result
      try {
        if (isLate()) throw isLate
        const transaction = db.transaction('sealed', 'readwrite')
        const request = ask(transaction.objectStore('sealed'))
        transaction.oncomplete = () => resolve(request.result)
        transaction.onabort = () => reject(transaction.error ?? transaction)
      } catch (cause) {
        reject(cause)
      }
      // As soon as the transaction is through.
      db.close()
    }
  })
}
