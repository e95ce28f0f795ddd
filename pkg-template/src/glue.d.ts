/** Calls one export of one instance. */
export type Invoke = (name: string, inputs: readonly unknown[]) => string | undefined

/** What a module that verifies asks about a signature; see `judge` in `desk.ts`. */
export type Judge = (question: number, input: Uint8Array, signature: Uint8Array) => number

/**
 * The generated glue of one instance: what the module imports, and what makes an instance's
 * exports speak values. Each call has a state of its own, so that a new instance shares nothing
 * with one that trapped.
 */
export type MakeGlue = (judge?: Judge) => {
  imports: WebAssembly.Imports
  attach(instance: WebAssembly.Instance): Invoke
}

export const makeGlue: MakeGlue
