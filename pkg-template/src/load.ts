/**
 * Loads the core: compiled once, instantiated, replaced after a trap. The only place that knows
 * WebAssembly.
 */

import type { Core, Said } from './core.js'
import { OidcError } from './error.js'
import { makeGlue, type Invoke } from './glue.js'

/** Calls one export of the core. */
export type Call = <K extends keyof Core>(
  name: K,
  ...inputs: Parameters<Core[K]>
) => Promise<Said<K>>

/** Where the compiled module comes from. */
export type Source = () => WebAssembly.Module | PromiseLike<WebAssembly.Module>

/**
 * The core behind a source. Nothing is loaded before the first call. No state lives in an instance
 * between two calls, so one that trapped is thrown away (its stack and its memory are suspect), and
 * the next call gets a new one out of the same module.
 *
 * Calls reject with `OIDC_WASM_FORBIDDEN`, `OIDC_WASM_UNAVAILABLE` (neither is remembered: the next
 * call tries again) or `OIDC_INTERNAL`.
 */
export function load(source: Source): Call {
  let compiled: WebAssembly.Module | undefined
  let core: Invoke | undefined
  let loading: Promise<Invoke> | undefined

  async function instantiate(): Promise<Invoke> {
    try {
      compiled ??= await source()
      const glue = makeGlue()
      core = glue.attach(await WebAssembly.instantiate(compiled, glue.imports))
      return core
    } catch (cause) {
      compiled = undefined
      throw refused(cause)
    }
  }

  return async (name, ...inputs) => {
    const current =
      core ??
      (await (loading ??= instantiate().finally(() => {
        loading = undefined
      })))
    try {
      const text = current(name, inputs)
      return text === undefined ? text : JSON.parse(text)
    } catch (cause) {
      if (core === current) core = undefined
      throw new OidcError('OIDC_INTERNAL', name, cause)
    }
  }
}

/** A compiled module, soon or on demand. A function is asked again after a failure. */
export type GivenModule = WebAssembly.Module | PromiseLike<WebAssembly.Module> | Source

/** The source that an app brings. It is looked at when it is needed. */
export function bring(config: { module: GivenModule }): Source {
  return () => (typeof config.module === 'function' ? config.module() : config.module)
}

/** A source that unpacks a module out of base64 text of its deflated bytes. */
export function unpack(text: string): Source {
  return async () => {
    // `fetch` would do this in a line, but `connect-src` of a strict CSP forbids its addresses.
    const deflated = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0))
    const stream = new Blob([deflated]).stream().pipeThrough(new DecompressionStream('deflate-raw'))
    return WebAssembly.compile(await new Response(stream).arrayBuffer())
  }
}

/** Why there is no module: `OIDC_WASM_FORBIDDEN` or `OIDC_WASM_UNAVAILABLE`. */
export function refused(cause: unknown): OidcError {
  const forbidden = !(cause instanceof TypeError) && isForbidden()
  return new OidcError(forbidden ? 'OIDC_WASM_FORBIDDEN' : 'OIDC_WASM_UNAVAILABLE', '', cause)
}

/**
 * Whether the page's CSP forbids WebAssembly. Engines say so in their own words, and use the same
 * error for a broken module; the empty module tells the two apart.
 */
function isForbidden(): boolean {
  if (typeof WebAssembly === 'undefined') return false
  try {
    new WebAssembly.Module(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0))
    return false
  } catch {
    return true
  }
}
