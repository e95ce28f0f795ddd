// Proves that the modules and the glue of a package fit: `prove.mjs [GLUE MODULE]...`. The glue must
// have exactly the imports of its module, and two instances of the module must run side by side.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

const none = new Uint8Array()
/** An export of each module, with inputs that it must refuse: not JSON, or no signature. */
const REFUSED_INPUTS = {
  register: ['not JSON'],
  begin: ['not JSON', '', '', '', 0],
  readSignedAnswer: ['not JSON', '', '', '', 0],
  thumbprint: ['not JSON'],
  decide: ['', 'not JSON'],
  check: ['RS256', 'not JSON', none, none],
}

async function prove(glueFile, moduleFile) {
  const { makeGlue } = await import(pathToFileURL(resolve(glueFile)))
  const module = await WebAssembly.compile(readFileSync(moduleFile))
  const needed = WebAssembly.Module.imports(module).map((entry) => `${entry.module} ${entry.name}`)
  const provided = Object.entries(makeGlue().imports)
    .flatMap(([from, members]) => Object.keys(members).map((name) => `${from} ${name}`))
  assert.deepEqual(provided.sort(), needed.sort(), `the imports of ${moduleFile} and of its glue`)

  const cores = await Promise.all([0, 1].map(async () => {
    const glue = makeGlue()
    return glue.attach(await WebAssembly.instantiate(module, glue.imports))
  }))
  const names = WebAssembly.Module.exports(module).map(({ name }) => name)
  const name = Object.keys(REFUSED_INPUTS).find((known) => names.includes(known))
  for (const core of cores) {
    const answer = core(name, REFUSED_INPUTS[name])
    if (name === 'check') assert.equal(answer, false)
    else assert.match(answer, /"(error|failure)"/)
  }
  assert.throws(() => cores[0](name, [undefined]), TypeError)
}

const files = process.argv.slice(2)
for (let at = 0; at < files.length; at += 2) await prove(files[at], files[at + 1])
