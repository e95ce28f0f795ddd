// The table of providers: what runs at the emulator of each, and what a provider lacks, with its source.
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { factOf } from '../../../www/emulators/engine/facts.js'
import { PROVIDERS } from '../../interop/facts.mjs'

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
  const other = `${IDS}\n| system | named in tests | where |\n| --- | --- | --- |\n${listMarkdown()}`
  return `${table}\n## Other systems\n\n${other}\n## Reasons\n\n${list}`
}

/** The table as text, for a terminal. */
export function plain(systems, results) {
  const { rows, reasons } = rowsOf(systems, results)
  const all = [HEAD, ...rows]
  const widths = HEAD.map((_, at) => Math.max(...all.map((cells) => cells[at].length)))
  const table = all.map((cells) => cells.map((text, at) => text.padEnd(widths[at])).join('  ').trimEnd()).join('\n')
  const list = reasons.map(({ title, fact, source }, at) => `(${at + 1}) ${title}: ${fact} [${source.kind}]`).join('\n')
  return `${table}\n\n${listText()}\n\n${list}`
}

const numbered = (letter, count) => Array.from({ length: count }, (_, at) => `${letter}${at + 1}`)

const IDS = `Each id is a rule of the system, and the names of tests begin with it: \`A1\` to \`A5\` are Aisera's request, code exchange, token
in calls, ID token without keys, and a call into ServiceNow; \`C1\` to \`C5\` are Cognigy's configuration, configure request, damaged
copy, users and roles, and long sessions.
`

/** Systems that are no OpenID provider of ours: their page, their lists of ids, and the folder of the tests that name them. */
const LISTS = [
  { title: 'Aisera', page: 'aisera.md', folder: 'aisera', ids: numbered('A', 5) },
  { title: 'Cognigy', page: 'cognigy.md', folder: 'cognigy', ids: numbered('C', 5) },
  { title: 'ServiceNow', page: 'servicenow.md', folder: 'servicenow', ids: ['accept', 'reject', 'double submit'] },
  { title: 'Entrust IDaaS', page: 'providers/entrust.md', folder: 'entrust', ids: numbered('E', 10) },
  { title: 'ConnectWise Home', page: 'providers/entrust.md', folder: 'entrust', ids: ['ConnectWise'] },
  { title: 'Entra external authentication method', page: 'eam.md', folder: 'eam', ids: ['discovery', 'keys', 'request', 'hint', 'answer', 'negative', 'rollover'].map((name) => `EAM ${name}`) },
  { title: 'Conditional Access custom controls', page: 'eam.md#custom-controls', folder: 'eam', ids: ['CA blob', 'CA claims', 'CA off by default'] },
]

/** The number of tests that name each id, for the systems that have a folder of tests. */
export function lists() {
  return LISTS.flatMap(({ title, page, folder, ids }) => {
    const place = new URL(`../../package/${folder}/`, import.meta.url)
    if (!existsSync(place)) return []
    const files = readdirSync(place).filter((name) => name.endsWith('.test.mjs'))
    const texts = files.map((name) => readFileSync(new URL(name, place), 'utf8'))
    const names = texts.flatMap((text) => [...text.matchAll(/\btest\(\s*(['"`])(.*?)\1/g)].map(([, , name]) => name))
    const count = (id) => names.filter((name) => new RegExp(`\\b${id}\\b`).test(name)).length
    return [{ title, page, folder, ids: ids.map((id) => ({ id, tests: count(id) })) }]
  })
}

/** The second table: it has no numbers, so that a new test of an id leaves it fresh. */
const listMarkdown = () =>
  lists().map(({ title, page, folder, ids }) => `| [${title}](${page}) | ${ids.map(({ id, tests }) => (tests ? id : `EMPTY ${id}`)).join(', ')} | \`tests/package/${folder}\` |\n`).join('')

const listText = () =>
  lists().map(({ title, ids }) => `${title}: ${ids.map(({ id, tests }) => `${id} ${tests ? '✓' : 'EMPTY'} (${tests})`).join(', ')}`).join('\n')
