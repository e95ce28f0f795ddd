// Runs worker.js on this machine, on workerd, the runtime of Cloudflare Workers (npm's miniflare).
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { Miniflare } from 'miniflare'
import { build } from 'vite'

const WORKER = fileURLToPath(new URL('worker.js', import.meta.url))
const MODULE = new URL('../node_modules/countersign/edge.wasm', import.meta.url)

/**
 * Starts the API. Returns its request listener, for a server at the address `audience`. For `/transfer`
 * the user must have signed in within `maxAge` seconds; clocks may differ by `clockTolerance` seconds.
 */
export async function startApi(options) {
  const { issuer, audience, appOrigin, maxAge = 300, clockTolerance = 30 } = options
  const worker = new Miniflare({
    cf: false,
    compatibilityDate: '2026-04-01',
    modules: [
      { type: 'ESModule', path: 'worker.js', contents: await bundled() },
      { type: 'CompiledWasm', path: 'edge.wasm', contents: await readFile(MODULE) },
    ],
    kvNamespaces: ['KEYS'],
    bindings: {
      ISSUER: issuer,
      AUDIENCE: audience,
      APP_ORIGIN: appOrigin,
      MAX_AGE: maxAge,
      CLOCK_TOLERANCE: clockTolerance,
    },
  })
  await worker.ready
  return { listener: forward(worker, audience), close: () => worker.dispose() }
}

let bundle

// Bundles the Worker into one file, once. The wasm module stays outside, because workerd loads it by itself.
function bundled() {
  return (bundle ??= bundleWorker())
}

async function bundleWorker() {
  const { output } = await build({
    configFile: false,
    logLevel: 'warn',
    build: {
      write: false,
      minify: false,
      ssr: WORKER,
      rolldownOptions: { external: /^cloudflare:/ },
    },
    ssr: { noExternal: true, resolve: { conditions: ['workerd'] } },
    plugins: [
      {
        name: 'wasm',
        enforce: 'pre',
        resolveId: (id) => (id.endsWith('.wasm') ? { id: './edge.wasm', external: true } : undefined),
      },
    ],
  })
  return output[0].code
}

// Passes requests to the Worker. `localhost` may be IPv4 or IPv6; the server listens on both.
function forward(worker, audience) {
  return async (request, response) => {
    const { method, headers, url } = request
    const result = await worker.dispatchFetch(new URL(url, audience), { method, headers })
    // A header between miniflare and workerd; browsers must not see it.
    result.headers.delete('mf-content-encoding')
    response.writeHead(result.status, Object.fromEntries(result.headers))
    response.end(Buffer.from(await result.arrayBuffer()))
  }
}
