/** Tokens that were seen before: claims by the whole token and what was expected of it. */

import type { VerifiedClaims } from './verifier-types.js'

/** An answer, and when it holds (seconds since 1970). */
export interface Kept {
  readonly claims: VerifiedClaims
  readonly from: number
  readonly until: number
  /** The place of its issuer. */
  readonly issuer: number
}

/** How many are kept: between this and twice as many. */
const MOST = 1000

/**
 * A bounded map of two generations: when the young one is full it becomes the old one, and what was
 * asked for again in the meantime is young. Nothing is reordered at a sight.
 */
export function makeSeen() {
  let young = new Map<string, Kept>()
  let old = new Map<string, Kept>()

  function keep(key: string, kept: Kept): void {
    if (young.size >= MOST) {
      old = young
      young = new Map()
    }
    young.set(key, kept)
  }

  return {
    keep,
    find(key: string): Kept | undefined {
      const found = young.get(key)
      if (found) return found
      const aged = old.get(key)
      if (aged) keep(key, aged)
      return aged
    },
    clear(): void {
      young = new Map()
      old = new Map()
    },
  }
}
