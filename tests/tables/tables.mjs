// The tables of the documentation whose rows come from a run of the tests, or from a measurement.
import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const at = (path) => fileURLToPath(new URL(`../../${path}`, import.meta.url))
const fileOf = (name) => at(`target/tables/${name}.json`)

/** The tables by the names of their marks: the document that each is in, and the heads of its columns. */
const TABLES = {
  bundlers: { document: 'docs/runtimes.md', head: ['consumer', 'tested', 'how', 'what it did', 'wasm files'] },
  runtimes: { document: 'docs/runtimes.md', head: ['runtime', 'tested', 'suite', 'tokens and vectors', 'lacks'] },
  sizes: { document: 'README.md', head: ['', 'raw', 'gzip', 'brotli'] },
}

/** Collects the rows of one run. */
export function collect(name) {
  const rows = []
  return {
    /** Adds a row: a text for each column. */
    note(...cells) {
      assert.equal(cells.length, TABLES[name].head.length)
      rows.push(cells.map(String))
    },
    /** Saves the rows for `cargo xtask docs`. */
    save() {
      mkdirSync(at('target/tables'), { recursive: true })
      writeFileSync(fileOf(name), JSON.stringify(rows, null, 1))
    },
    /** Whether the document has rows of the same names, with numbers that differ by this share at most. */
    isNear(share) {
      const lines = readTable(name).trimEnd().split('\n').slice(2)
      const theirs = lines.map((line) => line.slice(2, -2).split(' | '))
      const isClose = (ours, other) => Math.abs(toNumber(ours) - toNumber(other)) <= share * toNumber(ours)
      return rows.length === theirs.length && rows.every(([label, ...cells], row) =>
        theirs[row][0] === label && cells.every((text, column) => isClose(text, theirs[row][column + 1])))
    },
    /** Saves the rows, and fails if the document has others. */
    assertFresh() {
      this.save()
      const advice = `The table ${name} of ${TABLES[name].document} is stale. Run: cargo xtask docs`
      assert.equal(readTable(name), markdown(TABLES[name].head, rows), advice)
    },
  }
}

/** Writes the tables whose rows were saved. Returns their names. */
export function writeAll() {
  const names = Object.keys(TABLES).filter((name) => existsSync(fileOf(name)))
  for (const name of names) {
    const { document, head } = TABLES[name]
    replace(document, name, markdown(head, JSON.parse(readFileSync(fileOf(name), 'utf8'))))
  }
  return names
}

const toNumber = (text) => Number(text.replaceAll(',', ''))

/** A table in Markdown. */
const markdown = (head, rows) =>
  [head, head.map(() => '---'), ...rows].map((cells) => `|${cells.map(cell).join('|')}|\n`).join('')

const cell = (text) => (text === '' ? ' ' : ` ${text} `)

/** Replaces the text between the marks of this name in a document. */
export function replace(document, name, text) {
  const { before, after } = cut(document, name)
  writeFileSync(at(document), before + text + after)
}

/** The text between the marks of a table. */
const readTable = (name) => cut(TABLES[name].document, name).text

function cut(document, name) {
  const all = readFileSync(at(document), 'utf8')
  const [begin, end] = [`<!-- ${name} -->\n`, `<!-- /${name} -->`]
  const [from, to] = [all.indexOf(begin) + begin.length, all.indexOf(end)]
  assert.ok(from >= begin.length && to >= from, `${document} has no marks for the table ${name}`)
  return { before: all.slice(0, from), text: all.slice(from, to), after: all.slice(to) }
}
