/** The border to the module that asks the issuer: what goes in and what comes out. Every export is sync. */

import type { Word } from './page.js'

/**
 * The exports of the module. `config` is the JSON text of a verifier's settings, `now` seconds since
 * 1970. What comes out is JSON text.
 */
export interface Core {
  /** Begins to ask the issuer about a token; `held` and `sub` may be empty. */
  beginAsk(config: string, topic: string, held: string, token: string, sub: string): string
  /** Brings the answer to a wish of such a question; see {@link Answer}. */
  resumeAsk(
    config: string,
    flow: string,
    id: number,
    word: Word,
    text: string,
    bytes: Uint8Array,
    status: number,
    now: number,
  ): string
  /** Judges the verified claims of a signed answer, which are JSON text. */
  takeSigned(config: string, topic: string, claims: string, sub: string, now: number): string
}
