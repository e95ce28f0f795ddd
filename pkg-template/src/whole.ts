/** A client with all there is: renewal, popups, the vault, and the sentences of errors. */

import { makeClient } from './client.js'
import { pageHints } from './hints/page.js'
import type { Call } from './load.js'
import { renewal } from './renewal.js'
import type { Client, ClientConfig } from './types.js'
import { makeVaulted } from './vaulted.js'

/** Makes it over a core, or over that of a vault. */
export function makeWhole<C extends object>(core: Call, config: ClientConfig): Client<C> {
  if (!Object.hasOwn(Object(config), 'vault')) return makeClient(core, config, pageHints, renewal)
  const { vault, ...rest } = config
  if (vault === undefined) return makeClient(core, rest, pageHints, renewal)
  return makeVaulted(vault, rest)
}
