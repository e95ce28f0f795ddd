// The suite: the same tests, verdicts and codes in every runtime. It names no platform; what one
// needs to begin stands in `runners/` and `entries/`.
import { coreTests } from './suite/core.mjs'

/**
 * Registers every test with `test(sentence, run)`.
 *
 * `countersign` is the published package, `trapping` the one whose core traps on request; `crypto`
 * is the platform's.
 */
export function suite(parts) {
  coreTests(parts)
}
