// The lists of ids of the systems that are no OpenID provider of ours (ids.json): each id is a rule, and the name of each of
// its tests begins with it.
import { existsSync, readFileSync, readdirSync } from 'node:fs'

export const lists = JSON.parse(readFileSync(new URL('../ids.json', import.meta.url)))

/** The id that a test's name begins with. A name with an id of a list's kind that the list does not have is a mistake. */
export function idOf(name, { prefix, ids }) {
  const [first] = name.split(': ', 1)
  const isOurs = prefix.length === 1 ? new RegExp(`^${prefix}\\d+\\b`).test(name) : name.startsWith(`${prefix} `) || first === prefix
  if (!isOurs) return undefined
  if (first !== name && Object.hasOwn(ids, first)) return first
  throw new Error(`“${name}” begins with no id of tests/providers/ids.json`)
}

/** The results of the tests of each id. `results` has `passed`, `skipped` or `failed` by the names of tests. */
export function resultsOf(list, results) {
  const found = new Map(Object.keys(list.ids).map((id) => [id, []]))
  for (const [name, result] of Object.entries(results)) found.get(idOf(name, list))?.push(result)
  return found
}

const cellOf = (results) => {
  if (!results.length) return 'EMPTY'
  if (results.includes('failed')) return 'FAILED'
  return results.includes('skipped') ? 'skipped' : `✓ (${results.length})`
}

/** The cells of a list: the id, its rule, and what its tests did. Before a run all of them are `not run`. */
export function cellsOf(list, results) {
  const found = [...resultsOf(list, results)]
  const isRun = found.some(([, all]) => all.length)
  return found.map(([id, all]) => [id, list.ids[id], isRun ? cellOf(all) : 'not run'])
}

/** The ids without a mark in a run. */
export const problems = (results) =>
  lists.flatMap((list) => cellsOf(list, results).filter(([, , cell]) => !cell.startsWith('✓')).map(([id, , cell]) => `${list.title}: ${id} ${cell}`))

/** The names of the tests of a folder as its sources have them: a part of a name that is computed is `*`. */
export function namesIn(folder) {
  const place = new URL(`../../package/${folder}/`, import.meta.url)
  if (!existsSync(place)) return []
  const texts = readdirSync(place).filter((name) => name.endsWith('.test.mjs')).map((name) => readFileSync(new URL(name, place), 'utf8'))
  return texts.flatMap((text) => [...text.matchAll(/\btest\(\s*(['"`])(.*?)\1,/g)].map(([, , name]) => name.replace(/\$\{.*?\}/g, '*')))
}
