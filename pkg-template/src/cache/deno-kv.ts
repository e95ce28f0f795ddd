/** A cache and a replay store in Deno KV. */

import { ending, type KeyCache, type ReplayStore } from '../cache.js'

/** What is used of a Deno KV database. */
export interface DenoKv {
  get(key: string[]): Promise<{ value: unknown; versionstamp: string | null }>
  set(key: string[], value: unknown, options: { expireIn: number }): Promise<unknown>
  atomic(): DenoKvAtomic
}

/** What is used of its transactions. */
export interface DenoKvAtomic {
  check(...checks: { key: string[]; versionstamp: string | null }[]): DenoKvAtomic
  set(key: string[], value: unknown, options: { expireIn: number }): DenoKvAtomic
  commit(): Promise<{ ok: boolean }>
}

const CACHE = 'countersign'
const SEEN = 'countersign-seen'

/** Makes a cache in a database, e.g. `await Deno.openKv()`. A value has 64 KiB at most there. */
export function denoKvCache(kv: DenoKv): KeyCache {
  return {
    async get(key) {
      const { value } = await kv.get([CACHE, key])
      const { text, until } = (value ?? {}) as { text?: string; until?: number }
      // Deno drops what is over when it finds the time.
      return Number(until) > Date.now() ? text : undefined
    },
    async put(key, text, ttlSeconds) {
      const value = { text, until: ending(ttlSeconds) }
      await kv.set([CACHE, key], value, { expireIn: ttlSeconds * 1000 })
    },
  }
}

/** Makes a replay store in a database, for all its users. */
export function denoKvReplay(kv: DenoKv): ReplayStore {
  return {
    async putIfAbsent(key, ttlSeconds) {
      const place = [SEEN, key]
      const { value, versionstamp } = await kv.get(place)
      if (Number(value) > Date.now()) return false
      // Whoever wrote since the look is first.
      const { ok } = await kv
        .atomic()
        .check({ key: place, versionstamp })
        .set(place, ending(ttlSeconds), { expireIn: ttlSeconds * 1000 })
        .commit()
      return ok
    },
  }
}
