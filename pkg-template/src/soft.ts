/**
 * Signatures checked and texts hashed in Rust, by a module of its own: without waiting, and the same
 * in every runtime.
 */

import type { Backend } from './backend.js'
import { edgeCodes } from './codes/edge.js'
import { learn, OidcError } from './error.js'
import { refused, type Source } from './load.js'
import type { Core } from './soft-core.js'
import { makeGlue, type Invoke } from './soft-glue.js'

learn(edgeCodes)

const algorithms = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  ...['ES256', 'ES384', 'ES512', 'ES256K', 'EdDSA', 'Ed25519', 'Ed448'],
] as const

/**
 * The backend over a source of its module. No state lives in an instance between two calls: one
 * that trapped is thrown away, its call throws `OIDC_INTERNAL`, and the next call gets a new one.
 *
 * `load` rejects with `OIDC_WASM_FORBIDDEN` or `OIDC_WASM_UNAVAILABLE` (neither is remembered);
 * `verify` and `digest` throw `OIDC_NOT_READY` before it.
 */
export function makeSoft(source: Source): Backend {
  let compiled: WebAssembly.Module | undefined
  let loading: Promise<void> | undefined
  let invoke: Invoke | undefined

  // Synchronous: the call after a trap cannot wait.
  function instantiate(module: WebAssembly.Module): Invoke {
    const glue = makeGlue()
    return glue.attach(new WebAssembly.Instance(module, glue.imports))
  }

  async function compile(): Promise<void> {
    try {
      const module = await source()
      invoke = instantiate(module)
      compiled = module
    } catch (cause) {
      throw refused(cause)
    }
  }

  function call<K extends keyof Core>(name: K, ...inputs: Parameters<Core[K]>): ReturnType<Core[K]> {
    if (!compiled) throw new OidcError('OIDC_NOT_READY', 'load')
    try {
      invoke ??= instantiate(compiled)
      return invoke(name, inputs)
    } catch (cause) {
      invoke = undefined
      throw new OidcError('OIDC_INTERNAL', 'soft', cause)
    }
  }

  return {
    algorithms,
    async load() {
      if (compiled) return
      await (loading ??= compile().finally(() => {
        loading = undefined
      }))
    },
    verify(alg, key, input, signature) {
      const { kty, crv, n, e, x, y } = key
      const ask = () => call('check', alg, JSON.stringify({ kty, crv, n, e, x, y }), input, signature)
      // A no counts when it is said twice: WebKitGTK's first compiler computes wrong once in a while.
      return ask() || ask()
    },
    digest(hash, input) {
      const said = call('digest', hash, input)
      return said === undefined ? said : Uint8Array.from(JSON.parse(said).digest as number[])
    },
  }
}
