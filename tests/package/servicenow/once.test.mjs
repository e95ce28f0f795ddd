// A double submit in parallel: one token, exactly one 200.
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import test from 'node:test'
import { Miniflare } from 'miniflare'
import { bundle } from '../support/bundle.mjs'
import { folder, load } from '../support/package.mjs'
import { BODY, entityAt, INCIDENT, openGate, startIdp } from '../support/servicenow.mjs'

const tally = (statuses) => [statuses.filter((status) => status === 200).length, statuses.filter((status) => status === 401).length]

test('SN double submit 1: with the store in memory, exactly one passes', async (t) => {
  const { memoryReplay } = await load('./servicenow')
  const idp = await startIdp(t)
  const { ask } = await openGate(idp, { entity: { verifyJti: true }, replay: memoryReplay() })
  for (const count of [2, 20]) {
    const token = idp.token()
    const outcomes = await Promise.all(Array.from({ length: count }, () => ask(token)))
    assert.deepEqual(tally(outcomes.map((one) => (one.ok ? 200 : one.response.status))), [1, count - 1])
  }
})

const worker = `
  import { createGate, durableObjectReplay, ReplayObject } from './entry/servicenow/workerd.js'
  export { ReplayObject }
  const users = new Map([['user@example.com', 'the user']])
  const gate = createGate((env) => ({
    entities: [env.ENTITY],
    findUser: ({ value }) => users.get(value),
    replay: durableObjectReplay(env.REPLAY),
    allowLoopbackIssuer: true,
  }))
  export default {
    async fetch(request, env, ctx) {
      const outcome = await gate.guard(request, { env, ctx })
      return outcome.ok ? Response.json({ result: outcome.user }) : outcome.response
    },
  }`

test('SN double submit 2: with a Durable Object, exactly one passes', async (t) => {
  const idp = await startIdp(t)
  const outside = (build) =>
    build.onResolve({ filter: /\.wasm$/ }, ({ path }) => ({ path: `./${path.split('/').at(-1)}`, external: true }))
  const contents = await bundle(worker, folder, {
    external: ['cloudflare:workers'],
    plugins: [{ name: 'wasm', setup: outside }],
  })
  const wasm = await Promise.all(['edge.wasm', 'systems.wasm'].map(async (path) => (
    { type: 'CompiledWasm', path, contents: await readFile(new URL(path, folder)) })))
  const flare = new Miniflare({
    cf: false,
    compatibilityDate: '2026-04-01',
    modules: [{ type: 'ESModule', path: 'worker.mjs', contents }, ...wasm],
    bindings: { ENTITY: entityAt(idp, { verifyJti: true }) },
    durableObjects: { REPLAY: { className: 'ReplayObject', useSQLite: true } },
  })
  t.after(() => flare.dispose())
  const ask = async (token) => {
    const response = await flare.dispatchFetch(INCIDENT, { headers: { authorization: `Bearer ${token}` } })
    return { status: response.status, body: await response.text() }
  }
  for (const count of [2, 20]) {
    const token = idp.token()
    const answers = await Promise.all(Array.from({ length: count }, () => ask(token)))
    assert.deepEqual(tally(answers.map(({ status }) => status)), [1, count - 1])
    for (const { status, body } of answers) assert.equal(body, status === 200 ? '{"result":"the user"}' : BODY)
  }
  assert.equal((await ask(idp.token())).status, 200)
})
