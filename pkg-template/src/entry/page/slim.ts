import { loadCore, makeClient } from '../../page/client.js'
import { bring, type GivenModule } from '../../core/load.js'
import type { Client, ClientConfig } from '../../page/public.js'
import type { Renewal } from '../../page/renewal/renewal.js'
export * from '../../page/public.js'
export type { GivenModule } from '../../core/load.js'

/**
 * Makes a client over a module that you bring, compiled. No I/O. `countersign/sign-in.wasm` signs
 * in and restores; `countersign/countersign.wasm`, with `renewal` of `countersign/renewal`, does all.
 *
 * Throws `OIDC_CONFIG_INVALID` with the name of the setting that has the wrong shape in `at`.
 */
export const createClient = <C extends object = object>(
  config: Omit<ClientConfig, 'vault'> & { module: GivenModule; renewal?: Renewal },
): Client<C> => makeClient(loadCore(bring(config)), config, [], config.renewal)
