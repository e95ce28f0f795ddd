// A verifier after the keys of its issuer have changed, and the number of its requests for them.
import assert from 'node:assert/strict'
import { generateKeyPairSync, sign } from 'node:crypto'
import test from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { load } from '../support/package.mjs'
import { advanceClock } from '../support/clock.mjs'
import { makeGate } from '../support/gate.mjs'
import { code, isPending } from '../support/stage.mjs'

const { createVerifier, memoryCache } = await load('./edge')
const { soft } = await load('./soft')
const issuer = 'https://op.example'
setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc')
const START = 1_700_000_000

/** An issuer without a network, a shared cache that counts, and verifiers with one clock. */
function makeWorld() {
  const makeKey = (kid, more) => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    return { kid, privateKey, jwk: { ...publicKey.export({ format: 'jwk' }), kid, ...more } }
  }
  const cache = memoryCache()
  const world = {
    now: START,
    keys: [],
    asked: 0,
    reads: 0,
    makeKey,
    cache: { get: (key) => ((world.reads += 1), cache.get(key)), put: (...all) => cache.put(...all) },
    make: (more) => createVerifier({ issuer, audience: 'api', fetch: world.fetch, now: () => world.now, ...more }),
    async fetch(url) {
      world.asked += 1
      const body = url.endsWith('/jwks') ? { keys: world.keys } : { issuer, jwks_uri: `${issuer}/jwks` }
      return new Response(JSON.stringify(body), { headers: { 'cache-control': 'max-age=60' } })
    },
    token({ kid, privateKey }, claims) {
      const all = {
        ...{ iss: issuer, aud: 'api', sub: 'ada', client_id: 'c', jti: 'j' },
        ...{ iat: START, exp: START + 80_000 },
        ...claims,
      }
      const head = { alg: 'ES256', kid, typ: 'at+jwt' }
      const input = [head, all].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')
      const key = { key: privateKey, dsaEncoding: 'ieee-p1363' }
      return `${input}.${sign('sha256', Buffer.from(input), key).toString('base64url')}`
    },
  }
  return world
}

const requestWith = (token) => new Request('https://api.example/', { headers: { authorization: `Bearer ${token}` } })

/** A `fetch` whose requests hang, each until the test fails it, and a wait for their number. */
function makeHangingFetch() {
  const gates = []
  return {
    async fetch() {
      const gate = makeGate()
      gates.push(gate)
      await gate.passed
      throw new TypeError('no connection')
    },
    fail: (number) => gates[number].open(),
    async began(count) {
      while (gates.length < count) await sleep(5)
    },
  }
}

/** Awaits work that a response does not wait for. */
function makeContext() {
  const all = []
  return { ctx: { waitUntil: (work) => void all.push(work) }, ended: () => Promise.all(all) }
}

test('A3, DSC-08: a known key that must not count is a 401, and anonymous requests cause one search', async () => {
  const world = makeWorld()
  const [foreign, own] = [world.makeKey('f', { issuer: 'https://other.example' }), world.makeKey('o')]
  world.keys = [foreign.jwk, own.jwk]
  const verifier = world.make({ keys: world.cache })
  assert.equal((await verifier.verify(world.token(own))).sub, 'ada')
  world.asked = world.reads = 0
  for (let times = 0; times < 20; times += 1) {
    const { response, error } = await verifier.guard(requestWith(world.token(foreign, { jti: `${times}` })))
    assert.deepEqual([response.status, error.code], [401, 'OIDC_KEY_NOT_FOUND'])
  }
  assert.ok(world.asked <= 2 && world.reads <= 2, `${world.asked} requests, ${world.reads} reads`)
})

