// Prints what the page client weighs, raw and compressed as servers do it, beside its rivals, and
// where the bytes of the edge go: of its module with the names of its functions, which the first word
// is the path of, and of its JavaScript. Every bundle comes out of the same esbuild call. Fails when
// the slim page client is above its ceiling.
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import { roomsOf } from './rooms.mjs'

const root = new URL('../../', import.meta.url)
const path = (relative) => fileURLToPath(new URL(relative, root))
const { build } = createRequire(path('xtask/npm/package.json'))('esbuild')

/** What a page downloads before it can sign in, compressed by brotli: module and JavaScript. */
const CEILING = 32 * 1024
/** What an edge function is to weigh with the verifier and its guard, compressed by brotli. */
const EDGE_GOAL = 20 * 1024

if (!existsSync(path('pkg/package.json'))) {
  console.error('There is no package in pkg/. Run: cargo xtask build')
  process.exit(1)
}

/** Three weights: as it is, gzip -9, brotli 11. */
function weigh(bytes) {
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: 11,
    [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
  }
  return [bytes.length, gzipSync(bytes, { level: 9 }).length, brotliCompressSync(bytes, { params }).length]
}

/** A program that imports something, as a page would get it. */
async function bundle(contents, external = []) {
  const { outputFiles } = await built(contents, external)
  return Buffer.from(outputFiles[0].contents)
}

const built = (contents, external) =>
  build({
    stdin: { contents, resolveDir: path('tests/size') },
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    external,
    legalComments: 'none',
    metafile: true,
    write: false,
  })

const own = (entry) => `export { createClient } from '${path(`pkg/entry/page/${entry}.js`)}'`
const sum = (...weights) => weights[0].map((_, i) => weights.reduce((all, one) => all + one[i], 0))

const file = (name) => weigh(readFileSync(path(`pkg/${name}`)))
const wasm = file('sign-in.wasm')
const whole = file('countersign.wasm')
const slim = weigh(await bundle(own('slim')))
const edgeEntry = [
  `export { createVerifier } from '${path('pkg/entry/edge/workerd.js')}'`,
  ['*.wasm', 'cloudflare:workers'],
]
const renewing = weigh(await bundle(
  `${own('slim')}\nexport { renewal } from '${path('pkg/entry/page/renewal.js')}'`,
))
const edge = await bundle(...edgeEntry)
const rows = {
  'wasm': wasm,
  'glue': weigh(await bundle(`export * from '${path('pkg/core/wasm/page-glue.js')}'`)),
  'TypeScript, without the glue': weigh(await bundle(own('slim'), ['*/page-glue.js'])),
  'countersign/slim, with sign-in.wasm': sum(wasm, slim),
  'the same with renewal, countersign.wasm': sum(whole, renewing),
  'countersign, with the wasm inlined': weigh(await bundle(own('default'))),
  'countersign/vault, the worker': weigh(await bundle(`import '${path('pkg/entry/page/vault.js')}'`)),
  'countersign/edge, with its wasm file':
    sum(weigh(readFileSync(path('pkg/edge.wasm'))), weigh(edge)),
  'countersign/sessions, with its wasm file': sum(file('sessions.wasm'), weigh(await bundle(
    `export { createSessions } from '${path('pkg/entry/sessions/workerd.js')}'`,
    ['*.wasm', 'cloudflare:workers'],
  ))),
  'jose, jwtVerify and remote keys':
    weigh(await bundle("export { createRemoteJWKSet, jwtVerify } from 'jose'")),
  'oidc-client-ts, UserManager': weigh(await bundle("export { UserManager } from 'oidc-client-ts'")),
  'auth0-spa-js, createAuth0Client':
    weigh(await bundle("export { createAuth0Client } from '@auth0/auth0-spa-js'")),
  'oauth4webapi, the code flow': weigh(await bundle(`export {
    AuthorizationResponseError, None, ResponseBodyError, WWWAuthenticateChallengeError,
    authorizationCodeGrantRequest, calculatePKCECodeChallenge, discoveryRequest,
    generateRandomCodeVerifier, generateRandomNonce, generateRandomState, getValidatedIdTokenClaims,
    processAuthorizationCodeResponse, processDiscoveryResponse, processUserInfoResponse,
    protectedResourceRequest, userInfoRequest, validateAuthResponse
  } from 'oauth4webapi'`)),
}

const column = (number) => number.toLocaleString('en').padStart(9)
console.log(`${''.padEnd(38)}${['raw', 'gzip', 'brotli'].map((name) => name.padStart(9)).join('')}`)
for (const [name, weights] of Object.entries(rows)) {
  console.log(`${name.padEnd(38)}${weights.map(column).join('')}`)
}

const edgeWeight = rows['countersign/edge, with its wasm file'][2]
console.log(`\nThe edge verifier: ${edgeWeight} bytes, brotli; its goal is ${EDGE_GOAL}.`)
console.log('Where they go, and what brotli would be rid of without each:')
for (const { room, raw, brotli } of roomsOf(readFileSync(process.argv[2]))) {
  console.log(`  ${room.padEnd(36)}${column(raw)}${column(brotli)}`)
}
for (const [file, bytes] of await scriptsOf(...edgeEntry)) {
  console.log(`  ${file.padEnd(36)}${column(bytes)}`)
}
console.log('\nWhat each feature of a page costs, JavaScript alone:')
for (const [feature, ...files] of [
  ['one tab renews for all', 'host/browser/locks', 'host/browser/tab-identity'],
  ['popups and hidden frames', 'page/renewal/popup', 'host/browser/windows'],
  ['the sealed store', 'host/browser/sealed-store'],
  ['tokens bound to a key', 'page/renewal/dpop', 'client/dpop-fetch', 'host/browser/dpop-keys'],
]) {
  const without = await bundle(
    `${own('slim')}\nexport { renewal } from '${path('pkg/entry/page/renewal.js')}'`,
    files.map((file) => `*/${file.split('/').slice(-2).join('/')}.js`),
  )
  console.log(`  ${feature.padEnd(36)}${column(renewing[2] - weigh(without)[2])}`)
}
const { 'countersign, with the wasm inlined': all } = rows
const withoutVault = weigh(await bundle(own('default'), ['*/vault/page/client.js']))
console.log(`  ${'the vault, in `countersign`'.padEnd(36)}${column(all[2] - withoutVault[2])}`)
console.log(`  ${'renewal, in the module'.padEnd(36)}${column(whole[2] - wasm[2])}`)

const heavy = rows['countersign/slim, with sign-in.wasm'][2]
console.log(`\nThe slim page client: ${heavy} of ${CEILING} bytes, brotli.`)
if (heavy > CEILING) {
  console.error(`It is ${heavy - CEILING} bytes too heavy.`)
  process.exit(1)
}

/** The files of a bundle with their bytes in it, the heaviest first. */
async function scriptsOf(...entry) {
  const [{ inputs }] = Object.values((await built(...entry)).metafile.outputs)
  const files = Object.entries(inputs).map(([file, { bytesInOutput }]) =>
    [file.replace(/^(\.\.\/)*pkg\//, ''), bytesInOutput])
  return files.filter(([, bytes]) => bytes > 0).toSorted((a, b) => b[1] - a[1])
}
