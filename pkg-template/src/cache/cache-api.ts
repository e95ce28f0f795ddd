/** A cache in the runtime's Cache API: Workers (one data centre), Deno, browsers. */

import { ending, type KeyCache } from '../cache.js'

const UNTIL = 'x-countersign-until'

/** Makes a cache in the Cache API; `name` keeps it apart from others of the same origin. */
export function cacheApi(name = 'countersign'): KeyCache {
  // Opened for each call: a Worker may not keep what belongs to another request.
  const open = () => caches.open(name)
  // An address that no request can have (RFC 2606).
  const addressOf = (key: string) => `https://countersign.invalid/${encodeURIComponent(key)}`
  return {
    async get(key) {
      const found = await (await open()).match(addressOf(key))
      // Not every runtime drops what is over.
      return found && Number(found.headers.get(UNTIL)) > Date.now() ? found.text() : undefined
    },
    async put(key, text, ttlSeconds) {
      const headers = {
        'cache-control': `max-age=${ttlSeconds}`,
        [UNTIL]: `${ending(ttlSeconds)}`,
      }
      await (await open()).put(addressOf(key), new Response(text, { headers }))
    },
  }
}
