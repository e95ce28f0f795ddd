// Bundles the compared packages and their input into one file for a runtime.
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'

export const at = (path) => fileURLToPath(new URL(`../../${path}`, import.meta.url))
const { build } = createRequire(at('xtask/npm/package.json'))('esbuild')
const packages = at('target/bench/node_modules')
rmSync(packages, { recursive: true, force: true })
mkdirSync(packages, { recursive: true })
symlinkSync(at('pkg'), `${packages}/countersign`)

/** The bytes of `edge.wasm`, for a runtime that loads a module from a file. */
export const edgeWasm = () => readFileSync(at('pkg/edge.wasm'))

/**
 * Bundles a file of this folder. `given` is the content of imports such as `given:NAME`. A wasm module
 * stays an import, or becomes `globalThis.edgeModule` if `imports` is false.
 */
export async function bundle(entry, { conditions = [], given = {}, imports = true } = {}) {
  const { outputFiles } = await build({
    entryPoints: [at(`tests/bench/${entry}`)],
    nodePaths: [packages],
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    platform: 'node',
    conditions: [...conditions, 'import'],
    // Some packages contain CommonJS, which loads Node's modules by `require`.
    banner: { js: REQUIRE },
    external: ['node:*', ...(imports ? ['cloudflare:*'] : [])],
    plugins: [data(given), modules(imports)],
    logLevel: 'warning',
  })
  return outputFiles[0].text
}

const REQUIRE = `import { createRequire as makeRequire } from 'node:module'
const require = makeRequire('file:///bench.mjs')`
const BUILTINS = /^(assert|buffer|crypto|events|fs|http|https|os|path|stream|url|util|zlib)$/

function data(given) {
  return {
    name: 'given data',
    setup(setup) {
      setup.onResolve({ filter: /^given:/ }, ({ path }) => ({ path, namespace: 'data' }))
      setup.onLoad({ filter: /./, namespace: 'data' }, ({ path }) => ({
        contents: JSON.stringify(given[path.slice('given:'.length)]),
        loader: 'json',
      }))
      setup.onResolve({ filter: BUILTINS }, ({ path }) => ({ path: `node:${path}`, external: true }))
    },
  }
}

function modules(imports) {
  return {
    name: 'wasm modules',
    setup(setup) {
      setup.onResolve({ filter: /\.wasm$/ }, ({ path }) =>
        imports ? { path: './edge.wasm', external: true } : { path, namespace: 'given module' })
      setup.onResolve({ filter: /^cloudflare:workers$/ }, ({ path }) =>
        imports ? undefined : { path, namespace: 'given module' })
      setup.onLoad({ filter: /./, namespace: 'given module' }, ({ path }) => ({
        contents: path.endsWith('.wasm')
          ? 'export default globalThis.edgeModule'
          : 'export const env = {}; export const waitUntil = () => {}',
      }))
    },
  }
}
