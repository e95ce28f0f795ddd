// One file for a runtime, out of a program and what it imports.
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'

const tools = fileURLToPath(new URL('../../../xtask/npm/package.json', import.meta.url))
const { build } = createRequire(tools)('esbuild')

/** Bundles a program whose imports are relative to `from`. */
export async function bundle(contents, from, options = {}) {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: fileURLToPath(from), loader: 'js' },
    bundle: true,
    format: 'esm',
    target: 'es2022',
    write: false,
    ...options,
  })
  return outputFiles[0].text
}
