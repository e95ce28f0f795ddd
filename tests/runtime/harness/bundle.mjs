// The suite, both packages and the vectors in one file, chosen by the conditions of a runtime.
import { readFile, rm, mkdir, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { makeTokens } from './tokens.mjs'
import { makeVectors } from './vectors.mjs'

const at = (path) => fileURLToPath(new URL(`../../../${path}`, import.meta.url))
const { build } = createRequire(at('xtask/npm/package.json'))('esbuild')
const MODULE_FILE = /\.wasm(\?module)?$/

/**
 * Bundles an entry of `entries/` under export conditions. Gives `code` and the `modules` that it
 * imports, by name. With `imports` false they are expected in `globalThis.wasmModules` instead.
 */
export async function bundle(entry, { conditions = [], imports = true, format = 'esm' } = {}) {
  const modules = new Map()
  const made = await build({
    entryPoints: [at(`tests/runtime/entries/${entry}.mjs`)],
    nodePaths: [await packages()],
    bundle: true,
    write: false,
    format,
    target: 'es2022',
    conditions: [...conditions, 'import'],
    external: ['node:*', 'cloudflare:*'],
    plugins: [moduleFiles(modules, imports), givenData],
    logLevel: 'warning',
  })
  return { code: made.outputFiles[0].text, modules }
}

let linked

/** A folder of packages, with the two under test in it. */
function packages() {
  linked ??= (async () => {
    const folder = at('target/runtime/node_modules')
    await rm(folder, { recursive: true, force: true })
    await mkdir(folder, { recursive: true })
    const { COUNTERSIGN_PACKAGE, COUNTERSIGN_TRAP_PACKAGE } = process.env
    await symlink(COUNTERSIGN_PACKAGE ?? at('pkg'), `${folder}/countersign`)
    await symlink(COUNTERSIGN_TRAP_PACKAGE ?? at('target/pkg-trap'), `${folder}/countersign-trap`)
    return folder
  })()
  return linked
}

// Files of the two packages may have the same name, so each gets its own.
function moduleFiles(modules, imports) {
  return {
    name: 'module files',
    setup(setup) {
      setup.onResolve({ filter: MODULE_FILE }, async ({ path, resolveDir }) => {
        const file = fileURLToPath(new URL(path.split('?')[0], `file://${resolveDir}/`))
        const name = `${file.includes('pkg-trap') ? 'trap-' : ''}${basename(file)}`
        modules.set(name, await readFile(file))
        return imports ? { path: `./${name}`, external: true } : { path: name, namespace: 'given' }
      })
      setup.onLoad({ filter: /./, namespace: 'given' }, ({ path }) => ({
        contents: `export default globalThis.wasmModules[${JSON.stringify(path)}]`,
      }))
    },
  }
}

// Made once: every runtime verifies the same bytes.
const data = { tokens: makeTokens(), vectors: makeVectors() }

const givenData = {
  name: 'given data',
  setup(setup) {
    setup.onResolve({ filter: /^given:/ }, ({ path }) => ({ path, namespace: 'data' }))
    setup.onLoad({ filter: /./, namespace: 'data' }, ({ path }) => ({
      contents: JSON.stringify(data[path.slice('given:'.length)]),
      loader: 'json',
    }))
  },
}
