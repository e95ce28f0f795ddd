import type { Core } from './core.js'

/** Calls one export of one instance. */
export type Invoke = <K extends keyof Core>(
  name: K,
  inputs: Parameters<Core[K]>,
) => string | undefined

/**
 * The generated glue of one instance: what the module imports, and what makes an instance's
 * exports speak values. Each call has a state of its own, so that a new instance shares nothing
 * with one that trapped.
 */
export function makeGlue(): {
  imports: WebAssembly.Imports
  attach(instance: WebAssembly.Instance): Invoke
}
