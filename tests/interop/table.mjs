// The table of real providers: for docs/providers.md, and of the last run for a terminal.
import { existsSync, readFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { PROVIDERS, SCENARIOS } from './facts.mjs'

const results = (name) => {
  const file = new URL(`../../target/interop/results/${name}.json`, import.meta.url)
  return existsSync(file) ? JSON.parse(readFileSync(file)) : {}
}

/** The rows, and the reasons whose numbers they have. `last`: as they ran last; otherwise every one counts as passed. */
export function rowsOf({ last = false } = {}) {
  const reasons = []
  const number = (title, { fact, source }) => {
    const found = reasons.findIndex((one) => one.title === title && one.fact === fact)
    return found < 0 ? reasons.push({ title, fact, source }) : found + 1
  }
  const cell = (id, name) => {
    const { title, lacks, notes = {} } = PROVIDERS[name]
    if (lacks[id]) return `no (${number(title, lacks[id])})`
    const note = notes[id] ? ` (${number(title, notes[id])})` : ''
    if (!last) return `✓${note}`
    const { result, seconds } = results(name)[id] ?? {}
    if (!result) return 'not run'
    return result === 'passed' ? `✓ ${seconds.toFixed(1)} s${note}` : `FAILED${note}`
  }
  const names = Object.keys(PROVIDERS)
  const rows = SCENARIOS.map(([id, title]) => [title, ...names.map((name) => cell(id, name))])
  return { head: ['scenario', ...names.map((name) => `${PROVIDERS[name].title} ${PROVIDERS[name].version}`)], rows, reasons }
}

const list = (reasons, bullet) => reasons.map(({ title, fact, source }, at) =>
  `${bullet(at + 1)} ${title}: ${fact} Source: ${source}.\n`).join('')

/** The table and its reasons in Markdown. */
export function markdown() {
  const { head, rows, reasons } = rowsOf()
  const line = (cells) => `| ${cells.join(' | ')} |\n`
  return line(head) + line(head.map(() => '---')) + rows.map(line).join('') + '\n' + list(reasons, (at) => `${at}.`)
}

/** The table of the last run, with the seconds of each scenario. */
function plain() {
  const { head, rows, reasons } = rowsOf({ last: true })
  const all = [head, ...rows]
  const widths = head.map((_, at) => Math.max(...all.map((cells) => cells[at].length)))
  const lines = all.map((cells) => cells.map((text, at) => text.padEnd(widths[at])).join('  ').trimEnd())
  return `${lines.join('\n')}\n\n${list(reasons, (at) => `(${at})`)}`
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) console.log(plain())
