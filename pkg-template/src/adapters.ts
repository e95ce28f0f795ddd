/** What keys and replays can be kept in; an app takes what it has, the rest is shaken off. */

export type { KeyCache, ReplayStore } from './cache.js'
export { cacheApi } from './cache/cache-api.js'
export { denoKvCache, denoKvReplay, type DenoKv } from './cache/deno-kv.js'
export { kvCache, type KvNamespace } from './cache/kv.js'
export { memoryCache } from './cache/memory.js'
export { redisCache, redisReplay, type RedisClient } from './cache/redis.js'
export { durableObjectReplay, ReplayObject, type ObjectNamespace } from './replay/durable-object.js'
export { memoryReplay } from './replay/memory.js'
