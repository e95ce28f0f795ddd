// Builds the bare page of tests/browser/page with the bundler of the demo.
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath, pathToFileURL } from 'node:url'

const at = (path) => fileURLToPath(new URL(`../../../${path}`, import.meta.url))
const require = createRequire(at('www/package.json'))

/** Builds the page over a package, by name or by folder; returns the folder it was built to. */
export async function builtPage(countersign) {
  const { build } = await import(pathToFileURL(require.resolve('vite')).href)
  const name = countersign === 'countersign' ? 'page' : 'page-with-trap'
  const outDir = at(`target/browser/${name}`)
  await build({
    root: at('tests/browser/page'),
    configFile: at('www/vite.config.js'),
    logLevel: 'warn',
    resolve: { alias: { countersign: countersign === 'countersign' ? at('pkg') : countersign } },
    build: { outDir, emptyOutDir: true, rollupOptions: withWorker(at('tests/browser/page')) },
  })
  return outDir
}

// The worker's address is a setting, which names no hash.
const withWorker = (root) => ({
  input: { index: `${root}/index.html`, vault: `${root}/vault.js` },
  output: {
    entryFileNames: ({ name }) => (name === 'vault' ? 'vault.js' : 'assets/[name]-[hash].js'),
  },
})

/** The folder of the package whose core traps on request, where it has been built. */
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
