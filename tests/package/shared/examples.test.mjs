// README's examples compile against the built package, and its React hook does what it says.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import { fileURLToPath } from 'node:url'
import { folder } from '../support/package.mjs'
import { setStage } from '../support/stage.mjs'

const root = new URL('../../../', import.meta.url)
const tools = createRequire(new URL('xtask/npm/package.json', root))
const tests = createRequire(new URL('tests/package.json', root))

async function examples(file, language) {
  const text = await readFile(new URL(file, root), 'utf8')
  return [...text.matchAll(new RegExp(`^ *\`\`\`${language}\\n([^]*?)^ *\`\`\``, 'gm'))].map(
    ([, code]) => code,
  )
}

async function compile(t, files) {
  const home = await mkdtemp(join(tmpdir(), 'countersign-examples-'))
  t.after(() => rm(home, { recursive: true, force: true }))
  await symlink(fileURLToPath(new URL('tests/node_modules', root)), join(home, 'node_modules'))
  const entry = (name) => [fileURLToPath(new URL(`entry/${name}.d.ts`, folder))]
  const compilerOptions = {
    strict: true,
    noEmit: true,
    target: 'es2022',
    module: 'esnext',
    moduleResolution: 'bundler',
    jsx: 'react-jsx',
    paths: {
      countersign: entry('page/default'),
      'countersign/edge': entry('edge/default'),
      'countersign/jose': entry('jose/default'),
      'countersign/slim': entry('page/slim'),
      'countersign/sessions': entry('sessions/default'),
      'countersign/soft': entry('soft/default'),
    },
    types: [],
  }
  await writeFile(join(home, 'package.json'), '{"type":"module"}')
  await writeFile(join(home, 'tsconfig.json'), JSON.stringify({ compilerOptions }))
  // What a bundler's own types say of an address.
  const bundler = "declare module '*?url' {\n  const url: string\n  export default url\n}\n"
  await writeFile(join(home, 'bundler.d.ts'), bundler)
  for (const [name, text] of Object.entries(files)) await writeFile(join(home, name), text)
  const tsc = tools.resolve('typescript/bin/tsc')
  return spawnSync(process.execPath, [tsc, '--project', home], { encoding: 'utf8' }).stdout
}

for (const file of ['README.md', 'pkg-template/README.md']) {
  test(`the examples of ${file} compile`, async (t) => {
    const plain = await examples(file, 'ts')
    assert.ok(plain.length > 1, 'there are examples')
    const files = Object.fromEntries(plain.map((code, n) => [`example-${n}.ts`, code]))
    const [hook] = await examples(file, 'tsx')
    if (hook) {
      files['hook.tsx'] = hook
      files['auth.ts'] = `${plain[0].replace('const auth', 'export const auth')}`
    }
    assert.equal(await compile(t, files), '')
  })
}

test('the first example is fifteen lines, and the hook is ten', async () => {
  const lines = (code) => code.split('\n').filter((line) => line.trim()).length
  const [first] = await examples('README.md', 'ts')
  const [hook] = await examples('README.md', 'tsx')
  assert.ok(lines(first) <= 15, `${lines(first)} lines`)
  assert.ok(lines(hook) <= 10, `${lines(hook)} lines`)
})

test('the React hook shows the user, and the signed-out state', async (t) => {
  const useAuth = await loadHook(t)
  const stage = await setStage(t)
  assert.deepEqual(await watch(t, useAuth, stage.open('/').auth), ['loading', 'signedOut'])
  await stage.signIn()
  assert.deepEqual(await watch(t, useAuth, stage.open('/').auth), ['loading', 'signedIn alice'])
})

/** The hook as an app's bundler would make it; `./auth` is whatever client a test hangs up. */
async function loadHook(t) {
  const [hook] = await examples('README.md', 'tsx')
  const { transform } = tools('esbuild')
  const { code } = await transform(hook, { loader: 'tsx', format: 'cjs' })
  t.after(() => delete globalThis.theirAuth)
  const module = { exports: {} }
  const find = (name) =>
    name === './auth'
      ? { get auth() { return globalThis.theirAuth } } // prettier-ignore
      : tests(name)
  new Function('require', 'module', 'exports', code)(find, module, module.exports)
  return module.exports.useAuth
}

/** What a component that uses the hook shows, each state once. */
async function watch(t, useAuth, auth) {
  globalThis.theirAuth = auth
  globalThis.IS_REACT_ACT_ENVIRONMENT = true
  const { createElement } = tests('react')
  const { act, create } = tests('react-test-renderer')
  const seen = []
  const Page = () => {
    const { status, user, error } = useAuth()
    const now = [status, user?.sub, error?.code].filter(Boolean).join(' ')
    if (now !== seen.at(-1)) seen.push(now)
    return null
  }
  let rendered
  await act(async () => {
    rendered = create(createElement(Page))
    await auth.start().catch(() => {})
  })
  t.after(() => act(() => rendered.unmount()))
  return seen
}
