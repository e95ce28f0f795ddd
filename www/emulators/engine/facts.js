// The facts that a preset has about its provider, with their sources.
import { readFileSync } from 'node:fs'

const presets = new Map()

/** The data of a preset. */
export function dataOf(name) {
  if (!presets.has(name)) {
    const file = new URL(`../../../src/proto/provider/presets/${name}.json`, import.meta.url)
    presets.set(name, JSON.parse(readFileSync(file)))
  }
  return presets.get(name)
}

/** The fact of a preset that begins with this text or has it, and its source. There is exactly one. */
export function factOf(preset, text) {
  const { facts, sources } = dataOf(preset)
  const found = facts.filter(({ fact }) => fact.startsWith(text))
  if (found.length !== 1) throw new Error(`${preset}: ${found.length} facts begin with “${text}”`)
  const [{ fact, source }] = found
  return { fact, source: sources[source] }
}
