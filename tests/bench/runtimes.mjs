// The race in each runtime that is here.
import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { promisify } from 'node:util'
import { bun, deno } from '../runtime/harness/programs.mjs'
import { at, bundle, edgeWasm } from './bundle.mjs'
import { race } from './race.mjs'

const { Miniflare } = createRequire(at('tests/package.json'))('miniflare')
const run = promisify(execFile)

/** The results of each runtime: `{ alg, times, missing }` for each algorithm. A name, a function each. */
export const runtimes = {
  Node: (given) => inConsole('node', process.execPath, [], given),
  Deno: deno.path
    ? (given) => inConsole('deno', deno.path, ['run', '--no-prompt', '--no-config', '-A'], given)
    : undefined,
  Bun: bun.path ? (given) => inConsole('bun', bun.path, [], given) : undefined,
  workerd: inWorkerd,
}

async function inConsole(name, program, words, world) {
  const file = at(`target/bench/${name}.mjs`)
  await writeFile(file, await bundle('entries/console.mjs', { given: { world } }))
  const { stdout } = await run(program, [...words, file], { maxBuffer: 1 << 26 })
  return JSON.parse(stdout)
}

async function inWorkerd(world) {
  const given = { world }
  const contents = await bundle('entries/worker.mjs', { conditions: ['workerd'], given })
  const worker = startWorker(contents)
  try {
    return await raceInWorkerd(worker, world)
  } finally {
    await worker.dispose()
  }
}

/** Starts a Worker with the module of the package at hand. */
export function startWorker(contents, more = {}) {
  return new Miniflare({
    cf: false,
    compatibilityDate: '2026-04-01',
    compatibilityFlags: ['nodejs_compat'],
    modules: [
      { type: 'ESModule', path: 'worker.mjs', contents },
      { type: 'CompiledWasm', path: 'edge.wasm', contents: edgeWasm() },
    ],
    ...more,
  })
}

async function raceInWorkerd(worker, world) {
  const ask = async (...words) => {
    const path = words.map(encodeURIComponent).join('/')
    const response = await worker.dispatchFetch(`http://bench/${path}`)
    const text = await response.text()
    if (!response.ok) throw new Error(text.slice(0, 300))
    return text
  }
  const timed = async (...words) => {
    const began = performance.now()
    await ask(...words)
    return performance.now() - began
  }
  const contenders = JSON.parse(await ask('names'))
  const seen = []
  for (const [place, { alg, tokens }] of world.algs.entries()) {
    const names = contenders[place].filter(([, missing]) => !missing).map(([name]) => name)
    const missing = contenders[place].filter(([, missing]) => missing).map((one) => one.join(': '))
    const settings = { many: tokens.length, ...world.settings }
    const times = await race(names, settings, async (name, ...numbers) => {
      await ask('lay', place, name, ...numbers)
      // A request that does nothing, just before: what is left is the work.
      const nothing = await timed('nothing')
      return (await timed('run', place, name)) - nothing
    })
    seen.push({ alg, times, missing })
  }
  return seen
}
