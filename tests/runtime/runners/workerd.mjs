// The runtime of Cloudflare Workers, which may not compile bytes: the modules come as files.
import { Miniflare } from 'miniflare'
import { bundle } from '../harness/bundle.mjs'
import { versionOf } from '../harness/programs.mjs'

export const workerd = { name: 'workerd', version: versionOf('workerd'), report }

async function report() {
  const { code, modules } = await bundle('worker', { conditions: ['workerd', 'worker'] })
  const files = [...modules].map(([path, contents]) => ({ type: 'CompiledWasm', path, contents }))
  const flare = new Miniflare({
    cf: false,
    compatibilityDate: '2026-04-01',
    modules: [{ type: 'ESModule', path: 'worker.mjs', contents: code }, ...files],
  })
  try {
    return await (await flare.dispatchFetch('http://localhost/')).json()
  } finally {
    await flare.dispose()
  }
}
