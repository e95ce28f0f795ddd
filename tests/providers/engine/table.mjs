// The table of providers: what runs at the emulator of each, and what a provider lacks, with its source.
import { readFileSync } from 'node:fs'

/** The columns, in their order. */
export const COLUMNS = ['discovery', 'signIn', 'renewal', 'signOut', 'negative', 'edge']
export const HEAD = ['system', 'metadata', 'run', 'discovery replay', 'sign-in', 'renewal', 'sign-out', 'negative set', 'edge']

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

const WHERE = { page: 'page', sessions: 'server', verifier: 'API' }

/** The rows of the table. `results` has `passed` or `failed` for each test; without it every test counts as passed. */
export function rowsOf(systems, results) {
  const reasons = []
  const number = (title, { fact, source }) => {
    const found = reasons.findIndex((one) => one.title === title && one.fact === fact)
    if (found >= 0) return found + 1
    return reasons.push({ title, fact, source })
  }
  const rows = systems.map((system) => {
    const cell = (column) => {
      const result = results ? results[`${system.title}: ${column}`] : 'passed'
      const reason = system.reasons?.[column]
      const note = system.notes?.[column] ?? reason
      const mark = result === 'failed' ? 'FAILED' : '✓'
      const isRun = column === 'edge' ? Boolean(system.edge) : !system.reasons?.signIn || ['discovery', 'negative'].includes(column)
      if (isRun && results && !result) return 'not run'
      if (!note) return isRun ? mark : 'EMPTY'
      const text = `(${number(system.title, factOf(system.preset, note))})`
      if (!isRun) return `no ${text}`
      if (!reason) return `${mark} ${text}`
      return result === 'failed' ? `FAILED ${text}` : `${{ renewal: 'no', signOut: 'here only' }[column]} ${text}`
    }
    return [system.title, system.document.kind, `emulated, ${WHERE[system.serves]}`, ...COLUMNS.map(cell)]
  })
  return { rows, reasons }
}

const sourceText = ({ kind, url }) => (url === 'none' ? kind : `${kind}: ${linked(url)}`)
const linked = (url) => url.split(', ').map((one) => (one.startsWith('https:') ? `<${one}>` : `\`${one}\``)).join(', ')

/** The table and its reasons in Markdown. */
export function markdown(systems) {
  const { rows, reasons } = rowsOf(systems)
  const line = (cells) => `| ${cells.join(' | ')} |\n`
  const table = line(HEAD) + line(HEAD.map(() => '---')) + rows.map(line).join('')
  const list = reasons.map(({ title, fact, source }, at) => `${at + 1}. ${title}: ${fact} Source: ${sourceText(source)}.\n`).join('')
  return `${table}\n## Reasons\n\n${list}`
}

/** The table as text, for a terminal. */
export function plain(systems, results) {
  const { rows, reasons } = rowsOf(systems, results)
  const all = [HEAD, ...rows]
  const widths = HEAD.map((_, at) => Math.max(...all.map((cells) => cells[at].length)))
  const table = all.map((cells) => cells.map((text, at) => text.padEnd(widths[at])).join('  ').trimEnd()).join('\n')
  const list = reasons.map(({ title, fact, source }, at) => `(${at + 1}) ${title}: ${fact} [${source.kind}]`).join('\n')
  return `${table}\n\n${list}`
}
