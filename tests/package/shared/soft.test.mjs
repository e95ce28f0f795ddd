// Signatures checked in Rust, by the module that is published.
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import test from 'node:test'
import { loadInternal } from '../../internal/modules.mjs'
import { addressOf, load, trapFolder } from '../support/package.mjs'
import { names, signed } from '../support/signatures.mjs'
import { code } from '../support/stage.mjs'

const { soft } = await load('./soft')
await soft.load()
const input = new TextEncoder().encode('header.payload'.repeat(50))

let copies = 0
const fresh = async () => import(`${await addressOf('./soft')}?copy=${(copies += 1)}`)

test('soft lists the algorithms that it verifies', () => {
  assert.deepEqual(soft.algorithms.toSorted(), names.toSorted())
})

for (const alg of names) {
  test(`${alg}: Node's signature is valid, and one with a changed bit has Node's verdict`, (t) => {
    for (let keys = 0; keys < 3; keys += 1) {
      const { key, signature, verifies } = signed(alg, input)
      assert.equal(soft.verify(alg, key, input, signature), true)
      const other = input.slice()
      other[7] ^= 1
      assert.equal(soft.verify(alg, key, other, signature), false)
      for (let bit = 0; bit < signature.length * 8; bit += 61) {
        const changed = signature.slice()
        changed[bit >> 3] ^= 1 << (bit & 7)
        assert.equal(soft.verify(alg, key, input, changed), false)
        assert.equal(verifies(changed), false)
      }
    }
    const { key, signature } = signed(alg, input)
    const begun = performance.now()
    for (let calls = 0; calls < 20; calls += 1) soft.verify(alg, key, input, signature)
    t.diagnostic(`${((performance.now() - begun) / 20).toFixed(2)} ms a signature`)
  })
}

test('a signature is not valid for another algorithm or another key', () => {
  const all = names.map((alg) => [alg, signed(alg, input)])
  for (const [alg, { key, signature }] of all) {
    for (const other of names) {
      const same = [alg, other].every((name) => name === 'EdDSA' || name === 'Ed25519')
      if (other !== alg && !same) assert.equal(soft.verify(other, key, input, signature), false)
    }
    assert.equal(soft.verify(alg, signed(alg, input).key, input, signature), false)
  }
})

test('malformed input is false, and the next check works', () => {
  const { key, signature } = signed('ES256', input)
  const none = new Uint8Array()
  for (const odd of [{}, { kty: 'EC' }, { ...key, x: 7 }, { ...key, y: 'AA' }, { kty: 'oct', k: 'AA' }])
    assert.equal(soft.verify('ES256', odd, input, signature), false)
  for (const alg of ['', 'none', 'HS256', 'es256', '\ud800'])
    assert.equal(soft.verify(alg, key, input, signature), false)
  for (const odd of [none, signature.slice(1), new Uint8Array(64), new Uint8Array(1e6)])
    assert.equal(soft.verify('ES256', key, input, odd), false)
  assert.equal(soft.verify('ES256', key, none, signature), false)
  assert.equal(soft.verify('ES256', { ...key, d: 'x', kid: 'k', alg: 'RS256' }, input, signature), true)
})

test('soft throws before it is loaded, and loads once', async (t) => {
  const { soft } = await fresh()
  const { key, signature } = signed('ES256', input)
  assert.throws(() => soft.verify('ES256', key, input, signature), code('OIDC_NOT_READY', 'load'))
  const compile = t.mock.method(WebAssembly, 'compile')
  await Promise.all([soft.load(), soft.load()])
  await soft.load()
  assert.equal(compile.mock.callCount(), 1)
  assert.equal(soft.verify('ES256', key, input, signature), true)
})

test('a module that failed to load is loaded again', async () => {
  const { makeSoft } = await loadInternal('soft')
  let calls = 0
  const soft = makeSoft(async () => {
    if ((calls += 1) === 1) throw new TypeError('offline')
    return WebAssembly.compile(await readFile(new URL(await addressOf('./soft.wasm'))))
  })
  await assert.rejects(soft.load(), code('OIDC_WASM_UNAVAILABLE'))
  await soft.load()
  const { key, signature } = signed('EdDSA', input)
  assert.equal(soft.verify('EdDSA', key, input, signature), true)
})

test('a trap fails with OIDC_INTERNAL, and the next call works on a new instance', async (t) => {
  const { soft } = await load('./soft', trapFolder)
  await soft.load()
  const { key, signature } = signed('ES256', input)
  const instances = t.mock.method(WebAssembly, 'Instance')
  assert.throws(() => soft.verify('plant-a-trap', key, input, signature), (error) => {
    assert.ok(error.cause instanceof WebAssembly.RuntimeError)
    return code('OIDC_INTERNAL', 'soft')(error)
  })
  assert.equal(soft.verify('ES256', key, input, signature), true)
  assert.equal(soft.verify('ES256', key, input, signature), true)
  assert.equal(instances.mock.callCount(), 1)
})

test('a signature is refused only if it fails twice, since an engine may compute wrongly once', async (t) => {
  const { Instance } = WebAssembly
  let asked = 0
  let wrongAnswers = 1
  t.mock.method(WebAssembly, 'Instance', function (...given) {
    const { exports } = new Instance(...given)
    const check = (a, b, c, d, e, f, g, h) => {
      asked += 1
      const said = exports.check(a, b, c, d, e, f, g, h)
      return (wrongAnswers -= 1) < 0 ? said : 0
    }
    return { exports: { ...exports, check } }
  })
  const { soft } = await fresh()
  await soft.load()
  const { key, signature } = signed('ES256', input)
  assert.equal(soft.verify('ES256', key, input, signature), true)
  assert.equal(asked, 2)
  assert.equal(soft.verify('ES256', key, input, signature), true)
  assert.equal(asked, 3, 'a yes is a yes')
  signature[9] ^= 1
  assert.equal(soft.verify('ES256', key, input, signature), false)
  assert.equal(asked, 5)
})

test('memory does not grow over 20,000 signatures', async (t) => {
  const instances = t.mock.method(WebAssembly, 'Instance')
  const { soft } = await fresh()
  await soft.load()
  const memory = instances.mock.calls[0].result.exports.memory
  const all = ['EdDSA', 'ES256K', 'RS256', 'PS256'].map((alg) => [alg, signed(alg, input)])
  const run = (calls) => {
    for (let n = 0; n < calls; n += 1) {
      // Most are cheap: what is refused early must be freed as well.
      const [alg, { key, signature }] = all[n % 50 === 0 ? (n / 50) % all.length : 0]
      soft.verify(alg, key, input, n % 7 ? signature : signature.subarray(1))
    }
  }
  run(400)
  const before = memory.buffer.byteLength
  run(20_000)
  assert.equal(memory.buffer.byteLength, before)
  t.diagnostic(`${before} bytes`)
})
