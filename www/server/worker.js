// Runs a Worker on this machine, on workerd, the runtime of Cloudflare Workers (npm's miniflare).
import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { Miniflare } from 'miniflare'
import { build } from 'vite'

/**
 * Starts the Worker in `file`. `modules` are the wasm modules of countersign that it loads; `settings` are miniflare's. Returns
 * the request listener of a server at `origin`, and `close`.
 */
export async function startWorker({ file, modules, origin, ...settings }) {
  const worker = new Miniflare({
    cf: false,
    compatibilityDate: '2026-04-01',
    modules: [
      { type: 'ESModule', path: 'worker.js', contents: await bundled(file) },
      ...(await Promise.all(modules.map(wasmModule))),
    ],
    ...settings,
  })
  await worker.ready
  return { listener: forward(worker, origin), close: () => worker.dispose() }
}

async function wasmModule(name) {
  const contents = await readFile(new URL(`../node_modules/countersign/${name}`, import.meta.url))
  return { type: 'CompiledWasm', path: name, contents }
}

const bundles = new Map()

// Bundles a Worker into one file, once. wasm modules stay outside, because workerd loads them by itself.
function bundled(file) {
  if (!bundles.has(file)) bundles.set(file, bundleWorker(file))
  return bundles.get(file)
}

async function bundleWorker(file) {
  const { output } = await build({
    configFile: false,
    logLevel: 'warn',
    build: {
      write: false,
      minify: false,
      ssr: file,
      rolldownOptions: { external: /^cloudflare:/ },
    },
    ssr: { noExternal: true, resolve: { conditions: ['workerd'] } },
    plugins: [
      {
        name: 'wasm',
        enforce: 'pre',
        resolveId: (id) => (id.endsWith('.wasm') ? { id: `./${basename(id)}`, external: true } : undefined),
      },
    ],
  })
  return output[0].code
}

// Passes requests to the Worker. `localhost` may be IPv4 or IPv6; the server listens on both.
function forward(worker, origin) {
  return async (request, response) => {
    const { method, headers, url } = request
    const body = ['GET', 'HEAD'].includes(method) ? undefined : Buffer.concat(await request.toArray())
    const result = await worker.dispatchFetch(new URL(url, origin), { method, headers, body })
    // A header between miniflare and workerd; browsers must not see it.
    result.headers.delete('mf-content-encoding')
    response.writeHead(result.status, Object.fromEntries(result.headers))
    response.end(Buffer.from(await result.arrayBuffer()))
  }
}
