// Prints the sizes of the package and of similar packages, raw and compressed as servers do it, and the
// largest parts of the edge. The argument is the edge module with the names of its functions, or `check`:
// then it prints the sizes only, and fails if the table of the README is not near them.
//
// All rows are made by the same tools: esbuild bundles and minifies, then terser minifies again. A page
// built with webpack (terser), Vite 8 (oxc) or Next.js (SWC) comes within 2 % of that. esbuild alone is 3
// to 4 % larger, and has a column of its own. Fails if a limit is exceeded.
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import { collect } from '../tables/tables.mjs'
import { partsOf } from './wasm-parts.mjs'

const root = new URL('../../', import.meta.url)
const path = (relative) => fileURLToPath(new URL(relative, root))
const tools = createRequire(path('xtask/npm/package.json'))
const { build } = tools('esbuild')
const { minify } = tools('terser')

/**
 * The limits of what is downloaded, module and JavaScript, in bytes after brotli. Each is just above the present size,
 * so that no change adds bytes unnoticed. The settings that presets of providers fill may add 1,000 bytes to a page that
 * uses none: to 33,900 of a first sign-in, 55,065 with renewal, 63,122 inlined and 52,140 in the vault's worker. At the edge
 * and in sessions, the check that a preset and an app do not contradict each other takes 400 and 100 bytes.
 * At the edge, the checks that no `iss` fits two issuers, and that a preset has restrictions of the right type, take 400 more,
 * and the second of them 100 in sessions. In sessions, what holds the restrictions of an app and the names of an issuer at a
 * renewal and in a stored session takes 300 more.
 */
const MAX_BYTES = {
  'countersign/slim, with sign-in.wasm': 34_200,
  'the same with renewal, countersign.wasm': 56_060,
  'countersign, with the wasm inlined': 64_120,
  'countersign/vault, the worker': 52_850,
  'countersign/edge, with its wasm file': 43_550,
  'countersign/sessions, with its wasm file': 56_850,
  'countersign/client-credentials, with its wasm file': 26_300,
}
/** The goal for an edge function with the verifier and its guard, in bytes after brotli. */
const EDGE_GOAL_BYTES = 20 * 1024

if (!existsSync(path('pkg/package.json'))) {
  console.error('There is no package in pkg/. Run: cargo xtask build')
  process.exit(1)
}

/** Sizes in bytes: raw, gzip -9, brotli 11. */
function weigh(bytes) {
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: 11,
    [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
  }
  return [bytes.length, gzipSync(bytes, { level: 9 }).length, brotliCompressSync(bytes, { params }).length]
}

/**
 * Leaves files of the package out of a bundle. The build fails if the bundle does not import one of
 * them: a file may have moved.
 */
function leaveOut(files) {
  const missing = new Set(files)
  return {
    name: 'leave out',
    setup(setup) {
      setup.onResolve({ filter: /^[./]/ }, ({ path: specifier, resolveDir }) => {
        const file = relative(path('pkg'), resolve(resolveDir, specifier))
        if (!files.includes(file)) return undefined
        missing.delete(file)
        return { path: specifier, external: true }
      })
      setup.onEnd(() => ({
        errors: [...missing].map((file) => ({ text: `The bundle does not import pkg/${file}` })),
      }))
    },
  }
}

/** Bundles a program as a page would get it. The modules in `external` and the files in `without` stay out. */
const bundled = (contents, { external = [], without = [] } = {}) =>
  build({
    stdin: { contents, resolveDir: path('tests/size') },
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    external,
    plugins: [leaveOut(without)],
    legalComments: 'none',
    metafile: true,
    write: false,
  })

/** Sizes of a bundle: raw, gzip and brotli with both minifiers, brotli with esbuild's alone. */
async function weighBundle(contents, options) {
  const { outputFiles } = await bundled(contents, options)
  const { code } = await minify(outputFiles[0].text, {
    module: true,
    ecma: 2020,
    compress: { passes: 3 },
    format: { comments: false },
  })
  return [...weigh(Buffer.from(code)), weigh(outputFiles[0].contents)[2]]
}

/** Sizes of a file that no minifier changes. */
function weighFile(name) {
  const sizes = weigh(readFileSync(path(`pkg/${name}`)))
  return [...sizes, sizes[2]]
}