test('A8, DSC-08: unknown kids read the cache once in a cool-down, and a new key is found after it', async () => {
  const world = makeWorld()
  const [own, unknown] = [world.makeKey('o'), world.makeKey('u')]
  world.keys = [own.jwk]
  const verifier = world.make({ keys: world.cache })
  await verifier.verify(world.token(own))
  world.asked = world.reads = 0
  for (let times = 0; times < 50; times += 1) {
    const token = world.token(unknown, { jti: `${times}` })
    await assert.rejects(verifier.verify(token), code('OIDC_KEY_NOT_FOUND'))
  }
  assert.equal(world.asked, 2, 'one search, with one wait')
  assert.equal(world.reads, 2, 'the dropped keys, and the keys')
  world.keys.push(unknown.jwk)
  world.now += 31
  assert.equal((await verifier.verify(world.token(unknown))).sub, 'ada')
})

test('A8, DSC-15: while the issuer hangs, every request with a good token is a 503, never a 401', async (t) => {
  const world = makeWorld()
  const { fetch, fail, began } = makeHangingFetch()
  const verifier = world.make({ fetch })
  const token = world.token(world.makeKey('k'))
  const requests = Array.from({ length: 3 }, () => verifier.guard(requestWith(token)))
  // Each search hangs for longer than the others wait for it: one of these begins the next.
  for (let searches = 1; searches <= 3; searches += 1) {
    await began(searches)
    advanceClock(t, 2.1)
  }
  for (let search = 0; search < 3; search += 1) {
    fail(search)
    await Promise.race(requests)
    await isPending(Promise.all(requests))
  }
  // The last one begins at once, while the issuer rests after its failure.
  for (const { response, error } of await Promise.all([...requests, verifier.guard(requestWith(token))])) {
    assert.deepEqual([response.status, error.code], [503, 'OIDC_NETWORK_FAILED'])
  }
})

test('A8, DSC-15: a token whose key is unknown while the issuer is down is a 503, and a 401 once it has answered', async () => {
  const world = makeWorld()
  const [own, rotated] = [world.makeKey('o'), world.makeKey('r')]
  world.keys = [own.jwk]
  let isDown = false
  const verifier = world.make({ fetch: (url) => (isDown ? Promise.resolve(new Response('', { status: 503 })) : world.fetch(url)) })
  const good = world.token(own)
  await verifier.verify(good)
  isDown = true
  // The keys are fresh at first, and the known key passes all the time.
  for (let second = 0; second < 90; second += 3) {
    const [pass, { response, error }] = await Promise.all([good, world.token(rotated)].map((token) => verifier.guard(requestWith(token))))
    assert.equal(pass.ok, true)
    assert.deepEqual([response.status, error.code], [503, 'OIDC_PROVIDER_UNAVAILABLE'], `after ${second} s`)
    world.now += 3
  }
  await verifier.ready()
  isDown = false
  world.now += 31
  const { response, error } = await verifier.guard(requestWith(world.token(rotated)))
  assert.deepEqual([response.status, error.code], [401, 'OIDC_KEY_NOT_FOUND'])
  world.keys = [rotated.jwk]
  world.now += 31
  assert.equal((await verifier.guard(requestWith(world.token(rotated)))).ok, true)
})

test('A8, DSC-15: a token whose key is unknown while a search hangs is a 503', async (t) => {
  const world = makeWorld()
  const [own, rotated] = [world.makeKey('o'), world.makeKey('r')]
  world.keys = [own.jwk]
  const { fetch, fail, began } = makeHangingFetch()
  let isDown = false
  const verifier = world.make({ fetch: (url) => (isDown ? fetch() : world.fetch(url)) })
  await verifier.verify(world.token(own))
  isDown = true
  const requests = Array.from({ length: 3 }, () => verifier.guard(requestWith(world.token(rotated))))
  await began(1)
  advanceClock(t, 2.1)
  await Promise.race(requests)
  await began(2)
  fail(0)
  fail(1)
  for (const { response, error } of await Promise.all(requests)) {
    assert.equal(response.status, 503, error.code)
  }
})

test('A8, DSC-10: a key that is dropped during the first search does not refuse the other keys', async () => {
  const world = makeWorld()
  const [own, dropped] = [world.makeKey('o'), world.makeKey('d')]
  world.keys = [own.jwk, dropped.jwk]
  const [asked, gate] = [makeGate(), makeGate()]
  const verifier = world.make({ fetch: async (url) => (asked.open(), await gate.passed, world.fetch(url)) })
  const [good, bad] = [own, dropped].map((key) => verifier.guard(requestWith(world.token(key))))
  await asked.passed
  await verifier.drop('d')
  gate.open()
  assert.equal((await good).ok, true)
  const { response, error } = await bad
  assert.deepEqual([response.status, error.code], [401, 'OIDC_KEY_NOT_FOUND'])
})

