import { makeDesk } from '../desk.js'
import { env, waitUntil } from 'cloudflare:workers'
import { default as compiled } from '../edge.wasm'
import { makeGiven } from '../given.js'
import type { GivenConfig, Verifier } from '../verifier-types.js'
export * from '../edge-public.js'

const desk = /* @__PURE__ */ makeDesk(() => compiled)

/**
 * Makes a verifier. No I/O, and nothing is loaded before the first verb. Settings that need the
 * platform's bindings may be a function of them.
 *
 * Throws `OIDC_CONFIG_INVALID` with the name of the setting that has the wrong shape in `at`.
 */
export const createVerifier = (config: GivenConfig): Verifier =>
  makeGiven(desk, { env, waitUntil }, config)
