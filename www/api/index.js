// Runs worker.js on this machine.
import { fileURLToPath } from 'node:url'
import { startWorker } from '../server/worker.js'

const WORKER = fileURLToPath(new URL('worker.js', import.meta.url))

/**
 * Starts the API. Returns its request listener, for a server at the address `audience`. For `/transfer`
 * the user must have signed in within `maxAge` seconds; clocks may differ by `clockTolerance` seconds.
 */
export function startApi(options) {
  const { issuer, audience, appOrigin, maxAge = 300, clockTolerance = 30 } = options
  return startWorker({
    file: WORKER,
    modules: ['edge.wasm'],
    origin: audience,
    kvNamespaces: ['KEYS'],
    bindings: {
      ISSUER: issuer,
      AUDIENCE: audience,
      APP_ORIGIN: appOrigin,
      MAX_AGE: maxAge,
      CLOCK_TOLERANCE: clockTolerance,
    },
  })
}
