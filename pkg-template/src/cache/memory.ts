/** A cache in memory: for one process, or for the verifiers of one isolate. */

import { ending, type KeyCache } from '../cache.js'

/** Makes a cache of at most so many texts; the one that was read longest ago makes room. */
export function memoryCache({ most = 100 }: { most?: number } = {}): KeyCache {
  const kept = new Map<string, { text: string; until: number }>()
  return {
    async get(key) {
      const entry = kept.get(key)
      kept.delete(key)
      if (!entry || entry.until <= Date.now()) return undefined
      // Behind all others: the first of a Map is the oldest.
      kept.set(key, entry)
      return entry.text
    },
    async put(key, text, ttlSeconds) {
      kept.delete(key)
      kept.set(key, { text, until: ending(ttlSeconds) })
      for (const oldest of kept.keys()) {
        if (kept.size <= most) break
        kept.delete(oldest)
      }
    },
  }
}
