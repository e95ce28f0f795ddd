/** A client with all there is: renewal, popups, and the sentences of errors. */

import { makeClient } from './client.js'
import { pageHints } from './hints/page.js'
import type { Call } from './load.js'
import { renewal } from './renewal.js'
import type { Client, ClientConfig } from './types.js'

/** Makes it over a core. */
export const makeWhole = <C extends object>(core: Call, config: ClientConfig): Client<C> =>
  makeClient(core, config, pageHints, renewal)
