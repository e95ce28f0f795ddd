/** The place of the help for developers, which `countersign/renewal` has only after `explainErrors()`. */

import type { Context } from '../context.js'
import type { Host } from '../../core/drive.js'
import type { End } from '../../core/page.js'

/** Help for developers. */
export interface DeveloperHelp {
  /** The default of the setting `log`. */
  log(hint: string): void
  /** Called for each new client. */
  clientMade(context: Context): void
  /** Observes the requests of a flow. Returns the function that reads its end: it returns the detail of a failure. */
  observe(context: Context, host: Host): (end: End) => string | undefined
}

/** The help, if an entry that has it is loaded. */
export let help: DeveloperHelp | undefined

/** Sets the help for all clients with renewal. */
export const setHelp = (given: DeveloperHelp): void => {
  help = given
}
