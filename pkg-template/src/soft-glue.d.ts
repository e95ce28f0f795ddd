import type { Core } from './soft-core.js'

/** Calls one export of one instance. */
export type Invoke = <K extends keyof Core>(name: K, inputs: Parameters<Core[K]>) => ReturnType<Core[K]>

/** The generated glue of one instance. */
export function makeGlue(): {
  imports: WebAssembly.Imports
  attach(instance: WebAssembly.Instance): Invoke
}
