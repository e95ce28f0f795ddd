import { unpackAtOnce } from '../host/zlib.js'
import { inlined } from '../sessions-inline.js'
import { loadCore, makeSessions } from '../sessions/make.js'
import type { GivenSessions, Sessions } from '../sessions/types.js'
export * from '../sessions/public.js'

const core = /* @__PURE__ */ loadCore(/* @__PURE__ */ unpackAtOnce(inlined))

/**
 * Makes sessions that are held at the edge. No I/O, and nothing is loaded before the first verb. Settings
 * that need the platform's bindings may be a function of them.
 *
 * Throws `OIDC_CONFIG_INVALID` with the name of the setting that has the wrong shape in `at`.
 */
export const createSessions = <C extends object = object>(config: GivenSessions): Sessions<C> =>
  makeSessions(core, {}, config)
