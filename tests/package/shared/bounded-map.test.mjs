// The one bounded map behind every cache of the package.
import assert from 'node:assert/strict'
import test from 'node:test'
import { loadInternal } from '../../internal/modules.mjs'

const { makeBoundedMap } = await loadInternal('bounded-map')

test('the least recently used entry is removed', () => {
  const map = makeBoundedMap(2)
  map.set('a', 1)
  map.set('b', 2)
  assert.equal(map.get('a'), 1)
  map.set('c', 3)
  assert.deepEqual([...map.entries], [['a', 1], ['c', 3]])
  map.set('a', 4)
  map.set('d', 5)
  assert.deepEqual([...map.entries], [['a', 4], ['d', 5]])
})

test('a read of a missing key adds nothing, and a stored `undefined` stays', () => {
  const map = makeBoundedMap(2)
  map.set('a', undefined)
  assert.equal(map.get('b'), undefined)
  assert.equal(map.get('a'), undefined)
  assert.deepEqual([...map.entries.keys()], ['a'])
})

test('each value that leaves is reported once: evicted, replaced or deleted', () => {
  const removed = []
  const map = makeBoundedMap(2, (value) => removed.push(value))
  for (const [key, value] of [['a', 1], ['b', 2], ['c', 3], ['c', 4]]) map.set(key, value)
  map.get('b')
  map.delete('b')
  map.delete('b')
  assert.deepEqual(removed, [1, 3, 2])
})
