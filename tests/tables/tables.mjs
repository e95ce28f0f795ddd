// README's tables of bundlers and runtimes: rows that a run of the tests saw, never typed by hand.
import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const at = (path) => fileURLToPath(new URL(`../../${path}`, import.meta.url))
const README = at('README.md')
const fileOf = (name) => at(`target/tables/${name}.json`)

/** The tables: their names, which are README's marks too, and the heads of their columns. */
const HEADS = {
  bundlers: ['consumer', 'tested', 'how', 'what it did', 'wasm files'],
  runtimes: ['runtime', 'tested', 'suite', 'tokens and vectors', 'lacks'],
}

/** Collects the rows of one run. */
export function collect(name) {
  const rows = []
  return {
    /** Notes one consumer or runtime: a text for each column. */
    note(...cells) {
      assert.equal(cells.length, HEADS[name].length)
      rows.push(cells.map(String))
    },
    /** Keeps what was seen, and fails where README says something else. */
    assertFresh() {
      mkdirSync(at('target/tables'), { recursive: true })
      writeFileSync(fileOf(name), JSON.stringify(rows, null, 1))
      const { text } = cut(readFileSync(README, 'utf8'), name)
      const advice = `README's table of ${name} is stale. Run: cargo xtask tables`
      assert.equal(text, markdown(name, rows), advice)
    },
  }
}

/** Writes into README what the last complete runs saw; gives the names of the tables written. */
export function writeAll() {
  const names = Object.keys(HEADS).filter((name) => existsSync(fileOf(name)))
  for (const name of names) {
    const { before, after } = cut(readFileSync(README, 'utf8'), name)
    const rows = JSON.parse(readFileSync(fileOf(name), 'utf8'))
    writeFileSync(README, before + markdown(name, rows) + after)
  }
  return names
}

function markdown(name, rows) {
  const lines = [HEADS[name], HEADS[name].map(() => '---'), ...rows]
  return lines.map((cells) => `| ${cells.join(' | ')} |\n`).join('')
}

function cut(readme, name) {
  const [begin, end] = [`<!-- ${name} -->\n`, `<!-- /${name} -->`]
  const [from, to] = [readme.indexOf(begin) + begin.length, readme.indexOf(end)]
  assert.ok(from >= begin.length && to >= from, `README.md has no place for the table of ${name}`)
  return { before: readme.slice(0, from), text: readme.slice(from, to), after: readme.slice(to) }
}