const page = (entry) => `export { createClient } from '${path(`pkg/entry/page/${entry}.js`)}'`
const sum = (...sizes) => sizes[0].map((_, column) => sizes.reduce((all, one) => all + one[column], 0))
/** The column of brotli in a list of sizes. */
const BROTLI = 2

const WITH_RENEWAL = `${page('slim')}\nexport { renewal } from '${path('pkg/entry/page/renewal.js')}'`
const WORKER_EXTERNALS = { external: ['*.wasm', 'cloudflare:workers'] }
const EDGE = [`export { createVerifier } from '${path('pkg/entry/edge/workerd.js')}'`, WORKER_EXTERNALS]
const MACHINE = [`export { createMachineClient } from '${path('pkg/entry/client-credentials/workerd.js')}'`, WORKER_EXTERNALS]
const SESSIONS = [`export { createSessions } from '${path('pkg/entry/sessions/workerd.js')}'`, WORKER_EXTERNALS]

const [signInModule, pageModule] = [weighFile('sign-in.wasm'), weighFile('countersign.wasm')]
const withRenewal = await weighBundle(WITH_RENEWAL)
const rows = {
  'wasm': signInModule,
  'glue': await weighBundle(`export * from '${path('pkg/core/wasm/page-glue.js')}'`),
  'TypeScript, without the glue': await weighBundle(page('slim'), { without: ['core/wasm/page-glue.js'] }),
  'countersign/slim, with sign-in.wasm': sum(signInModule, await weighBundle(page('slim'))),
  'the same with renewal, countersign.wasm': sum(pageModule, withRenewal),
  'countersign, with the wasm inlined': await weighBundle(page('default')),
  'countersign/vault, the worker': await weighBundle(`import '${path('pkg/entry/page/vault.js')}'`),
  'countersign/edge, with its wasm file': sum(weighFile('edge.wasm'), await weighBundle(...EDGE)),
  'countersign/sessions, with its wasm file':
    sum(weighFile('sessions.wasm'), await weighBundle(...SESSIONS)),
  'countersign/client-credentials, with its wasm file':
    sum(weighFile('client-credentials.wasm'), await weighBundle(...MACHINE)),
  'jose, jwtVerify and remote keys':
    await weighBundle("export { createRemoteJWKSet, jwtVerify } from 'jose'"),
  'oidc-client-ts, UserManager': await weighBundle("export { UserManager } from 'oidc-client-ts'"),
  'auth0-spa-js, createAuth0Client':
    await weighBundle("export { createAuth0Client } from '@auth0/auth0-spa-js'"),
  'oauth4webapi, the code flow': await weighBundle(`export {
    AuthorizationResponseError, None, ResponseBodyError, WWWAuthenticateChallengeError,
    authorizationCodeGrantRequest, calculatePKCECodeChallenge, discoveryRequest,
    generateRandomCodeVerifier, generateRandomNonce, generateRandomState, getValidatedIdTokenClaims,
    processAuthorizationCodeResponse, processDiscoveryResponse, processUserInfoResponse,
    protectedResourceRequest, userInfoRequest, validateAuthResponse
  } from 'oauth4webapi'`),
}

const column = (number) => number.toLocaleString('en').padStart(9)
const COLUMNS = ['raw', 'gzip', 'brotli', '  brotli, esbuild alone']
console.log(`${''.padEnd(51)}${COLUMNS.map((name) => name.padStart(9)).join('')}`)
for (const [name, sizes] of Object.entries(rows)) {
  console.log(`${name.padEnd(51)}${sizes.map(column).join('')}`)
}

/** The version of a peer. */
const versionOf = (name) =>
  JSON.parse(readFileSync(path(`tests/node_modules/${name}/package.json`), 'utf8')).version

const table = collect('sizes')
for (const [row, label] of [
  ['countersign/slim, with sign-in.wasm', '`countersign/slim`, with `sign-in.wasm`'],
  ['the same with renewal, countersign.wasm', 'the same with `renewal` and `countersign.wasm`'],
  ['countersign, with the wasm inlined', '`countersign`, with the wasm inlined'],
  ['countersign/vault, the worker', '`countersign/vault`, the worker'],
  ['countersign/edge, with its wasm file', '`countersign/edge`, with its wasm file'],
  ['countersign/sessions, with its wasm file', '`countersign/sessions`, with its wasm file'],
  ['oidc-client-ts, UserManager', `oidc-client-ts ${versionOf('oidc-client-ts')}, \`UserManager\``],
  ['auth0-spa-js, createAuth0Client', `auth0-spa-js ${versionOf('@auth0/auth0-spa-js')}, \`createAuth0Client\``],
  ['oauth4webapi, the code flow', `oauth4webapi ${versionOf('oauth4webapi')}, the code flow`],
  ['jose, jwtVerify and remote keys', `jose ${versionOf('jose')}, \`jwtVerify\` and remote keys`],
]) {
  table.note(label, ...rows[row].slice(0, 3).map((number) => number.toLocaleString('en')))
}
table.save()

