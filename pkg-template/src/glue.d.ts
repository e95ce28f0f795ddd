import type { Core } from './core.js'

/**
 * The generated glue of one instance: what the module imports, and what makes an instance's
 * exports speak values. Each call has a state of its own, so that a new instance shares nothing
 * with one that trapped.
 */
export function makeGlue(): {
  imports: WebAssembly.Imports
  attach(instance: WebAssembly.Instance): Core
}
