// The names of properties that packaging shortens: only code of this package may know them.
import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import test from 'node:test'
import { INTERNAL_NAMES, SHORT_NAMES } from '../../../xtask/npm/internal-names.mjs'
import { folder } from '../support/package.mjs'

const root = new URL('../../../', import.meta.url)
const sources = new URL('pkg-template/src/', root)
const require = createRequire(new URL('xtask/npm/package.json', root))

async function textsOf(folder, suffix) {
  const names = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith(suffix))
  return Promise.all(names.map(async (name) => [name, await readFile(new URL(name, folder), 'latin1')]))
}

const word = (name) => new RegExp(`(?<![\\w$])${name.replace('$', '\\$')}(?![\\w$])`)

test('a shortened property is in the sources, and never a text or a public type', async () => {
  const all = await textsOf(sources, '.ts')
  const publicTypes = all.filter(([name]) => /(^|\/)(types|config-types)\.ts$/.test(name) && !name.startsWith('core/'))
  for (const name of INTERNAL_NAMES) {
    assert.ok(all.some(([, text]) => word(name).test(text)), `${name} is gone: remove it from the list`)
    // A type may name a member in brackets: `Host['runRenewal']`.
    const quoted = new RegExp(`(?<!\\[)['"\`]${name}['"\`]`)
    assert.deepEqual(all.filter(([, text]) => quoted.test(text)).map(([file]) => file), [], `${name} in quotes`)
    assert.deepEqual(publicTypes.filter(([, text]) => word(name).test(text)).map(([file]) => file), [], name)
  }
})

test('neither the core nor the platform knows a shortened property', async () => {
  const modules = await textsOf(folder, '.wasm')
  assert.ok(modules.length > 4)
  const platform = await readFile(require.resolve('typescript/lib/lib.dom.d.ts'), 'latin1')
  for (const name of INTERNAL_NAMES) {
    // A module's texts follow each other without a space, so no letter beside a name says that it is another one.
    for (const [file, text] of modules) assert.ok(!text.includes(name), `${name} in ${file}`)
    assert.ok(!word(name).test(platform), `${name} in the platform`)
  }
})

test('in the package every shortened property has its short name, and nothing else has it', async () => {
  const scripts = (await textsOf(folder, '.js')).filter(([name]) => !/-(inline|glue)\.js$/.test(name))
  const code = scripts.map(([, text]) => text).join('\n')
  for (const [index, name] of INTERNAL_NAMES.entries()) {
    assert.ok(code.includes(`.${SHORT_NAMES[index]}`) || code.includes(`${SHORT_NAMES[index]}:`), name)
    assert.ok(!code.includes(`.${name}`), `${name} as a property`)
  }
  const shortened = new Set(code.match(/(?<![\w$])_[a-zA-Z](?![\w$])/g))
  assert.deepEqual([...shortened].sort(), [...SHORT_NAMES].sort())
})
