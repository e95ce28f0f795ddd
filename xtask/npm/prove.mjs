// Checks that the module and the glue of a package fit: the glue has every import of the module and no
// other, and two instances work at the same time.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

const [glueFile, moduleFile] = process.argv.slice(2)
const { makeGlue } = await import(pathToFileURL(resolve(glueFile)))
const module = await WebAssembly.compile(readFileSync(moduleFile))

const imports = WebAssembly.Module.imports(module).map((entry) => `${entry.module} ${entry.name}`)
const provided = Object.entries(makeGlue().imports)
  .flatMap(([from, members]) => Object.keys(members).map((name) => `${from} ${name}`))
assert.deepEqual(provided.sort(), imports.sort(), 'the imports of the module and of the glue')

const cores = await Promise.all([0, 1].map(async () => {
  const glue = makeGlue()
  return glue.attach(await WebAssembly.instantiate(module, glue.imports))
}))
// Each module has one of these exports. The inputs are invalid, so the result is an error or `false`.
const names = WebAssembly.Module.exports(module).map(({ name }) => name)
const empty = new Uint8Array()
const inputs = {
  register: ['not JSON'],
  begin: ['not JSON', '', '', '', 0],
  takeSigned: ['not JSON', '', '', '', 0],
  thumbprint: ['not JSON'],
  check: ['RS256', 'not JSON', empty, empty],
}
const called = Object.keys(inputs).find((name) => names.includes(name))
for (const core of cores) {
  const result = core(called, inputs[called])
  if (called === 'check') assert.equal(result, false)
  else assert.match(result, /"error"/)
}
assert.throws(() => cores[0](called, [undefined]), TypeError)
