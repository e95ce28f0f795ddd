// Programs of servers and of the edge: each runtime takes the package as it is installed.
import assert from 'node:assert/strict'
import { bun, deno } from '../runtime/harness/programs.mjs'
import { consumer, table } from './harness/consumer.mjs'
import { openProject, runIn } from './harness/project.mjs'

const SEEN = 'OIDC_CONFIG_INVALID'
const asked = { ISSUER: 'https://id.example.com' }

consumer('Node runs it', {}, async () => {
  const project = await openProject('node')
  assert.equal(await runIn(project.folder, process.execPath, ['main.js'], asked), SEEN)
  table.note('Node', 'of the system', '`node`', 'answers', 0)
})

consumer('Deno runs it', { skip: deno.missing }, async () => {
  const project = await openProject('deno')
  const words = ['run', '--no-prompt', '--allow-env', '--allow-net', 'main.js']
  assert.equal(await runIn(project.folder, deno.path, words, asked), SEEN)
  table.note('Deno', deno.version, '`deno run`', 'answers', 0)
})

consumer('Bun runs it', { skip: bun.missing }, async () => {
  const project = await openProject('bun')
  assert.equal(await runIn(project.folder, bun.path, ['main.js'], asked), SEEN)
  table.note('Bun', bun.version, '`bun`', 'answers', 0)
})

consumer('wrangler builds a Worker, and the Workers runtime runs it', {}, async (t) => {
  const project = await openProject('wrangler')
  await project.run('wrangler', ['deploy', '--dry-run', '--outdir', 'dist'])
  const modules = await project.files('.wasm', 'dist')
  // Workers may not compile bytes: there the module is a file, and there is one.
  assert.equal(modules.length, 1)
  const { Miniflare } = await import(project.pathOf('miniflare'))
  const flare = new Miniflare({
    cf: false,
    compatibilityDate: '2026-04-01',
    modules: [
      { type: 'ESModule', path: 'index.js', contents: await project.read('dist/index.js', 'utf8') },
      { type: 'CompiledWasm', path: modules[0], contents: await project.read(`dist/${modules[0]}`) },
    ],
  })
  t.after(() => flare.dispose())
  const answer = await flare.dispatchFetch(`http://localhost/?issuer=${asked.ISSUER}`)
  assert.equal(await answer.text(), SEEN)
  table.note('wrangler', project.version('wrangler'), '`wrangler deploy`', 'answers', 1)
})
