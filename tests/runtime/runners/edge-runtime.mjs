// Vercel's edge runtime, where modules are given compiled.
import { EdgeRuntime } from 'edge-runtime'
import { bundle } from '../harness/bundle.mjs'
import { pinned } from '../harness/programs.mjs'

export const edgeRuntime = { name: 'edge-runtime', version: pinned['edge-runtime'], report }

async function report() {
  const options = { conditions: ['edge-light'], imports: false, format: 'iife' }
  const { code, modules } = await bundle('listener', options)
  const compiled = [...modules].map(async ([name, bytes]) => [name, await WebAssembly.compile(bytes)])
  const wasmModules = Object.fromEntries(await Promise.all(compiled))
  const runtime = new EdgeRuntime({
    initialCode: code,
    extend: (context) => Object.assign(context, { wasmModules }),
  })
  return (await runtime.dispatchFetch('http://localhost/')).json()
}
