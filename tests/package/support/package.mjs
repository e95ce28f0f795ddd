// The package as it was built: what its `exports` name, imported from the folder itself.
import { readFile } from 'node:fs/promises'
import { pathToFileURL } from 'node:url'

const root = new URL('../../../', import.meta.url)

const folderOf = (named, usual) =>
  named ? new URL(`${pathToFileURL(named).href}/`) : new URL(usual, root)

/** The folder of the built package. `COUNTERSIGN_PACKAGE` names another folder. */
export const folder = folderOf(process.env.COUNTERSIGN_PACKAGE, 'pkg/')

/**
 * The folder of the package with a planted trap (`cargo xtask build --test-trap`).
 * `COUNTERSIGN_TRAP_PACKAGE` names another folder.
 */
export const trapFolder = folderOf(process.env.COUNTERSIGN_TRAP_PACKAGE, 'target/pkg-trap/')

/** The address of what `import 'countersign<path>'` gives in Node, e.g. `.` or `./slim`. */
export async function addressOf(path, from = folder) {
  const manifest = await readFile(new URL('package.json', from), 'utf8').catch(() => {
    throw new Error(`There is no package in ${from.pathname}: run cargo xtask build first.`)
  })
  const entry = JSON.parse(manifest).exports[path]
  const file = typeof entry === 'string' ? entry : (entry.default?.default ?? entry.default)
  return new URL(file, from).href
}

/** Imports an entry. */
export const load = async (path = '.', from = folder) => import(await addressOf(path, from))

/** The module file, compiled. */
export const compileModule = async () =>
  WebAssembly.compile(await readFile(new URL(await addressOf('./countersign.wasm'))))
