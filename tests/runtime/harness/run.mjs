// A program that exports `tell`, run whole inside a runtime: its answer comes back as JSON.
import { execFile } from 'node:child_process'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { EdgeRuntime } from 'edge-runtime'
import { Miniflare } from 'miniflare'
import { bundle } from '../../package/support/bundle.mjs'
import { folder } from '../../package/support/package.mjs'
import { bun, deno } from './programs.mjs'

const place = fileURLToPath(new URL('../../../target/runtime/', import.meta.url))
const MAX_RUN_MS = 50_000

/**
 * The runtimes of servers and of the edge. `entry` is the file of an entry's folder that the runtime loads;
 * `tell(text, name)` runs the program.
 */
export const runtimes = {
  Node: program('Node', [process.execPath]),
  Deno: program('Deno', [deno.path, 'run', '--no-prompt', '--no-config', '--allow-env', '--allow-net'], deno.missing),
  Bun: program('Bun', [bun.path], bun.missing),
  'edge-runtime': { entry: 'edge-light', missing: false, tell: inEdgeRuntime },
  workerd: { entry: 'workerd', missing: false, tell: inWorkerd },
}

function program(runtime, [path, ...words], missing = false) {
  const tell = async (text, name) => {
    const code = await bundle(`${text}\nconsole.log(JSON.stringify(await tell()))`, folder)
    await mkdir(place, { recursive: true })
    const file = join(place, `${name}-${runtime.toLowerCase()}.mjs`)
    await writeFile(file, code)
    const { stdout } = await promisify(execFile)(path, [...words, file], { timeout: MAX_RUN_MS })
    return JSON.parse(stdout)
  }
  return { entry: 'default', missing, tell }
}

// An error arrives as its text: the assertion shows it.
const answer = 'tell().then((said) => Response.json(said), (error) => Response.json(String(error.stack)))'

async function inEdgeRuntime(text) {
  const modules = {}
  const given = (build) => {
    build.onResolve({ filter: /\.wasm\?module$/ }, ({ path }) => ({ path: basename(path, '?module'), namespace: 'given' }))
    build.onLoad({ filter: /./, namespace: 'given' }, async ({ path }) => {
      modules[path] = await WebAssembly.compile(await readFile(new URL(path, folder)))
      return { contents: `export default globalThis.modules[${JSON.stringify(path)}]` }
    })
  }
  const listen = `addEventListener('fetch', (event) => event.respondWith(${answer}))`
  const options = { format: 'iife', plugins: [{ name: 'given', setup: given }] }
  const initialCode = await bundle(`${text}\n${listen}`, folder, options)
  const runtime = new EdgeRuntime({ initialCode, extend: (context) => Object.assign(context, { modules }) })
  return (await runtime.dispatchFetch('http://localhost/')).json()
}

async function inWorkerd(text) {
  const names = new Set()
  const outside = (build) => build.onResolve({ filter: /\.wasm$/ }, ({ path }) => {
    names.add(basename(path))
    return { path: `./${basename(path)}`, external: true }
  })
  const contents = await bundle(`${text}\nexport default { fetch: () => ${answer} }`, folder, {
    external: ['cloudflare:workers'],
    plugins: [{ name: 'wasm', setup: outside }],
  })
  const files = await Promise.all([...names].map(async (path) => (
    { type: 'CompiledWasm', path, contents: await readFile(new URL(path, folder)) })))
  const flare = new Miniflare({
    cf: false,
    compatibilityDate: '2026-04-01',
    modules: [{ type: 'ESModule', path: 'worker.mjs', contents }, ...files],
  })
  try {
    return await (await flare.dispatchFetch('http://localhost/')).json()
  } finally {
    await flare.dispose()
  }
}
