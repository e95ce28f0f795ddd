// An app that uses the package: a folder with the built package in `node_modules`.
import { spawnSync } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { folder } from '../../package/support/package.mjs'
import { root } from './examples.mjs'

const tools = createRequire(new URL('xtask/npm/package.json', root))
const esbuild = tools('esbuild')
const vite = createRequire(new URL('www/package.json', root)).resolve('vite')

/** Makes a project of these files; the test removes it. */
async function makeProject(t, files) {
  const home = await mkdtemp(join(tmpdir(), 'countersign-docs-'))
  t.after(() => rm(home, { recursive: true, force: true }))
  const modules = join(home, 'node_modules')
  const installed = fileURLToPath(new URL('tests/node_modules/', root))
  await mkdir(modules)
  for (const name of await readdir(installed)) {
    if (!name.startsWith('.')) await symlink(join(installed, name), join(modules, name))
  }
  await symlink(fileURLToPath(folder), join(modules, 'countersign'))
  await writeFile(join(home, 'package.json'), '{"type":"module"}')
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(home, name)), { recursive: true })
    await writeFile(join(home, name), text)
  }
  return home
}

/** Types of the imports that only bundlers understand. */
const BUNDLER = `declare module '*?url' {
  const url: string
  export default url
}
declare module '*?worker&url' {
  const url: string
  export default url
}
declare module '*.wasm' {
  const module: WebAssembly.Module
  export default module
}
`

/** Compiles the files; returns what the compiler complains about. */
export async function compile(t, files) {
  const compilerOptions = {
    strict: true,
    noEmit: true,
    target: 'es2022',
    module: 'esnext',
    moduleResolution: 'bundler',
    // An example is a file of its own, however short it is.
    moduleDetection: 'force',
    jsx: 'react-jsx',
    types: [],
  }
  const home = await makeProject(t, {
    ...files,
    'bundler.d.ts': BUNDLER,
    'tsconfig.json': JSON.stringify({ compilerOptions, include: ['**/*'], exclude: ['node_modules'] }),
  })
  const tsc = tools.resolve('typescript/bin/tsc')
  return spawnSync(process.execPath, [tsc, '--project', home], { encoding: 'utf8' }).stdout
}

/** Bundles one file of a project. `conditions` choose among the exports of the package. */
export async function bundle(t, files, entry, options = {}) {
  const home = await makeProject(t, files)
  const { outputFiles } = await esbuild.build({
    entryPoints: [join(home, entry)],
    absWorkingDir: home,
    bundle: true,
    format: 'esm',
    target: 'es2022',
    platform: 'browser',
    write: false,
    logLevel: 'silent',
    ...options,
  })
  return outputFiles[0].text
}

/** Builds a project with Vite, without any configuration; gives the names of the files that it makes. */
export async function build(t, files, entry) {
  const home = await makeProject(t, files)
  const { build } = await import(pathToFileURL(vite).href)
  const { output } = await build({
    root: home,
    configFile: false,
    logLevel: 'silent',
    build: { write: false, rollupOptions: { input: join(home, entry) } },
  })
  return output.map(({ fileName }) => fileName)
}

/** Runs an example in this process; gives its exports. `external` packages stay as they are installed. */
export async function load(t, files, entry, external = []) {
  const code = await bundle(t, files, entry, { platform: 'node', jsx: 'automatic', external })
  const home = await makeProject(t, { 'example.mjs': code })
  return import(pathToFileURL(join(home, 'example.mjs')).href)
}

/** A file of the built package. */
export const ofPackage = (name) => readFile(new URL(name, folder))
