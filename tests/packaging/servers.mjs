// Programs of servers and of the edge: each takes the package as it is installed, fetches a real
// provider's keys, and verifies tokens.
import assert from 'node:assert/strict'
import { bun, deno } from '../runtime/harness/programs.mjs'
import { consumer, table } from './harness/consumer.mjs'
import { openProject, runIn } from './harness/project.mjs'
import { assertVerdicts, issuer, VERDICTS } from './harness/tokens.mjs'

/** A program that gets tokens in its environment and prints a line for each. */
async function assertVerifies(name, program, words) {
  const project = await openProject(name)
  const { address, tokens } = await issuer()
  const variables = { ISSUER: address, TOKENS: tokens.join(' ') }
  const said = await runIn(project.folder, program, [...words, 'main.js'], variables)
  assert.deepEqual(said.split('\n'), VERDICTS)
}

consumer('Node verifies tokens', {}, async () => {
  await assertVerifies('node', process.execPath, [])
  table.note('Node', 'of the system', '`node`', 'verifies', 0)
})

consumer('Deno verifies tokens', { skip: deno.missing }, async () => {
  await assertVerifies('deno', deno.path, ['run', '--no-prompt', '--allow-env', '--allow-net'])
  table.note('Deno', deno.version, '`deno run`', 'verifies', 0)
})

consumer('Bun verifies tokens', { skip: bun.missing }, async () => {
  await assertVerifies('bun', bun.path, [])
  table.note('Bun', bun.version, '`bun`', 'verifies', 0)
})

consumer('wrangler builds a Worker that verifies tokens', {}, async (t) => {
  const project = await openProject('wrangler')
  await project.run('wrangler', ['deploy', '--dry-run', '--outdir', 'dist'])
  const modules = await project.files('.wasm', 'dist')
  // Workers may not compile bytes: there the module is a file, and there is one.
  assert.equal(modules.length, 1)
  const { Miniflare } = await import(project.pathOf('miniflare'))
  const flare = new Miniflare({
    cf: false,
    bindings: { ISSUER: (await issuer()).address },
    compatibilityDate: '2026-04-01',
    modules: [
      { type: 'ESModule', path: 'index.js', contents: await project.read('dist/index.js', 'utf8') },
      { type: 'CompiledWasm', path: modules[0], contents: await project.read(`dist/${modules[0]}`) },
    ],
  })
  t.after(() => flare.dispose())
  await assertVerdicts((init) => flare.dispatchFetch('http://localhost/', init))
  table.note('wrangler', project.version('wrangler'), '`wrangler deploy`', 'verifies', 1)
})
