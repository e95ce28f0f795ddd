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
function makeMap() {
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

/**
 * The tokens of a verifier. Those of which something was expected have a map of their own: no token
 * can pass for an expectation with a token behind it, and the others are found by the text that
 * came, without a copy.
 */
export function makeSeen() {
  const [plain, expected] = [makeMap(), makeMap()]
  return {
    find: (token: string, asked: string) =>
      asked ? expected.find(`${asked} ${token}`) : plain.find(token),
    keep: (token: string, asked: string, kept: Kept) =>
      asked ? expected.keep(`${asked} ${token}`, kept) : plain.keep(token, kept),
    clear(): void {
      plain.clear()
      expected.clear()
    },
  }
}
