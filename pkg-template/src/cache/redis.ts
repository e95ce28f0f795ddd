/** A cache and a replay store in Redis, through whichever client there is. */

import type { KeyCache, ReplayStore } from '../cache.js'

/**
 * A client that sends commands word by word: npm's `redis` (`sendCommand`) or `ioredis` (`call`).
 * Anything else, such as Redis over HTTP, becomes one with a `sendCommand` of yours.
 */
export type RedisClient =
  | { call(command: string, ...words: string[]): Promise<unknown> }
  | { sendCommand(words: string[]): Promise<unknown> }

// `ioredis` has a `sendCommand` too, which takes something else.
const ask = (client: RedisClient, command: string, ...words: string[]) =>
  'call' in client ? client.call(command, ...words) : client.sendCommand([command, ...words])

const seconds = (ttlSeconds: number) => `${Math.max(1, Math.ceil(ttlSeconds))}`

/** Makes a cache in a Redis database. */
export function redisCache(client: RedisClient): KeyCache {
  return {
    async get(key) {
      const text = await ask(client, 'GET', `countersign:${key}`)
      return typeof text === 'string' ? text : undefined
    },
    async put(key, text, ttlSeconds) {
      await ask(client, 'SET', `countersign:${key}`, text, 'EX', seconds(ttlSeconds))
    },
  }
}

/** Makes a replay store in a Redis database, which must not evict keys (`noeviction`). */
export function redisReplay(client: RedisClient): ReplayStore {
  return {
    async putIfAbsent(key, ttlSeconds) {
      const place = `countersign-seen:${key}`
      return (await ask(client, 'SET', place, '1', 'NX', 'EX', seconds(ttlSeconds))) === 'OK'
    },
  }
}
