// Prints the table of the last run, writes docs/providers.md (`write`), or fails if that is stale (`check`).
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { systems } from '../../www/emulators/data/index.js'
import { markdown as markdownOfReal } from '../interop/table.mjs'
import { problems } from './engine/ids.mjs'
import { markdown, plain } from './engine/table.mjs'

const [what] = process.argv.slice(2)
const document = new URL('../../docs/providers.md', import.meta.url)

/** The document with fresh tables, each between its marks. */
function fresh() {
  const tables = { providers: markdown(systems), interop: markdownOfReal() }
  return Object.entries(tables).reduce((all, [name, text]) => {
    const begin = `<!-- ${name} -->\n`
    const [from, to] = [all.indexOf(begin) + begin.length, all.indexOf(`<!-- /${name} -->`)]
    if (from < begin.length || to < from) throw new Error(`docs/providers.md has no marks for the table ${name}`)
    return all.slice(0, from) + text + all.slice(to)
  }, readFileSync(document, 'utf8'))
}

function lastResults() {
  const folder = new URL('../../target/providers/', import.meta.url)
  if (!existsSync(folder)) return {}
  const files = readdirSync(folder).filter((name) => name.endsWith('.json'))
  return Object.assign({}, ...files.map((name) => JSON.parse(readFileSync(new URL(name, folder)))))
}

if (what === 'write') {
  writeFileSync(document, fresh())
} else if (what === 'check') {
  if (readFileSync(document, 'utf8') !== fresh()) throw new Error('docs/providers.md is stale')
} else {
  const results = lastResults()
  console.log(plain(systems, results))
  const found = problems(results)
  if (found.length) throw new Error(`Not every id has a mark:\n${found.join('\n')}`)
}
