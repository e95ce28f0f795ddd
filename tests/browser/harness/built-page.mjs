// Builds the bare page of tests/browser/page with the bundler of the demo.
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { internalAliases } from '../../internal/modules.mjs'

const at = (path) => fileURLToPath(new URL(`../../../${path}`, import.meta.url))
const require = createRequire(at('www/package.json'))

/**
 * Builds the page with a package: `countersign`, or the folder of another one. Returns the folder of the
 * built page, which has a name: another run may build the page at the same time.
 */
export async function builtPage(countersign, name = countersign === 'countersign' ? 'page' : 'page-with-trap') {
  const { build } = await import(pathToFileURL(require.resolve('vite')).href)
  const isPublished = countersign === 'countersign'
  const folder = isPublished ? at('pkg') : countersign
  const outDir = at(`target/browser/${name}`)
  await build({
    root: at('tests/browser/page'),
    configFile: at('www/vite.config.js'),
    logLevel: 'warn',
    resolve: { alias: { ...internalAliases(folder), ...entryAliases(folder), countersign: folder } },
    build: { outDir, emptyOutDir: true, rollupOptions: withWorker(at('tests/browser/page')) },
  })
  return outDir
}

// An alias of a package to a folder does not read the `exports` of its manifest.
function entryAliases(folder) {
  const { exports } = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'))
  const entries = ['./soft', './vault'].map((entry) => [entry, exports[entry].default])
  return Object.fromEntries(entries.map(([entry, file]) =>
    [entry.replace('.', 'countersign'), file.replace('.', folder)]))
}

// The worker's address is a setting of the client, so its file name has no hash.
const withWorker = (root) => ({
  input: { index: `${root}/index.html`, vault: `${root}/vault.js` },
  output: {
    entryFileNames: ({ name }) => (name === 'vault' ? 'vault.js' : 'assets/[name]-[hash].js'),
  },
})

/** The folder of the package whose core can trap. Returns `undefined` if it is not built. */
export function trapPackage() {
  const folder = at('target/pkg-trap')
  return existsSync(`${folder}/package.json`) ? folder : undefined
}

/** Builds the demo's app. */
export async function builtApp() {
  const { build } = await import(pathToFileURL(require.resolve('vite')).href)
  await build({ root: at('www'), logLevel: 'warn' })
  return at('www/dist')
}
