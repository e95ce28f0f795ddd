// Pages: each bundler builds one, and a person signs in there.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { consumer, table } from './harness/consumer.mjs'
import { openProject } from './harness/project.mjs'
import { startSite } from './harness/site.mjs'
import { assertSignsIn, missing } from './harness/visit.mjs'

const page = { skip: missing }

/** Built files that hold the page: a person signs in there, and there is no module beside them. */
async function assertBuilt(t, project, folders) {
  assert.deepEqual(await project.files('.wasm'), [], 'a second file of the module was emitted')
  const site = await startSite(...folders.map((folder) => join(project.folder, folder)))
  t.after(() => site.close())
  await assertSignsIn(site.origin)
}

consumer('Vite builds a page, and a person signs in', page, async (t) => {
  const project = await openProject('vite')
  await project.run('vite', ['build'])
  await assertBuilt(t, project, ['dist'])
  table.note('Vite', project.version('vite'), '`vite build`', 'signs in', 0)
})

consumer("Vite's development server serves a page, and a person signs in", page, async (t) => {
  const project = await openProject('vite')
  const server = await project.serve('vite', ['--host', 'localhost', '--port', '0'])
  t.after(() => server.close())
  const { modules } = await assertSignsIn(server.origin)
  assert.deepEqual(modules, [], 'the page asked for a file of the module')
  table.note('Vite', project.version('vite'), '`vite`', 'signs in', 0)
})

consumer('webpack builds a page, and a person signs in', page, async (t) => {
  const project = await openProject('webpack')
  await project.run('webpack', ['--mode', 'production'])
  await assertBuilt(t, project, ['.'])
  table.note('webpack', project.version('webpack'), '`webpack`', 'signs in', 0)
})

consumer('Rollup builds a page, and a person signs in', page, async (t) => {
  const project = await openProject('rollup')
  await project.run('rollup', ['src/main.js', '--dir', 'dist', '--plugin', 'node-resolve'])
  await assertBuilt(t, project, ['.'])
  table.note('Rollup', project.version('rollup'), '`rollup`, node-resolve', 'signs in', 0)
})

consumer('esbuild builds a page, and a person signs in', page, async (t) => {
  const project = await openProject('esbuild')
  const options = ['--bundle', '--minify', '--format=esm', '--outdir=dist']
  await project.run('esbuild', ['src/main.js', ...options])
  await assertBuilt(t, project, ['.'])
  table.note('esbuild', project.version('esbuild'), '`esbuild --bundle`', 'signs in', 0)
})

consumer('a page with an import map and no build signs in', page, async (t) => {
  const project = await openProject('import-map')
  const site = await startSite(project.folder)
  t.after(() => site.close())
  const { modules } = await assertSignsIn(site.origin)
  assert.deepEqual(modules, [], 'the page asked for a file of the module')
  table.note('no bundler', 'Chromium', 'an import map', 'signs in', 0)
})