console.log()
const errors = []
for (const [row, most] of Object.entries(MAX_BYTES)) {
  const bytes = rows[row][BROTLI]
  console.log(`${row}: ${bytes} of ${most} bytes, brotli.`)
  if (bytes > most) errors.push(`${row}: ${bytes} bytes, brotli, of ${most}.`)
}
// Another compiler makes a module of another size; a change of the code changes it by more.
if (process.argv[2] === 'check') {
  if (!table.isNear(0.02)) errors.push('The table of sizes in README.md is stale. Run: cargo xtask docs')
} else await printParts(process.argv[2])
await printPresets()
if (errors.length > 0) {
  console.error(errors.join('\n'))
  process.exit(1)
}

/** Prints what is large: the parts of the edge, and the features of a page. */
async function printParts(namedModule) {
  const edgeSize = rows['countersign/edge, with its wasm file'][BROTLI]
  console.log(`\nThe edge verifier: ${edgeSize} bytes, brotli; its goal is ${EDGE_GOAL_BYTES}.`)
  console.log('Its parts, and the bytes that brotli would save without each:')
  for (const { part, raw, brotli } of partsOf(readFileSync(namedModule))) {
    console.log(`  ${part.padEnd(38)}${column(raw)}${column(brotli)}`)
  }
  for (const [file, bytes] of await scriptsOf(...EDGE)) {
    console.log(`  ${file.padEnd(38)}${column(bytes)}`)
  }
  console.log('\nThe cost of each feature of a page, JavaScript alone:')
  for (const [feature, ...files] of [
    ['one tab renews for all', 'host/browser/locks', 'host/browser/tab-identity'],
    ['popups and hidden frames', 'page/renewal/popup', 'host/browser/windows'],
    ['the sealed store', 'host/browser/sealed-store'],
    ['tokens bound to a key', 'page/renewal/dpop', 'host/browser/dpop-keys'],
  ]) {
    const rest = await weighBundle(WITH_RENEWAL, { without: files.map((file) => `${file}.js`) })
    console.log(`  ${feature.padEnd(38)}${column(withRenewal[BROTLI] - rest[BROTLI])}`)
  }
  const inlined = rows['countersign, with the wasm inlined']
  const withoutVault = await weighBundle(page('default'), { without: ['vault/page/client.js'] })
  console.log(`  ${'the vault, in `countersign`'.padEnd(38)}${column(inlined[BROTLI] - withoutVault[BROTLI])}`)
  console.log(`  ${'renewal, in the module'.padEnd(38)}${column(pageModule[BROTLI] - signInModule[BROTLI])}`)
}

/** Prints what a page pays for each provider preset, the shared function that fills them included. */
async function printPresets() {
  const names = Object.keys(await import(path('pkg/entry/providers/default.js')))
  console.log('\nThe cost of each provider preset, JavaScript alone:')
  for (const name of names) {
    const contents = `export { ${name} } from '${path('pkg/entry/providers/default.js')}'`
    const presets = (await scriptsOf(contents)).filter(([file]) => file.startsWith('generated/providers/'))
    if (presets.length !== 1) errors.push(`A page with ${name} gets ${presets.map(([file]) => file).join(', ')}.`)
    console.log(`  ${name.padEnd(38)}${column((await weighBundle(contents))[BROTLI])}`)
  }
}

/** The files of a bundle with their bytes in it, the largest first. */
async function scriptsOf(...entry) {
  const [{ inputs }] = Object.values((await bundled(...entry)).metafile.outputs)
  const files = Object.entries(inputs).map(([file, { bytesInOutput }]) =>
    [file.replace(/^(\.\.\/)*pkg\//, ''), bytesInOutput])
  return files.filter(([, bytes]) => bytes > 0).toSorted((a, b) => b[1] - a[1])
}
