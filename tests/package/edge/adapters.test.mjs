// The caches and the replay stores, each over the real thing: Redis, Workers' KV, Cache API and
// Durable Objects in workerd, Deno KV in Deno.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import test from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { createClient } from '@redis/client'
import { Redis } from 'ioredis'
import { Miniflare } from 'miniflare'
import { askCache, askReplay, GOOD_CACHE, GOOD_REPLAY } from '../support/adapter-suite.mjs'
import { bundle } from '../support/bundle.mjs'
import { folder, load } from '../support/package.mjs'
import { withRedis } from '../support/redis.mjs'

const adapters = await load('./edge')
const { memoryCache, memoryReplay, redisCache, redisReplay } = adapters
const here = new URL('./', import.meta.url)
const IMPORTS = `
  import * as adapters from ${JSON.stringify(fileURLToPath(new URL('adapters/public.js', folder)))}
  import { askCache, askReplay } from '../support/adapter-suite.mjs'
`

test('the memory adapters keep texts until they expire, and accept a key once', async () => {
  const answers = await Promise.all([askCache(memoryCache()), askReplay(memoryReplay())])
  assert.deepEqual(answers, [GOOD_CACHE, GOOD_REPLAY])
})

test('memory is bounded: the least recently used entry is removed', async () => {
  const cache = memoryCache({ most: 2 })
  for (const key of ['a', 'b']) await cache.put(key, key, 60)
  await cache.get('a')
  await cache.put('c', 'c', 60)
  assert.deepEqual(await Promise.all(['a', 'b', 'c'].map(cache.get)), ['a', undefined, 'c'])
})

test('a full replay store fails, and removes no entry before it expires', async (t) => {
  t.mock.timers.enable({ apis: ['Date'], now: 1_700_000_000_000 })
  const store = memoryReplay({ most: 2 })
  assert.equal(await store.putIfAbsent('a', 10), true)
  assert.equal(await store.putIfAbsent('b', 20), true)
  await assert.rejects(store.putIfAbsent('c', 10), RangeError)
  assert.equal(await store.putIfAbsent('a', 10), false)
  t.mock.timers.setTime(1_700_000_011_000)
  assert.equal(await store.putIfAbsent('c', 10), true)
  assert.equal(await store.putIfAbsent('b', 10), false)
  await assert.rejects(store.putIfAbsent('d', 10), RangeError)
})

test('the Redis adapters keep texts until they expire, and accept a key once: npm redis and ioredis', () => withRedis(async (path) => {
  const official = await createClient({ socket: { path } }).connect()
  const other = new Redis({ path })
  try {
    for (const client of [official, other]) {
      assert.deepEqual(await askCache(redisCache(client)), GOOD_CACHE)
      assert.deepEqual(await askReplay(redisReplay(client)), GOOD_REPLAY)
      await other.flushall()
    }
  } finally {
    official.destroy()
    other.disconnect()
  }
}))

test('two processes with one Redis accept a token once', () => withRedis(async (path) => {
  const clients = [new Redis({ path }), new Redis({ path })]
  try {
    const asked = Array.from({ length: 100 }, (_, n) => clients[n % 2])
    const seen = await Promise.all(asked.map((client) => redisReplay(client).putIfAbsent('x', 60)))
    assert.equal(seen.filter(Boolean).length, 1)
  } finally {
    for (const client of clients) client.disconnect()
  }
}))

test('Workers: KV, the Cache API and Durable Objects', async (t) => {
  const script = `${IMPORTS}
    export const ReplayObject = adapters.ReplayObject
    const asks = {
      kv: (env) => askCache(adapters.kvCache(env.KEYS)),
      cacheApi: () => askCache(adapters.cacheApi()),
      replay: (env) => askReplay(adapters.durableObjectReplay(env.REPLAY)),
    }
    export default {
      async fetch(request, env) {
        return Response.json(await asks[new URL(request.url).pathname.slice(1)](env))
      },
    }`
  const worker = new Miniflare({
    modules: true,
    script: await bundle(script, here),
    compatibilityDate: '2026-04-01',
    kvNamespaces: ['KEYS'],
    durableObjects: { REPLAY: { className: 'ReplayObject', useSQLite: true } },
  })
  t.after(() => worker.dispose())
  const ask = async (what) => (await worker.dispatchFetch(`http://localhost/${what}`)).json()
  const answers = await Promise.all(['kv', 'cacheApi', 'replay'].map(ask))
  assert.deepEqual(answers, [GOOD_CACHE, GOOD_CACHE, GOOD_REPLAY])
})

test('a Durable Object removes the keys that have expired, and no others', async (t) => {
  const script = `${IMPORTS}
    export class Marks extends adapters.ReplayObject {
      constructor(state) {
        super(state)
        this.state = state
      }
      async fetch(request) {
        const { pathname } = new URL(request.url)
        if (pathname === '/alarm') {
          // The next alarm, after the short keys have expired.
          const { now } = Date
          Date.now = () => now() + 100_000
          await this.alarm()
          Date.now = now
        }
        if (pathname === '/') return super.fetch(request)
        return Response.json([...(await this.state.storage.list()).keys()].sort())
      }
    }
    export default {
      async fetch(request, env) {
        const { pathname } = new URL(request.url)
        const store = adapters.durableObjectReplay(env.MARKS, { objects: 1 })
        const object = env.MARKS.get(env.MARKS.idFromName('countersign-0'))
        if (pathname !== '/fill') return object.fetch(request)
        await Promise.all(Array.from({ length: 100 }, (_, n) => store.putIfAbsent('short' + n, 60)))
        await store.putIfAbsent('long', 600)
        return new Response('')
      },
    }`
  const worker = new Miniflare({
    modules: true,
    script: await bundle(script, here),
    compatibilityDate: '2026-04-01',
    durableObjects: { MARKS: { className: 'Marks', useSQLite: true } },
  })
  t.after(() => worker.dispose())
  const ask = async (path) => (await worker.dispatchFetch(`http://localhost${path}`)).text()
  const names = async (path) => JSON.parse(await ask(path)).map((name) => name.split(':').at(-1))
  await ask('/fill')
  assert.equal((await names('/list')).length, 202)
  await ask('/alarm')
  assert.deepEqual(await names('/alarm'), ['long', 'long'])
})

const deno = process.env.DENO_PATH ??
  fileURLToPath(new URL('../../node_modules/@deno/linux-x64-glibc/deno', import.meta.url))
const withoutDeno = existsSync(deno) ? false : 'there is no Deno for this machine: set DENO_PATH'

test('Deno: KV and the Cache API', { skip: withoutDeno }, async () => {
  const program = `${IMPORTS}
    const kv = await Deno.openKv(':memory:')
    const caches = [adapters.denoKvCache(kv), adapters.cacheApi(crypto.randomUUID())]
    const answers = await Promise.all([
      ...caches.map(askCache),
      askReplay(adapters.denoKvReplay(kv)),
    ])
    kv.close()
    console.log(JSON.stringify(answers))`
  const source = `data:text/javascript;base64,${btoa(await bundle(program, here, { charset: 'ascii' }))}`
  const options = ['eval', '--unstable-kv', '--ext=js']
  const { stdout } = await promisify(execFile)(deno, [...options, `await import('${source}')`])
  assert.deepEqual(JSON.parse(stdout), [GOOD_CACHE, GOOD_CACHE, GOOD_REPLAY])
})
