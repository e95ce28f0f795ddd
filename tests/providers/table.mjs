// Prints the table of the last run, writes docs/providers.md (`write`), or fails if that is stale (`check`).
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { systems } from '../../www/emulators/data/index.js'
import { markdown, plain } from './engine/table.mjs'

const [what] = process.argv.slice(2)
const document = new URL('../../docs/providers.md', import.meta.url)
const [BEGIN, END] = ['<!-- providers -->\n', '<!-- /providers -->']

function documentWith(text) {
  const all = readFileSync(document, 'utf8')
  const [from, to] = [all.indexOf(BEGIN) + BEGIN.length, all.indexOf(END)]
  if (from < BEGIN.length || to < from) throw new Error('docs/providers.md has no marks for the table')
  return all.slice(0, from) + text + all.slice(to)
}

function lastResults() {
  const folder = new URL('../../target/providers/', import.meta.url)
  if (!existsSync(folder)) return {}
  const files = readdirSync(folder).filter((name) => name.endsWith('.json'))
  return Object.assign({}, ...files.map((name) => JSON.parse(readFileSync(new URL(name, folder)))))
}

if (what === 'write') {
  writeFileSync(document, documentWith(markdown(systems)))
} else if (what === 'check') {
  if (readFileSync(document, 'utf8') !== documentWith(markdown(systems))) throw new Error('docs/providers.md is stale')
} else {
  console.log(plain(systems, lastResults()))
}
