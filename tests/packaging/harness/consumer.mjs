// Registers consumers, and collects what they did for the table of docs/runtimes.md.
import { after, test } from 'node:test'
import { collect } from '../../tables/tables.mjs'
import { leave } from './visit.mjs'

/** The rows of the table of bundlers. */
export const table = collect('bundlers')

let unfinished = 0
after(leave)

/** Registers a consumer: a sentence, options of the test, and what happens. */
export function consumer(sentence, options, happens) {
  unfinished += 1
  test(sentence, { timeout: 180_000, ...options }, async (t) => {
    await happens(t)
    unfinished -= 1
  })
}

/** Registers the last test: the table has what the run did. */
export function compareWithTable() {
  test("the table of bundlers in docs/runtimes.md is what this run did", (t) => {
    if (unfinished > 0) return t.skip(`${unfinished} consumers above were not seen to the end`)
    table.assertFresh()
  })
}
