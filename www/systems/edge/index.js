// Runs worker.js on this machine, with the entities and the users of the ServiceNow gate.
import { fileURLToPath } from 'node:url'
import { clientId, discoveryOf, login } from '../../emulators/engine/emulator.js'
import { startWorker } from '../../server/worker.js'
import { auth0, okta } from '../providers.js'

const WORKER = fileURLToPath(new URL('worker.js', import.meta.url))

/** The user of ServiceNow with the e-mail address that the emulated providers put into their tokens. */
export const USER = { sys_id: '62826bf03710200044e0bfc8bcbe5df1', email: login }

const entity = (name, system, more) =>
  ({ name, clientId, metadataUrl: discoveryOf(system), userClaim: 'email', userField: 'email', ...more })

/** Starts the edge functions for a demo server at `origin` and the app at `appOrigin`. */
export const startEdge = (origin, appOrigin) =>
  startWorker({
    file: WORKER,
    modules: ['edge.wasm', 'systems.wasm'],
    origin,
    bindings: {
      ORIGIN: origin,
      APP_ORIGIN: appOrigin,
      ENTITIES: JSON.stringify([entity('Okta', okta, { verifyJti: true }), entity('Auth0', auth0)]),
      USERS: JSON.stringify([USER]),
    },
    durableObjects: { REPLAY: { className: 'ReplayObject', useSQLite: true } },
  })
