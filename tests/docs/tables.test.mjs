// The short tables of the README have the numbers of the long ones.
import assert from 'node:assert/strict'
import test from 'node:test'
import { textOf } from './harness/examples.mjs'

/** The rows of the tables between two marks, as lists of cells. */
function rowsOf(file, mark) {
  const [, text] = textOf(file).split(new RegExp(`<!-- /?${mark} -->`))
  const lines = text.split('\n').filter((line) => line.startsWith('| '))
  return lines.map((line) => line.slice(2, -2).split(' | '))
}

test("the README's times are those of docs/benchmarks.md", () => {
  const [measured] = textOf('README.md').match(/^Measured on .*$/m)
  assert.ok(textOf('docs/benchmarks.md').includes(measured), measured)
  const long = new Map(rowsOf('docs/benchmarks.md', 'bench').map(([name, ...cells]) => [name, cells]))
  const short = rowsOf('README.md', 'speed').slice(2)
  assert.equal(short.length, 4)
  for (const [runtime, verify, peer, ratio, again, cached] of short) {
    const [fresh, seen] = [long.get(`${runtime}, RS256`), long.get(`${runtime}, RS256, seen before`)]
    assert.deepEqual([verify, peer, ratio], [fresh[0], fresh[2], fresh[4]], runtime)
    assert.deepEqual([again, cached], [seen[0], seen[2]], `${runtime}, seen before`)
  }
})
