// A client without users in the real Workers runtime, where no request may wait for what another one resolves, and the API behind
// `guard` in the same runtime.
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import test from 'node:test'
import { Miniflare } from 'miniflare'
import { bundle } from '../support/bundle.mjs'
import { api, settingsAt, startOp } from '../support/machine.mjs'
import { folder } from '../support/package.mjs'

const worker = `
  import { createMachineClient } from './entry/client-credentials/workerd.js'
  import { createVerifier } from './entry/edge/workerd.js'
  const machine = createMachineClient((env) => ({ ...env.SETTINGS, apis: [env.SELF] }))
  const verifier = createVerifier((env) => env.VERIFIER)
  export default {
    async fetch(request, env) {
      if (request.url.endsWith('/token')) return Response.json(await machine.getAccessToken())
      const { accessToken } = await machine.getAccessToken()
      const pass = await verifier.guard(new Request(env.SELF, { headers: { authorization: 'Bearer ' + accessToken } }))
      return pass.ok ? Response.json(pass.claims) : pass.response
    },
  }`

test('a Worker gets one token for eight requests at a time, and guard accepts it', async (t) => {
  const op = await startOp(t)
  const names = ['client-credentials.wasm', 'edge.wasm']
  const outside = (build) => build.onResolve({ filter: /\.wasm$/ }, ({ path }) => ({ path: `./${path.split('/').at(-1)}`, external: true }))
  const contents = await bundle(worker, folder, { external: ['cloudflare:workers'], plugins: [{ name: 'wasm', setup: outside }] })
  const files = await Promise.all(names.map(async (path) => ({ type: 'CompiledWasm', path, contents: await readFile(new URL(path, folder)) })))
  const flare = new Miniflare({
    cf: false,
    compatibilityDate: '2026-04-01',
    modules: [{ type: 'ESModule', path: 'worker.mjs', contents }, ...files],
    bindings: {
      SELF: api, SETTINGS: settingsAt(op.issuer), VERIFIER: { issuer: op.issuer, audience: api, allowLoopbackIssuer: true },
    },
  })
  t.after(() => flare.dispose())
  const ask = async (path) => (await flare.dispatchFetch(`https://app.example${path}`)).json()
  const tokens = await Promise.all(Array.from({ length: 8 }, () => ask('/token')))
  assert.equal(new Set(tokens.map(({ accessToken }) => accessToken)).size, 1)
  assert.equal(op.asked.length, 1)
  assert.deepEqual((await ask('/')).aud, api)
  assert.equal(op.asked.length, 1)
})
