import { env, waitUntil } from 'cloudflare:workers'
import { default as compiled } from '../sessions.wasm'
import { loadCore, makeSessions } from '../sessions/make.js'
import type { GivenSessions, Sessions } from '../sessions/types.js'
export * from '../sessions/public.js'

const core = /* @__PURE__ */ loadCore(() => compiled)

/**
 * Makes sessions that are held at the edge. No I/O, and nothing is loaded before the first verb. Settings
 * that need the platform's bindings may be a function of them.
 *
 * Throws `OIDC_CONFIG_INVALID` with the name of the setting that has the wrong shape in `at`.
 */
export const createSessions = <C extends object = object>(config: GivenSessions): Sessions<C> =>
  makeSessions(core, { env, waitUntil }, config)
