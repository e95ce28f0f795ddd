// A Worker on workerd, whose code is an example. Its requests go to the places.
import { Miniflare } from 'miniflare'
import { bundle, ofPackage } from './project.mjs'

/** Starts a Worker of these files; `wasm` names the module files of the package that it imports. */
export async function startWorker(t, places, { files, entry = 'worker.ts', wasm = [], ...options }) {
  const outside = (build) =>
    build.onResolve({ filter: /\.wasm$/ }, ({ path }) => ({
      path: `./${path.split('/').at(-1)}`,
      external: true,
    }))
  const contents = await bundle(t, files, entry, {
    conditions: ['workerd'],
    external: ['cloudflare:workers'],
    plugins: [{ name: 'wasm', setup: outside }],
  })
  const modules = [{ type: 'ESModule', path: 'worker.mjs', contents }]
  for (const name of wasm) {
    modules.push({ type: 'CompiledWasm', path: name, contents: await ofPackage(name) })
  }
  const worker = new Miniflare({
    cf: false,
    compatibilityDate: '2026-04-01',
    modules,
    outboundService: (request) => forward(places, request),
    ...options,
  })
  t.after(() => worker.dispose())
  await worker.ready
  return async (input, init) => {
    const request = new Request(input, init)
    const { url, method, headers } = request
    const body = request.body ? await request.arrayBuffer() : undefined
    return worker.dispatchFetch(url, { method, headers: Object.fromEntries(headers), body, redirect: 'manual' })
  }
}

/** Miniflare has classes of its own for requests and responses. */
async function forward(places, { url, method, headers, body }) {
  const bytes = body && (await new Response(body).arrayBuffer())
  const response = await places.fetch(url, { method, headers: Object.fromEntries(headers), body: bytes })
  const { status } = response
  const { Response: Answer } = await import('miniflare')
  return new Answer(await response.arrayBuffer(), { status, headers: Object.fromEntries(response.headers) })
}
