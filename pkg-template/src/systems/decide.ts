/** Asks the core for the decisions of a system; see `src/proto/systems`. */

import { instantiateSync, makeInstances, type ModuleSource } from '../core/load.js'
import type { Decision } from '../core/systems.js'
import { makeGlue } from '../core/wasm/systems-glue.js'
import { edgeCodes } from '../generated/codes/edge.js'
import { errorOf, registerCodes } from '../shared/error.js'
import { toJson } from '../shared/settings.js'

/**
 * Answers a question about a value that JSON can express. Rejects with the failure of the answer, and with
 * `OIDC_CONFIG_INVALID` for another value.
 */
export type Decide = <T>(question: string, input: object) => Promise<T>

/** Makes the function over a module, which the first call loads. */
export function makeDecide(source: ModuleSource): Decide {
  registerCodes(edgeCodes)
  const core = makeInstances(source, makeGlue, instantiateSync)
  return async <T>(question: string, input: object): Promise<T> => {
    const text = toJson(input, 'OIDC_CONFIG_INVALID')
    const decision = core.call(await core.get(), 'decide', [question, text]) as Decision<T>
    if (decision.failure) throw errorOf(decision.failure)
    return decision.value
  }
}
