// The suite: the same tests, verdicts and codes in every runtime. It names no platform; what one
// needs to begin stands in `runners/` and `entries/`.
import { algorithmTests } from './suite/algorithms.mjs'
import { coreTests } from './suite/core.mjs'
import { softTests } from './suite/soft.mjs'
import { tokenTests } from './suite/tokens.mjs'
import { trapTests } from './suite/traps.mjs'

/**
 * Registers every test with `test(sentence, run)`.
 *
 * `countersign`, `edge` and `jose` are entries of the published package, `trapping` and
 * `trappingEdge` those of the one whose core traps on request; `crypto` is the platform's; `tokens`
 * and `vectors` are the same data everywhere; `tally(what)` counts verdicts.
 */
export function suite(parts) {
  algorithmTests(parts)
  coreTests(parts)
  softTests(parts)
}