test('A5, DSC-10: a refresh whose request has ended is repeated, and a withdrawn key ends', async (t) => {
  const world = makeWorld()
  const [old, fresh] = [world.makeKey('old'), world.makeKey('new')]
  world.keys = [old.jwk]
  let isLost = false
  const fetch = (url) => (isLost ? new Promise(() => {}) : world.fetch(url))
  const verifier = world.make({ keyGrace: 0, fetch })
  const token = world.token(old)
  const { ctx, ended } = makeContext()
  const guard = (context) => verifier.guard(requestWith(token), undefined, { ctx: context })
  assert.equal((await guard(ctx)).ok, true)
  world.keys = [fresh.jwk]
  world.now += 61
  isLost = true
  assert.equal((await guard({ waitUntil: () => {} })).ok, true)
  isLost = false
  advanceClock(t, 2.1)
  await guard(ctx)
  await ended()
  const { response, error } = await guard(ctx)
  assert.deepEqual([response?.status, error?.code], [401, 'OIDC_KEY_NOT_FOUND'])
})

for (const isShared of [false, true]) {
  test(`A5, DSC-10: two keys that are dropped at once are both refused, ${isShared ? 'with' : 'without'} a shared cache`, async () => {
    const world = makeWorld()
    const all = ['a', 'b', 'c'].map((kid) => world.makeKey(kid))
    world.keys = all.map(({ jwk }) => jwk)
    const verifier = world.make(isShared ? { keys: world.cache } : {})
    const tokens = all.map((key) => world.token(key))
    for (const token of tokens) await verifier.verify(token)
    await Promise.all([verifier.drop('a'), verifier.drop('b')])
    const results = await Promise.all(tokens.map((token) => verifier.guard(requestWith(token))))
    assert.deepEqual(results.map(({ ok }) => ok), [false, false, true])
    if (!isShared) return
    const other = world.make({ keys: world.cache })
    const there = await Promise.all(tokens.map((token) => other.guard(requestWith(token))))
    assert.deepEqual(there.map(({ ok }) => ok), [false, false, true])
  })
}

test('A5, DSC-10: a drop during a refresh loses no key that the refresh brings', async () => {
  const world = makeWorld()
  const [old, fresh] = [world.makeKey('old'), world.makeKey('new')]
  world.keys = [old.jwk]
  const [loaded, gate] = [makeGate(), makeGate()]
  let isSlow = false
  const keys = { ...world.cache, get: async (key) => (isSlow && (loaded.open(), await gate.passed), world.cache.get(key)) }
  const verifier = world.make({ keys })
  await verifier.verify(world.token(old))
  isSlow = true
  const dropped = verifier.drop('old')
  await loaded.passed
  isSlow = false
  world.keys = [old.jwk, fresh.jwk]
  world.now += 61
  await verifier.verify(world.token(fresh))
  const { asked } = world
  gate.open()
  await dropped
  await verifier.verify(world.token(fresh, { jti: 'k' }))
  assert.equal(world.asked, asked)
  await assert.rejects(verifier.verify(world.token(old)), code('OIDC_KEY_NOT_FOUND'))
})

test('A4: cached tokens do not keep the key sets that verified them', async () => {
  const world = makeWorld()
  const key = world.makeKey('k')
  const more = Array.from({ length: 50 }, () => world.makeKey('').jwk)
  const verifier = world.make({ keyGrace: 0 })
  const verifyAfterChange = async (times) => {
    // 100 KB of other keys each time.
    world.keys = [key.jwk, ...more.map((jwk, at) => ({ ...jwk, kid: `${times}.${at}.`.padEnd(2000, 'x') }))]
    world.now += 61
    await verifier.verify(world.token(key, { jti: `${times}`, iat: world.now }))
  }
  const used = () => (collectGarbage(), process.memoryUsage().heapUsed)
  await verifyAfterChange(0)
  const before = used()
  for (let times = 1; times <= 60; times += 1) await verifyAfterChange(times)
  assert.ok(used() - before < 3e6, `${used() - before} bytes for 60 tokens`)
})

