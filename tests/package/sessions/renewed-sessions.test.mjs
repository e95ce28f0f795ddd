// The sessions that an isolate remembers: for a limited time and number.
import assert from 'node:assert/strict'
import test from 'node:test'
import { loadInternal } from '../../internal/modules.mjs'

const { makeRenewedSessions } = await loadInternal('renewed-sessions')
const { makeTtlMap } = await loadInternal('ttl-map')

const sealed = (hash) => ({ hash, sealed: `sealed ${hash}` })

test('B3: each old cookie of a session leads to its newest renewal for ten seconds', (t) => {
  t.mock.timers.enable({ apis: ['Date'] })
  const renewed = makeRenewedSessions()
  renewed.addRenewal('a', sealed('b'))
  renewed.addRenewal('b', sealed('c'))
  assert.deepEqual(['a', 'b', 'c'].map(renewed.successorOf), ['sealed c', 'sealed c', undefined])
  t.mock.timers.tick(10_000)
  assert.deepEqual(['a', 'b', 'c'].map(renewed.successorOf), [undefined, undefined, undefined])
  renewed.addRenewal('c', sealed('d'))
  assert.deepEqual(['a', 'b', 'c'].map(renewed.successorOf), [undefined, undefined, 'sealed d'])
})

test('LOG-22: many renewals of other sessions do not remove the record of an ended one', () => {
  const renewed = makeRenewedSessions()
  renewed.addEnded('victim')
  for (let n = 0; n < 2000; n += 1) renewed.addRenewal(`h${n}`, sealed(`i${n}`))
  assert.equal(renewed.isEnded('victim'), true)
  assert.equal(renewed.isEnded('another'), false)
  assert.deepEqual([renewed.successorOf('h0'), renewed.successorOf('h1999')], [undefined, 'sealed i1999'])
})

test('BFF-11: the map is bounded, and a removed entry is reported', (t) => {
  t.mock.timers.enable({ apis: ['Date'] })
  const gone = []
  const map = makeTtlMap(1000, 2, (value) => gone.push(value))
  map.set('a', 1)
  map.set('a', 2)
  map.set('b', 3)
  map.set('c', 4)
  assert.deepEqual([gone, map.get('a'), map.get('c')], [[1, 2], undefined, 4])
  t.mock.timers.tick(1000)
  assert.equal(map.get('c'), undefined)
  map.set('d', 5)
  assert.deepEqual(gone, [1, 2, 3, 4])
})
