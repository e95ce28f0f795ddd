// No function inside a module returns several values. LLVM's experimental calling convention, which
// does, is miscompiled. wasm-bindgen returns a text as an address and a length from exports alone.
import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import test from 'node:test'
import { folder } from '../support/package.mjs'

const [TYPE, IMPORT, FUNCTION, EXPORT] = [1, 2, 3, 7]

/** A cursor over a section's bytes. */
function cursor(bytes, at = 0) {
  const byte = () => bytes[at++]
  const number = () => {
    let [value, factor, next] = [0, 1, 0]
    do {
      next = byte()
      value += (next & 127) * factor
      factor *= 128
    } while (next & 128)
    return value
  }
  const skip = (length) => void (at += length)
  const list = (read) => Array.from({ length: number() }, read)
  return { byte, number, skip, list, rest: () => at < bytes.length, take: (length) => bytes.subarray(at, (at += length)) }
}

/** The sections of a module, by their number. */
function sectionsOf(module) {
  const sections = new Map()
  for (const reader = cursor(module, 8); reader.rest(); ) {
    const id = reader.byte()
    sections.set(id, reader.take(reader.number()))
  }
  return (id) => cursor(sections.get(id) ?? new Uint8Array([0]))
}

/** The functions of a module: how many values each returns, and whether it is an export. */
function functionsOf(module) {
  const section = sectionsOf(module)
  const types = section(TYPE)
  const results = types.list(() => {
    types.skip(1)
    types.skip(types.number())
    const count = types.number()
    types.skip(count)
    return count
  })
  // The modules import functions only.
  const imported = section(IMPORT).number()
  const exports = section(EXPORT)
  const exported = new Set(exports.list(() => {
    exports.skip(exports.number())
    const kind = exports.byte()
    return [kind, exports.number()]
  }).filter(([kind]) => kind === 0).map(([, index]) => index))
  const functions = section(FUNCTION)
  return functions.list(() => functions.number()).map((type, place) =>
    ({ results: results[type], isExported: exported.has(place + imported) }))
}

test('no function inside a module returns several values', async () => {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.wasm'))
  assert.equal(names.length, 9)
  for (const name of names) {
    const functions = functionsOf(await readFile(new URL(name, folder)))
    assert.ok(functions.length > 100, `${name}: ${functions.length} functions`)
    const wrong = functions.filter(({ results, isExported }) => results > 1 && !isExported)
    assert.equal(wrong.length, 0, `${name}: ${wrong.length} of ${functions.length} functions`)
  }
})
