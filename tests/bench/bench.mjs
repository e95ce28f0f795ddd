// Times `countersign/edge` beside its peers. Words choose parts (verify, profile, cold, load, curves); `docs`
// writes the tables into the documentation, `quick` takes few rounds. Everything goes to target/bench.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import { loadavg } from 'node:os'
import { at } from './bundle.mjs'
import { coldStarts } from './cold.mjs'
import { curves } from './curves.mjs'
import { load } from './load.mjs'
import { profile } from './profile.mjs'
import { runtimes } from './runtimes.mjs'
import { median } from './stats.mjs'
import * as plot from './svg.mjs'
import * as tables from './tables.mjs'
import { makeWorld, MANY } from './tokens.mjs'

const words = process.argv.slice(2)
const isQuick = words.includes('quick')
const rounds = isQuick ? 5 : 25
const out = (name) => at(`target/bench/${name}`)

const PARTS = {
  async verify() {
    const algs = makeWorld(MANY)
    const seen = {}
    for (const [name, start] of Object.entries(runtimes)) {
      if (!start) {
        console.log(`${name} IS MISSING: nothing was timed there. Run: cargo xtask setup`)
        continue
      }
      seen[name] = await start({ algs, settings: { batch: 50, rounds } })
      for (const { alg, missing } of seen[name]) {
        for (const one of missing) console.log(`${name}, ${alg}: ${one}`)
      }
    }
    return seen
  },
  profile: () => profile(isQuick ? 2 : 10, MANY),
  cold: () => coldStarts(isQuick ? 3 : 15),
  load: () => load({ rounds: isQuick ? 2 : 7, requests: 1500 }),
  async curves() {
    const jose = await import(pathToFileURL(createRequire(import.meta.url).resolve('jose')).href)
    const { createVerifier } = await import(pathToFileURL(at('pkg/entry/edge/default.js')).href)
    return curves({ createVerifier, jose }, rounds)
  },
}
const TEXTS = {
  verify: tables.verifying,
  profile: tables.spent,
  cold: tables.starting,
  load: tables.loaded,
  curves: tables.growing,
}

const chosen = Object.keys(PARTS).filter((name) => words.includes(name))
for (const name of chosen.length > 0 ? chosen : Object.keys(PARTS)) {
  console.log(`${name}: a load of ${loadavg()[0].toFixed(1)} before`)
  const seen = await PARTS[name]()
  writeFileSync(out(`${name}.json`), JSON.stringify(seen))
  console.log(`\n${TEXTS[name](seen)}`)
}

const kept = Object.fromEntries(Object.keys(PARTS)
  .filter((name) => existsSync(out(`${name}.json`)))
  .map((name) => [name, JSON.parse(readFileSync(out(`${name}.json`), 'utf8'))]))
if (kept.verify) {
  const groups = Object.entries(kept.verify).flatMap(([runtime, algs]) => algs.map(({ alg, times }) =>
    [`${runtime}, ${alg}`, Object.entries(times.new).map(([name, list]) => [name, median(list)])]))
  writeFileSync(out('verify.svg'), plot.bars('A new token, µs (less is better)', groups))
}
if (kept.curves) {
  const middle = (dots) => dots.map(([size, times]) => [size, median(times)])
  const panels = Object.entries(kept.curves).map(([what, lines]) => [`by number of ${what}`,
    Object.fromEntries(Object.entries(lines).map(([who, dots]) => [who, middle(dots)]))])
  writeFileSync(out('curves.svg'), plot.curves('A new token, µs', panels))
}
const textOf = (texts) => Object.keys(PARTS)
  .filter((name) => kept[name])
  .map((name) => texts[name](kept[name]))
  .join('\n')
const text = textOf(TEXTS)
writeFileSync(out('bench.md'), `Medians, microseconds a token. ${tables.conditions()}\n\n${text}`)
if (words.includes('docs')) tables.writeDocs(textOf({ ...TEXTS, verify: tables.comparing }), kept.verify)
console.log(`${out('bench.md')}, verify.svg, curves.svg`)
