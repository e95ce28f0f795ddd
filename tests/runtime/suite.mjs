// The suite: the same tests, verdicts and codes in every runtime. It names no platform; what one
// needs to begin is in `runners/` and `entries/`.
import { coreTests } from './suite/core.mjs'
import { signatureTests } from './suite/signatures.mjs'
import { softTests } from './suite/soft.mjs'
import { tokenTests } from './suite/tokens.mjs'
import { trapTests } from './suite/traps.mjs'

/**
 * Registers every test with `test(sentence, run)`.
 *
 * `countersign`, `edge`, `jose` and `soft` are what the published package has, those that begin with
 * `trapping` belong to the package that traps on request; `crypto` is the platform's; `tokens` and
 * `vectors` are the same data everywhere; `tally(what)` counts verdicts; `saw(name, works)` notes
 * what a runtime has or lacks.
 */
export function suite(parts) {
  coreTests(parts)
  trapTests(parts)
  tokenTests(parts)
  signatureTests(parts)
  softTests(parts)
}
