/**
 * Loads the core: compiled once, instantiated, replaced after a trap. The only place that knows
 * WebAssembly.
 */

import type { Core, Said } from './core.js'
import { OidcError } from './error.js'
import type { Invoke, Judge, MakeGlue } from './glue-types.js'

/** Calls one export of the core. */
export type Call = <K extends keyof Core>(
  name: K,
  ...inputs: Parameters<Core[K]>
) => Promise<Said<K>>

/** Where the compiled module comes from. */
export type Source = () => WebAssembly.Module | PromiseLike<WebAssembly.Module>

/**
 * The instances of a module, one after the other. Nothing is loaded before the first is asked for.
 * No state lives in an instance alone, so one that trapped is thrown away (its stack and its memory
 * are suspect), and the next call gets a new one out of the same module.
 */
export interface Instances {
  /** The one there is. */
  now(): Invoke | undefined
  /**
   * The one there is, or a new one: at an edge at once, where the module is compiled already. Fails with
   * `OIDC_WASM_FORBIDDEN` or `OIDC_WASM_UNAVAILABLE` (neither is remembered: the next call tries
   * again).
   */
  get(): Invoke | Promise<Invoke>
  /** What an export says. Throws `OIDC_INTERNAL`; the instance is thrown away then. */
  call(instance: Invoke, name: string, inputs: readonly unknown[]): unknown
}

/** The instances of a module; `judge` is for one that verifies. */
export function instances(source: Source, makeGlue: MakeGlue, judge?: Judge): Instances {
  let compiled: WebAssembly.Module | undefined
  let current: Invoke | undefined
  let loading: Promise<Invoke> | undefined

  const fail = (cause: unknown): never => {
    compiled = undefined
    throw refused(cause)
  }

  async function instantiate(module: ReturnType<Source>): Promise<Invoke> {
    try {
      compiled ??= await module
      const glue = makeGlue(judge)
      return (current = glue.attach(await WebAssembly.instantiate(compiled, glue.imports)))
    } catch (cause) {
      return fail(cause)
    } finally {
      loading = undefined
    }
  }

  return {
    now: () => current,
    get() {
      if (current ?? loading) return (current ?? loading)!
      try {
        const module = compiled ?? source()
        // A page's main thread may not instantiate without waiting: Chrome forbade it until 115. At an
        // edge there is no promise, which another request of a Workers runtime could not wait for.
        if (!judge || 'then' in module) return (loading = instantiate(module))
        const glue = makeGlue(judge)
        return (current = glue.attach(new WebAssembly.Instance((compiled = module), glue.imports)))
      } catch (cause) {
        return fail(cause)
      }
    },
    call(instance, name, inputs) {
      try {
        const text = instance(name, inputs)
        return text === undefined ? text : JSON.parse(text)
      } catch (cause) {
        if (current === instance) current = undefined
        throw new OidcError('OIDC_INTERNAL', name, cause)
      }
    },
  }
}

/** The core behind a source. */
export function load(source: Source, makeGlue: MakeGlue): Call {
  const { get, call } = instances(source, makeGlue)
  return async (name, ...inputs) => call(await get(), name, inputs) as never
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
 * error for a broken module; the empty module tells the two apart. WebKit compiles, and forbids the
 * instance.
 */
function isForbidden(): boolean {
  if (typeof WebAssembly === 'undefined') return false
  try {
    new WebAssembly.Instance(new WebAssembly.Module(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0)))
    return false
  } catch {
    return true
  }
}
