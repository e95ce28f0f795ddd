// Next.js, which builds for two places at once: a page for browsers and a route for its edge runtime.
import assert from 'node:assert/strict'
import { after } from 'node:test'
import { consumer, table } from './harness/consumer.mjs'
import { openProject } from './harness/project.mjs'
import { assertVerdicts, issuer } from './harness/tokens.mjs'
import { assertSignsIn, missing } from './harness/visit.mjs'

let starting

/** The project, built once, and its server. */
const next = () => (starting ??= start())

after(async () => (await starting)?.server.close())

async function start() {
  const project = await openProject('next')
  await project.run('next', ['build'])
  const words = ['start', '--hostname', 'localhost', '--port', '0']
  const server = await project.serve('next', words, { ISSUER: (await issuer()).address })
  return { project, server }
}

consumer('Next.js builds a page, and a person signs in', { skip: missing }, async () => {
  const { project, server } = await next()
  const { modules } = await assertSignsIn(server.origin)
  assert.deepEqual(modules, [], 'the page asked for a file of the module')
  table.note('Next.js', project.version('next'), '`next build`, a page', 'signs in', 0)
})

consumer('Next.js builds an edge route that verifies tokens', {}, async () => {
  const { project, server } = await next()
  assert.equal((await project.files('.wasm', '.next/server')).length, 1)
  await assertVerdicts((init) => fetch(`${server.origin}/api/ask`, init))
  table.note('Next.js', project.version('next'), '`next build`, an edge route', 'verifies', 1)
})
