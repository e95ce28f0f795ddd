/** Texts under keys, kept by the browser or by the app's own store. */

import type { Shelf } from '../../core/drive.js'
import { OidcError } from '../../shared/error.js'
import type { ClientConfig, Store } from '../../page/types.js'

/**
 * Sign-ins that left the page: in localStorage, so that another tab can finish them; where that is
 * blocked, in sessionStorage. Nobody keeps them in memory, since the page goes away.
 */
export const pendingShelf: Shelf = {
  load: (key) => first((area) => area.getItem(key)),
  take: (key, tombstone) =>
    first((area) => {
      const text = area.getItem(key)
      // A full area has room for a tombstone, which is shorter; else the text must go.
      if (text !== null && !attempt(() => (area.setItem(key, tombstone), true)))
        area.removeItem(key)
      return text
    }),
  list: (prefix) => areas().flatMap((area) => attempt(() => entries(area, prefix)) ?? []),
  save: (key, text) => first((area) => (area.setItem(key, text), true)) ?? false,
  drop: (key) => void areas().map((area) => attempt(() => area.removeItem(key))),
}

/**
 * The session, in the store that the app chose. What the store refuses is kept in memory.
 * `failed` hears of a text that could not be removed.
 */
export function sessionShelf(
  chosen: ClientConfig['store'],
  failed: (error: OidcError) => void,
  sealed: (() => Store) | undefined,
): Shelf {
  const store =
    typeof chosen === 'object' ? chosen : { ...own, sealed }[chosen!]!()
  const refused = new Map<string, string>()
  const unavailable = (cause: unknown) => new OidcError('OIDC_STORAGE_UNAVAILABLE', 'store', cause)

  const load = async (key: string) => {
    try {
      const text = refused.get(key) ?? (await store.get(key))
      return typeof text === 'string' ? text : undefined
    } catch (cause) {
      throw unavailable(cause)
    }
  }
  const drop = async (key: string) => {
    refused.delete(key)
    try {
      await store.remove(key)
    } catch (cause) {
      failed(unavailable(cause))
    }
  }
  const save = async (key: string, text: string) => {
    try {
      await store.set(key, text)
      refused.delete(key)
      return true
    } catch {
      // Nor may an older text stay, and come back as the session after a reload.
      await drop(key)
      refused.set(key, text)
      return false
    }
  }
  const take = async (key: string, tombstone: string) => {
    const text = await load(key)
    if (text !== undefined) await save(key, tombstone)
    return text
  }
  return {
    load,
    take,
    save,
    drop,
    store,
    refused,
    // Of an app's own store nobody knows who sees it; most are for all tabs, as ours are.
    isOfTab: chosen === 'session' || chosen === 'memory',
    list: (prefix) => [...refused].filter(([key]) => key.startsWith(prefix)),
  }
}

/** The stores that need no code of the app's. */
const own = {
  session: () => areaStore(() => sessionStorage),
  local: () => areaStore(() => localStorage),
  memory: memoryStore,
}

/** An area as a store: where it is blocked, nothing is there and nothing can be kept. */
const areaStore = (area: () => Storage): Store => ({
  get: (key) => attempt(() => area().getItem(key)),
  set: (key, text) => area().setItem(key, text),
  remove: (key) => void attempt(() => area().removeItem(key)),
})

function memoryStore(): Store {
  const texts = new Map<string, string>()
  return {
    get: (key) => texts.get(key),
    set: (key, text) => void texts.set(key, text),
    remove: (key) => void texts.delete(key),
  }
}

/** What works now; a browser may block storage, or let it be full, at any time. */
function areas(): Storage[] {
  return [attempt(() => localStorage), attempt(() => sessionStorage)].flatMap((area) => area ?? [])
}

/** The first area that has, or takes, what is asked. */
function first<T>(ask: (area: Storage) => T | null): T | undefined {
  for (const area of areas()) {
    const found = attempt(() => ask(area))
    if (found !== undefined && found !== null) return found
  }
  return undefined
}

function entries(area: Storage, prefix: string): [string, string][] {
  const keys = Array.from({ length: area.length }, (_, n) => area.key(n) ?? '')
  return keys.filter((key) => key.startsWith(prefix)).map((key) => [key, area.getItem(key) ?? ''])
}

function attempt<T>(act: () => T): T | undefined {
  try {
    return act()
  } catch {
    return undefined
  }
}
