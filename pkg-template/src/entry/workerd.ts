import { loadCore } from '../client.js'
import { default as compiled } from '../countersign.wasm'
import type { Client, ClientConfig } from '../public.js'
import { makeWhole } from '../whole.js'
export * from '../public.js'

const core = /* @__PURE__ */ loadCore(() => compiled)

/**
 * Makes a client. No I/O, and nothing is loaded before the first verb.
 *
 * Throws `OIDC_CONFIG_INVALID` with the name of the setting that has the wrong shape in `at`.
 */
export const createClient = <C extends object = object>(config: ClientConfig): Client<C> =>
  makeWhole(core, config)
