// Proves that the module and the glue of a package fit: everything the module imports is given,
// nothing else is, and two instances of it live side by side.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

const [glueFile, moduleFile] = process.argv.slice(2)
const { makeGlue } = await import(pathToFileURL(resolve(glueFile)))
const module = await WebAssembly.compile(readFileSync(moduleFile))

const wanted = WebAssembly.Module.imports(module).map((entry) => `${entry.module} ${entry.name}`)
const given = Object.entries(makeGlue().imports)
  .flatMap(([from, things]) => Object.keys(things).map((name) => `${from} ${name}`))
assert.deepEqual(given.sort(), wanted.sort(), 'the imports of the module and of the glue')

const cores = await Promise.all([0, 1].map(async () => {
  const glue = makeGlue()
  return glue.attach(await WebAssembly.instantiate(module, glue.imports))
}))
// A module judges settings or keys, of which `not JSON` is none, or signatures, of which nothing is
// one.
const names = WebAssembly.Module.exports(module).map(({ name }) => name)
const none = new Uint8Array()
const inputs = {
  register: ['not JSON'],
  begin: ['not JSON', '', '', '', 0],
  takeSigned: ['not JSON', '', '', '', 0],
  thumbprint: ['not JSON'],
  check: ['RS256', 'not JSON', none, none],
}
const judge = Object.keys(inputs).find((name) => names.includes(name))
for (const core of cores) {
  const said = core(judge, inputs[judge])
  if (judge === 'check') assert.equal(said, false)
  else assert.match(said, /"error"/)
}
assert.throws(() => cores[0](judge, [undefined]), TypeError)
