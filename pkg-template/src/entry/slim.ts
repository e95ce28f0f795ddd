import { loadCore, makeClient } from '../client.js'
import { bring, type GivenModule } from '../load.js'
import type { Client, ClientConfig } from '../public.js'
export * from '../public.js'
export type { GivenModule } from '../load.js'

/**
 * Makes a client over a module that you bring: `countersign/countersign.wasm`, compiled. No I/O.
 *
 * Throws `OIDC_CONFIG_INVALID` with the name of the setting that has the wrong shape in `at`.
 */
export const createClient = <C extends object = object>(
  config: ClientConfig & { module: GivenModule },
): Client<C> => makeClient(loadCore(bring(config)), config)
