// The clock of this process, as tests move it: none of them waits until a token is old.
const { now } = Date
let offset = 0

Date.now = () => now() + offset

/** Lets seconds pass for everything in this process that reads `Date.now()`, until the test ends. */
export function advanceClock(t, seconds) {
  offset += seconds * 1000
  t.after(() => { offset = 0 })
}
