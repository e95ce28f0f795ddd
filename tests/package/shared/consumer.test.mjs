// The package as a stranger gets it: installed with npm, then used by Node, TypeScript, a bundler
// and the real Workers runtime.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { after, before } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { Miniflare } from 'miniflare'
import { folder } from '../support/package.mjs'

const run = promisify(execFile)
const tools = fileURLToPath(new URL('../../../xtask/npm/', import.meta.url))
const { build } = createRequire(join(tools, 'package.json'))('esbuild')

/** A program that shows a code of the core: TypeScript alone does not know that this is forbidden. */
const PROGRAM = `
import { createClient, OidcError } from 'countersign'

export async function ask(): Promise<string> {
  const issuer = 'https://id.example.com'
  const redirectUri = 'https://app.example.com/callback'
  const auth = createClient({ issuer, clientId: 'spa', redirectUri, algorithms: ['none'] })
  try {
    const user = await auth.start()
    return user === null ? 'signed out' : user.sub
  } catch (error) {
    return error instanceof OidcError ? error.code : 'something else'
  }
}
`
const SEEN = 'OIDC_CONFIG_INVALID'

let home

before(async () => {
  home = await mkdtemp(join(tmpdir(), 'countersign-consumer-'))
  await writeFile(join(home, 'package.json'), '{ "name": "consumer", "private": true, "type": "module" }')
  await writeFile(join(home, 'program.ts'), PROGRAM)
  const options = ['--install-links', '--ignore-scripts', '--offline', '--no-audit', '--no-fund']
  await run('npm', ['install', ...options, fileURLToPath(folder)], { cwd: home })
})

after(() => rm(home, { recursive: true, force: true }))

/** A program over `program.ts`, in one file; `options` say how the package is found. */
async function bundle(contents, options) {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: home, loader: 'ts' },
    bundle: true,
    format: 'esm',
    write: false,
    ...options,
  })
  return outputFiles[0].text
}

test('the package has no dependencies to install', async () => {
  const names = await readdir(join(home, 'node_modules'))
  assert.deepEqual(names.filter((name) => !name.startsWith('.')), ['countersign'])
})

for (const resolution of [['nodenext', 'nodenext'], ['esnext', 'bundler']]) {
  test(`TypeScript finds the types of the package with moduleResolution ${resolution[1]}`, async () => {
    const [module, moduleResolution] = resolution
    const options = ['--noEmit', '--strict', '--target', 'es2022', '--module', module]
    const tsc = join(tools, 'node_modules/typescript/bin/tsc')
    await run(process.execPath,
      [tsc, ...options, '--moduleResolution', moduleResolution, 'program.ts'], { cwd: home })
      .catch((error) => assert.fail(error.stdout))
  })
}

test('Node loads the package', async () => {
  const program = "import { ask } from './program.ts'\nconsole.log(await ask())"
  await writeFile(join(home, 'node.mjs'), await bundle(program, { packages: 'external' }))
  const { stdout } = await run(process.execPath, ['node.mjs'], { cwd: home })
  assert.equal(stdout.trim(), SEEN)
})

test('a bundler makes one file of the package, without a wasm file', async () => {
  const text = await bundle("export * from './program.ts'", { external: ['*.wasm'] })
  assert.ok(!text.includes('.wasm"'), 'the bundle asks for a module file')
})

test('the Workers runtime loads the wasm file, and the core answers', async (t) => {
  const worker = "import { ask } from './program.ts'\n" +
    'export default { fetch: async () => new Response(await ask()) }'
  const script = await bundle(worker, { conditions: ['workerd'], external: ['*.wasm'] })
  const flare = new Miniflare({
    compatibilityDate: '2026-04-01',
    modules: [
      { type: 'ESModule', path: 'entry/page/worker.js', contents: script },
      {
        type: 'CompiledWasm',
        path: 'countersign.wasm',
        contents: await readFile(join(home, 'node_modules/countersign/countersign.wasm')),
      },
    ],
  })
  t.after(() => flare.dispose())
  assert.equal(await (await flare.dispatchFetch('http://localhost/')).text(), SEEN)
})
