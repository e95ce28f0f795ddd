// The programs of the runtimes that npm brings, as the lockfile of this folder pins them.
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'

const at = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url))

/** The versions that the lockfile of this folder pins. */
export const pinned = JSON.parse(readFileSync(at('package.json'), 'utf8')).devDependencies

/** Deno. */
export const deno = program('deno', 'Deno', 'deno/bin.cjs', '.bin/deno')

/** Bun, out of the package of this platform: what npm links is put there by a script of Bun's. */
export const bun = program('bun', 'Bun', ...[
  `@oven/bun-${process.platform}-${bits()}/bin/bun`,
  `@oven/bun-${process.platform}-${bits()}-baseline/bin/bun`,
])

function bits() {
  return process.arch === 'arm64' ? 'aarch64' : process.arch
}

function program(name, title, ...places) {
  const path = places.map((place) => at(`node_modules/${place}`)).find((place) => existsSync(place))
  const missing = path ? false : `${title} IS MISSING: nothing was tested there. cargo xtask setup`
  return { path, missing, version: pinned[name] }
}

/** The version of a package that another one brought. */
export function versionOf(name) {
  const require = createRequire(import.meta.url)
  return require(`${name}/package.json`).version
}
