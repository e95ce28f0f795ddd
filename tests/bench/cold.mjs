// A cold start: in fresh processes of Node, from the import to the first token verified, each
// contender in turn.
import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { at, bundle, edgeWasm } from './bundle.mjs'
import { claimsOf, makeSigner } from './tokens.mjs'

const run = promisify(execFile)
const NAMES = ['countersign', 'countersign, compiled', 'jose', 'fast-jwt', 'aws-jwt-verify']

/** Milliseconds of `rounds` processes: `{ name: { first: [..], whole: [..] } }`. */
export async function coldStarts(rounds) {
  const { jwk, pem, token } = makeSigner('RS256')
  await writeFile(at('target/bench/edge.wasm'), edgeWasm())
  const files = {}
  for (const name of NAMES) {
    const [entry, compiled] = name.split(', ')
    const file = at(`target/bench/cold-${entry}${compiled ? '-compiled' : ''}.mjs`)
    const conditions = compiled ? ['workerd'] : []
    await writeFile(file, await bundle(`entries/cold/${entry}.mjs`, { conditions, imports: !compiled }))
    files[name] = file
  }
  const given = JSON.stringify({ jwk, pem, token: token(claimsOf(1)), wasm: at('target/bench/edge.wasm') })
  const times = Object.fromEntries(NAMES.map((name) => [name, { first: [], whole: [] }]))
  const starter = at('tests/bench/entries/cold/start.mjs')
  for (let round = 0; round < rounds; round += 1) {
    for (const name of NAMES) {
      const { stdout } = await run(process.execPath, [starter, files[name], given])
      const { first, whole } = JSON.parse(stdout)
      times[name].first.push(first)
      times[name].whole.push(whole)
    }
  }
  return times
}
