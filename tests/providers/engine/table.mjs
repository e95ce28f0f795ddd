// The table of providers: what runs at the emulator of each, and what a provider lacks, with its source.
import { factOf } from '../../../www/emulators/engine/facts.js'
import { PROVIDERS } from '../../interop/facts.mjs'
import { cellsOf, lists } from './ids.mjs'

/** The columns, in their order. */
export const COLUMNS = ['discovery', 'signIn', 'renewal', 'signOut', 'negative', 'edge']
export const HEAD = ['system', 'metadata', 'run', 'discovery replay', 'sign-in', 'renewal', 'sign-out', 'negative set', 'edge']

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
      const isAsked = column === 'edge' && !system.edge && system.introspection
      const mark = result === 'failed' ? 'FAILED' : isAsked ? '✓ by introspection' : '✓'
      const isRun = column === 'edge' ? Boolean(system.edge ?? system.introspection) : !system.reasons?.signIn || ['discovery', 'negative'].includes(column)
      if (isRun && results && !result) return 'not run'
      if (!note) return isRun ? mark : 'EMPTY'
      const text = `(${number(system.title, factOf(system.preset, note))})`
      if (!isRun) return `no ${text}`
      if (!reason) return `${mark}${isAsked ? '' : ' sometimes'} ${text}`
      return result === 'failed' ? `FAILED ${text}` : `${{ renewal: 'no', signOut: 'here only' }[column]} ${text}`
    }
    return [system.title, system.document.kind, `emulated, ${WHERE[system.serves]}${PROVIDERS[system.preset] ? '; real' : ''}`, ...COLUMNS.map(cell)]
  })
  return { rows, reasons }
}

const sourceText = ({ kind, url }) => (url === 'none' ? kind : `${kind}: ${url.split(', ').map(linked).join(', ')}`)

/** A link to a web page, to `owner/repository@commit:path` at GitHub, or to a file of this repository. */
function linked(place) {
  if (place.startsWith('https:')) return `[${new URL(place).host}](${place})`
  const [, repository, commit, path] = /^([^@]+)@(\w+):(.+)$/.exec(place) ?? []
  if (repository) return `[${repository}](https://github.com/${repository}/blob/${commit}/${path})`
  return `[\`${place}\`](../${place})`
}

/** The table and its reasons in Markdown. */
export function markdown(systems) {
  const { rows, reasons } = rowsOf(systems)
  const line = (cells) => `| ${cells.join(' | ')} |\n`
  const withLinks = rows.map(([title, ...cells], at) => [`[${title}](providers/${systems[at].preset}.md)`, ...cells])
  const table = line(HEAD) + line(HEAD.map(() => '---')) + withLinks.map(line).join('')
  const list = reasons.map(({ title, fact, source }, at) => `${at + 1}. ${title}: ${fact} Source: ${sourceText(source)}.\n`).join('')
  return `${table}\n## Other systems\n\n${IDS}\n${listMarkdown()}\n## Reasons\n\n${list}`
}

/** The table as text, for a terminal. */
export function plain(systems, results) {
  const { rows, reasons } = rowsOf(systems, results)
  const all = [HEAD, ...rows]
  const widths = HEAD.map((_, at) => Math.max(...all.map((cells) => cells[at].length)))
  const table = all.map((cells) => cells.map((text, at) => text.padEnd(widths[at])).join('  ').trimEnd()).join('\n')
  const list = reasons.map(({ title, fact, source }, at) => `(${at + 1}) ${title}: ${fact} [${source.kind}]`).join('\n')
  return `${table}\n\n${listText(results)}\n\n${list}`
}

const IDS = `Each id is a rule of the system, and the names of its tests begin with it. The marks of a run are those of these tests: an id
whose test failed or was skipped has none. *document* and *run* mean the same as *metadata* and *run* above.
`

/** The tables of the lists of ids. They have no numbers, so that a new test of an id leaves them fresh. */
const listMarkdown = () =>
  lists.map(({ title, page, folder, document, run, ids }) => {
    const rows = Object.entries(ids).map(([id, rule]) => `| ${id} | ${rule} | ✓ |\n`).join('')
    return `### ${title}\n\n[Its page](${page}). Document: ${document}. Run: ${run}. Tests: \`tests/package/${folder}\`.\n\n| id | rule | run |\n| --- | --- | --- |\n${rows}`
  }).join('\n')

const listText = (results) =>
  lists.map((list) => {
    const cells = cellsOf(list, results).map((cells) => `  ${cells[0].padEnd(31)}${cells[2].padEnd(9)}${cells[1]}`.trimEnd())
    return [`${list.title} (${list.document}; ${list.run})`, ...cells].join('\n')
  }).join('\n')