test('A8, DSC-08: unknown kids do not delay the news of a dropped key', async () => {
  const world = makeWorld()
  const [own, other] = [world.makeKey('o'), world.makeKey('p')]
  world.keys = [own.jwk, other.jwk]
  const [one, two] = [world.make({ keys: world.cache }), world.make({ keys: world.cache })]
  const token = world.token(own)
  await Promise.all([one.verify(token), two.verify(token)])
  await two.drop('o')
  for (let second = 0; second < 30; second += 1) {
    world.now += 1
    await one.verify(world.token(world.makeKey('u'))).catch(() => {})
  }
  await assert.rejects(one.verify(token), code('OIDC_KEY_NOT_FOUND'))
})

test('A5, DSC-10: a cached result ends when a refresh after the response has brought other keys', async () => {
  const world = makeWorld()
  const [old, fresh] = [world.makeKey('old'), world.makeKey('new')]
  world.keys = [old.jwk]
  const verifier = world.make({ keyGrace: 0 })
  const token = world.token(old)
  assert.equal((await verifier.guard(requestWith(token))).ok, true)
  world.keys = [fresh.jwk]
  world.now += 61
  const { ctx, ended } = makeContext()
  // The refresh runs after the response, so this request may pass.
  await verifier.guard(requestWith(token), undefined, { ctx })
  await ended()
  await assert.rejects(verifier.verify(token), code('OIDC_KEY_NOT_FOUND'))
  assert.equal((await verifier.guard(requestWith(token))).response.status, 401)
})

test('A5, DSC-10: with a grace, a cached result ends with the grace and not with the token', async () => {
  const world = makeWorld()
  const [old, fresh] = [world.makeKey('old'), world.makeKey('new')]
  world.keys = [old.jwk]
  const verifier = world.make({ keyGrace: 3600 })
  const token = world.token(old)
  await verifier.verify(token)
  world.keys = [fresh.jwk]
  world.now = START + 100
  await verifier.verify(token)
  world.now = START + 3600
  await assert.rejects(verifier.verify(token), code('OIDC_KEY_NOT_FOUND'))
})

for (const idle of [31, 3600]) {
  test(`A5, DSC-10: a key that another isolate dropped ends within 30 seconds, also after ${idle} idle ones`, async () => {
    const world = makeWorld()
    const key = world.makeKey('k')
    world.keys = [key.jwk, world.makeKey('other').jwk]
    const [one, other] = [world.make({ keys: world.cache }), world.make({ keys: world.cache })]
    const token = world.token(key)
    await Promise.all([one.verify(token), other.verify(token)])
    await one.drop('k')
    world.now += idle
    const { ctx, ended } = makeContext()
    const requests = Array.from({ length: 5 }, () => other.guard(requestWith(token), undefined, { ctx }))
    for (const { response } of await Promise.all(requests)) assert.equal(response?.status, 401)
    await ended()
  })
}

for (const [first, begin] of [
  ['guard', (verifier, token) => verifier.guard(requestWith(token)).then((pass) => pass.ok || assert.fail(pass.error))],
  ['drop', (verifier) => verifier.drop('another')],
]) {
  test(`soft is loaded if ${first} is the first call`, async () => {
    const world = makeWorld()
    const key = world.makeKey('k')
    let isLoaded = false
    const backend = {
      ...soft,
      load: () => soft.load().then(() => void (isLoaded = true)),
      verify: (...all) => (isLoaded ? soft.verify(...all) : assert.fail('not loaded')),
    }
    const verifier = world.make({ backend, jwks: { keys: [key.jwk] } })
    await begin(verifier, world.token(key))
    assert.equal((await verifier.verify(world.token(key))).sub, 'ada')
  })
}
