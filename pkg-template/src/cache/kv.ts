/** A cache in Workers KV: all data centres, a minute behind at worst. */

import { ending, type KeyCache } from '../cache.js'

/** What is used of a KV namespace. */
export interface KvNamespace {
  getWithMetadata(key: string): Promise<{ value: string | null; metadata: unknown }>
  put(
    key: string,
    value: string,
    options: { expirationTtl: number; metadata: { until: number } },
  ): Promise<void>
}

/** KV refuses to keep a text for less, in seconds. */
const LEAST = 60

/** Makes a cache in a namespace, e.g. `env.KEYS`. */
export function kvCache(namespace: KvNamespace): KeyCache {
  return {
    async get(key) {
      const { value, metadata } = await namespace.getWithMetadata(key)
      const { until } = (metadata ?? {}) as { until?: number }
      return value !== null && Number(until) > Date.now() ? value : undefined
    },
    async put(key, text, ttlSeconds) {
      const expirationTtl = Math.max(LEAST, Math.ceil(ttlSeconds))
      await namespace.put(key, text, { expirationTtl, metadata: { until: ending(ttlSeconds) } })
    },
  }
}
