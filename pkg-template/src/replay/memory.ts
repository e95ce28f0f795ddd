/** A replay store in memory: for one process. Isolates that share nothing do not see each other. */

import { ending, type ReplayStore } from '../cache.js'

/**
 * Makes a store of at most so many marks. A full one rejects until some are over: it forgets no
 * token to make room for another.
 */
export function memoryReplay({ most = 100_000 }: { most?: number } = {}): ReplayStore {
  const marks = new Map<string, number>()
  let soonest = 0

  const sweep = () => {
    const now = Date.now()
    // Nothing is over yet: looking at every mark would cost each call the same for nothing.
    if (soonest > now) return
    soonest = Infinity
    for (const [key, until] of marks) {
      if (until <= now) marks.delete(key)
      else soonest = Math.min(soonest, until)
    }
  }

  return {
    async putIfAbsent(key, ttlSeconds) {
      if ((marks.get(key) ?? 0) > Date.now()) return false
      if (marks.size >= most) sweep()
      if (marks.size >= most) throw new RangeError('The replay store is full.')
      const until = ending(ttlSeconds)
      soonest = Math.min(soonest, until)
      marks.set(key, until)
      return true
    },
  }
}
