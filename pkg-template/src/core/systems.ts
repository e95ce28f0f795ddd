/** The border to `systems.wasm`: the export of the module. */

import type { Failure } from '../shared/error.js'

/** The exports of the module. */
export interface Core {
  /** Answers a question about JSON text, synchronously. The result is the JSON text of a {@link Decision}. */
  decide(question: string, input: string): string
}

/** The answer to a question: a value, or a failure with its words. */
export type Decision<T> = { readonly value: T; readonly failure?: undefined } | { readonly failure: Failure }
