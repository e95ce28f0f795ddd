// Where the time of a new token goes beside the signature: the processor's samples of many verifications
// in Node, by the parts of the code. The module is that of the package with the names of its functions.
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { Session } from 'node:inspector/promises'
import { pathToFileURL } from 'node:url'
import { deflateRawSync } from 'node:zlib'
import { partOf } from '../size/wasm-parts.mjs'
import { at } from './bundle.mjs'
import { fresh } from './race.mjs'
import { AUDIENCE, ISSUER, makeWorld } from './tokens.mjs'

/** Between two samples, in microseconds. */
const INTERVAL = 100

/** For each algorithm the parts, the slowest first: `{ alg, rows: [[part, microseconds per token]] }`. */
export async function profile(passes, many) {
  const { createVerifier } = await import(pathToFileURL(`${namedPackage()}/entry/edge/default.js`).href)
  const profiles = []
  for (const { alg, jwk, tokens } of makeWorld(many)) {
    const settings = { issuer: ISSUER, audience: AUDIENCE, jwks: { keys: [jwk] } }
    const verifier = createVerifier(settings)
    await verifier.ready()
    const pass = () => {
      for (const token of fresh(tokens)) verifier.verifySync(token)
    }
    pass()
    const [times, count] = [await sampled(pass, passes), passes * tokens.length]
    const rows = [...times].map(([part, time]) => [part, time / count])
    profiles.push({ alg, rows: rows.toSorted((a, b) => b[1] - a[1]) })
  }
  return profiles
}

/** The package with the named module in the place of its own. */
function namedPackage() {
  const folder = at('target/bench/named')
  rmSync(folder, { recursive: true, force: true })
  cpSync(at('pkg'), folder, { recursive: true })
  const module = deflateRawSync(readFileSync(at('target/package/edge/named.wasm'))).toString('base64')
  writeFileSync(`${folder}/core/wasm/edge-inline.js`, `export const inlined = '${module}'`)
  return folder
}

/** The time of each place, in microseconds: that of the samples taken in it. */
async function sampled(pass, passes) {
  const session = new Session()
  session.connect()
  await session.post('Profiler.enable')
  await session.post('Profiler.setSamplingInterval', { interval: INTERVAL })
  await session.post('Profiler.start')
  for (let round = 0; round < passes; round += 1) pass()
  const { profile } = await session.post('Profiler.stop')
  session.disconnect()
  const nodes = new Map(profile.nodes.map((node) => [node.id, node.callFrame]))
  const times = new Map()
  for (const [place, id] of profile.samples.entries()) {
    const part = placeOf(nodes.get(id))
    if (part === 'what measures') continue
    times.set(part, (times.get(part) ?? 0) + profile.timeDeltas[place])
  }
  return times
}

function placeOf({ functionName, url }) {
  if (url.startsWith('wasm://')) return `core: ${partOf(functionName)}`
  const [, file] = /\/named\/(.*)$/.exec(url) ?? []
  if (file) return `JavaScript: ${file}`
  if (url.startsWith('node:internal/crypto')) return 'node:crypto, around the signature'
  // The signature itself is native, and so is most of what measures: they have no file.
  const name = /^\((.*)\)$/.exec(functionName)?.[1]
  return name ? `V8: ${name}` : 'what measures'
}
