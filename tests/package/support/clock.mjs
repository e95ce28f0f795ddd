// The clock of this process, as tests move it: none of them waits until a token is old.
const { now } = Date
let offset = 0
let stoppedAt

Date.now = () => stoppedAt ?? now() + offset

/** Lets seconds pass for everything in this process that reads `Date.now()`, until the test ends. */
export function advanceClock(t, seconds) {
  offset += seconds * 1000
  t.after(() => { offset = 0 })
}

/** Moves the clock as `advanceClock` does and stops it there: waits are counted in whole seconds, and none ends by chance. */
export function stopClock(t, seconds) {
  stoppedAt = Date.now() + seconds * 1000
  t.after(() => { stoppedAt = undefined })
}
