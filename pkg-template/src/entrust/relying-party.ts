/** `relyingParty` without a module: each entry of `countersign/entrust` adds its own. */

import type { ModuleSource } from '../core/load.js'
import { makeDecide } from '../systems/decide.js'
import type { RelyingParty, WithRedirectUri, WithSalesforce } from './types.js'

/** Makes the exports of an entry. */
export function makeEntrust(systems: ModuleSource) {
  const decide = makeDecide(systems)
  /**
   * The client of Entrust IDaaS for a relying party, and the configuration of that relying party. Rejects with
   * `OIDC_CONFIG_INVALID` or the code of the metadata; `at` is the field.
   */
  const relyingParty = async (config: WithRedirectUri | WithSalesforce): Promise<RelyingParty> =>
    // The answer of the core has objects without a prototype; the app gets usual ones.
    structuredClone(await decide<RelyingParty>('entrust-relying-party', config))
  return { relyingParty }
}
