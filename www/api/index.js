// Runs worker.js on workerd, the runtime of Cloudflare Workers, on this machine (npm's miniflare).
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { Miniflare } from 'miniflare'
import { build } from 'vite'

const WORKER = fileURLToPath(new URL('worker.js', import.meta.url))
const MODULE = new URL('../node_modules/countersign/edge.wasm', import.meta.url)

/**
 * Starts the API. `answer` is a request listener for the place that `audience` names. Whoever asks for
 * `/transfer` has signed in within `maxAge` seconds, by clocks that may differ by `clockTolerance`.
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
  return { answer: forward(worker, audience), close: () => worker.dispose() }
}

// One file, but for the wasm module: workerd takes that as a module of its own.
async function bundled() {
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

// This machine's `localhost` may be IPv4 or IPv6; the place listens on both.
function forward(worker, audience) {
  return async (request, response) => {
    const { method, headers, url } = request
    const answer = await worker.dispatchFetch(new URL(url, audience), { method, headers })
    // Between miniflare and workerd only.
    answer.headers.delete('mf-content-encoding')
    response.writeHead(answer.status, Object.fromEntries(answer.headers))
    response.end(Buffer.from(await answer.arrayBuffer()))
  }
}
