// Registers consumers, and keeps what they did for README's table.
import { after, test } from 'node:test'
import { collect } from '../../tables/tables.mjs'
import { leave } from './visit.mjs'

/** The rows of README's table of bundlers. */
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

/** Registers the last test: README says what was seen. */
export function compareWithReadme() {
  test("README's table of bundlers is what was seen", (t) => {
    if (unfinished > 0) return t.skip(`${unfinished} consumers above were not seen to the end`)
    table.assertFresh()
  })
}
