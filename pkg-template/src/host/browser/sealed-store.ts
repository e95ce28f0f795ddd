/** Texts at rest that nobody reads but this origin's browser: AES-GCM over IndexedDB. */

import { within } from '../../shared/abort.js'
import type { Store } from '../../page/types.js'

/** How long IndexedDB may take, in milliseconds; some browsers let it hang. */
const LIMIT = 5000
/** How long it may take when it did not answer the last time. */
const SHORT = 500

/** Where the key lies; the texts have pairs of purpose and name. */
const KEY = 'key'

/** A text at rest; `v` is sealed in, as its place is. */
interface Sealed {
  v: number
  iv: Uint8Array<ArrayBuffer>
  text?: ArrayBuffer
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
  const encode = (text: string) => new TextEncoder().encode(text)
  const bound = ({ v, iv }: Sealed, name: string): AesGcmParams => ({
    name: 'AES-GCM',
    iv,
    additionalData: encode(JSON.stringify([v, purpose, name])),
  })
  return {
    async get(name) {
      let key!: IDBRequest<CryptoKey>
      let sealed: Sealed | undefined
      try {
        sealed = await inTime((inside) =>
          inside((store) => {
            key = store.get(KEY)
            return store.get([purpose, name])
          }),
        )
        if (!sealed) return undefined
        const text = await crypto.subtle.decrypt(bound(sealed, name), key.result, sealed.text!)
        return new TextDecoder().decode(text)
      } catch {
        // It was edited by hand, or its key is another one or gone; or it could not be read at all.
        return sealed && ''
      }
    },
    set: (name, text) =>
      inTime(async (inside) => {
        const key = await kept(inside, KEY, isKey, makeKey)
        const sealed: Sealed = { v: 1, iv: crypto.getRandomValues(new Uint8Array(12)) }
        sealed.text = await crypto.subtle.encrypt(bound(sealed, name), key, encode(text))
        const still = await inside((store) => {
          store.put(sealed, [purpose, name])
          return store.get(KEY)
        })
        // Whoever deleted the database meanwhile has taken the key along.
        if (!still) throw still
      }),
    remove: (name) => inTime((inside) => inside((store) => store.delete([purpose, name]))),
  }
}

/**
 * A pair of keys of this origin, under a name: made once, by whichever tab asks first; nobody can export
 * its private half. Nothing where there is no IndexedDB.
 */
export const keptPair = (name: string): Promise<CryptoKeyPair | undefined> =>
  inTime((inside) => kept(inside, ['pair', name], isPair, makePair))

/** A pair that signs with ES256. */
export const makePair = (): Promise<CryptoKeyPair> =>
  crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign', 'verify'])

const makeKey = () =>
  crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt'])

const isKey = (x: unknown): x is CryptoKey => x instanceof CryptoKey
function isPair(x: unknown): x is CryptoKeyPair {
  const key: unknown = (x as CryptoKeyPair | null)?.privateKey
  // One that can be exported was not made here: somebody may have it.
  return isKey(key) && !key.extractable
}

/** A key of the origin's. Of tabs that make one at once, all have what the first of them wrote. */
async function kept<K>(
  inside: Inside,
  place: IDBValidKey,
  isWhole: (found: unknown) => found is K,
  make: () => Promise<K>,
): Promise<K> {
  const found: unknown = await inside((store) => store.get(place))
  if (isWhole(found)) return found
  const made = await make()
  return inside((store) => {
    // A browser that lost what it wraps keys with gives back null, where `add` would find a key.
    const adding = store[found === undefined ? 'add' : 'put'](made, place)
    adding.onerror = (event) => event.preventDefault()
    return store.get(place)
  })
}

let patience = LIMIT

/** Does it, and once more if it fails, as when a browser has dropped the connection. */
async function inTime<T>(work: (inside: Inside) => Promise<T>): Promise<T> {
  const turn = { isOver: false }
  const attempt = () => work((ask) => transact(ask, turn))
  const done = await within(patience, attempt().catch(attempt), turn)
  // What was given up must not be done later, over what came after it.
  turn.isOver = true
  const isLate = done === turn
  patience = isLate ? SHORT : LIMIT
  if (isLate) throw new Error('IndexedDB does not answer.')
  return done as T
}

/**
 * One transaction over a connection of its own: none stays open, that would keep the page out of
 * the back/forward cache or another tab from deleting the database. Gives nothing where there is
 * no IndexedDB.
 */
function transact<T>(ask: Ask<T>, turn: { isOver: boolean }): Promise<T> {
  return new Promise((resolve, reject) => {
    let opening: IDBOpenDBRequest
    try {
      opening = indexedDB.open('countersign')
    } catch {
      return resolve(undefined as T)
    }
    opening.onupgradeneeded = () => opening.result.createObjectStore('sealed')
    opening.onerror = () => reject(opening.error)
    opening.onsuccess = () => {
      const db = opening.result
      try {
        if (turn.isOver) throw turn
        const transaction = db.transaction('sealed', 'readwrite')
        const request = ask(transaction.objectStore('sealed'))
        transaction.oncomplete = () => resolve(request.result)
        transaction.onabort = () => reject(transaction.error)
      } catch (cause) {
        reject(cause)
      }
      // As soon as the transaction is through.
      db.close()
    }
  })
}
