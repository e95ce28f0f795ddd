// Node, Deno and Bun: they have a clock, and print what they saw.
import world from 'given:world'
import { makeContenders, prepare } from '../contenders.mjs'
import { fresh, race } from '../race.mjs'

const seen = []
for (const one of world.algs) {
  const all = await makeContenders(one)
  const missing = Object.entries(all).filter(([, made]) => made.missing)
  const names = Object.keys(all).filter((name) => !all[name].missing)
  const settings = { many: one.tokens.length, ...world.settings }
  const times = await race(names, settings, async (name, from, count, times) => {
    const tokens = fresh(one.tokens.slice(from, from + count), times)
    prepare(name, tokens)
    const began = performance.now()
    await all[name](tokens)
    return performance.now() - began
  })
  seen.push({
    alg: one.alg,
    times,
    missing: missing.map(([name, { missing }]) => `${name}: ${missing}`),
  })
}
console.log(JSON.stringify(seen))
