/**
 * What became of sessions lately: requests that were sent together bring the same cookie, and when one of
 * them has renewed, the others must not renew with a refresh token that was used.
 *
 * What is kept is found by the hash of the whole cookie alone, which only its owner has, and is sealed
 * itself: nobody sees another's. Of sessions that ended the identifier is kept, which nobody sees.
 */

import { makeLately } from './lately.js'

/** How long a renewal is known, in milliseconds, and how many are; the oldest go. */
const LIFETIME = 10_000
const MOST = 500
/** The same of ends: a request may take as long as this to answer, and must bring nobody back. */
const ENDED = 60 * 60 * 1000
const MOST_ENDED = 10_000

/** What became of sessions. */
export interface Recent {
  /** The sealed session that came after the one of this hash; nothing where none did, or nobody knows. */
  after(hash: string): string | undefined
  /** A session was renewed: what its hash was, and what it is. */
  renewed(hash: string, next: Sealed): void
  /** A session ended, whatever its cookie is by then. */
  ended(id: string): void
  isEnded(id: string): boolean
}

interface Sealed {
  readonly sealed: string
  readonly hash: string
}

/** Makes it, for one `createSessions`. */
export function makeRecent(): Recent {
  /** The latest of each session, by the hash that it was first known by, and the hashes it had since. */
  const known = makeLately<Sealed & { hashes: string[] }>(LIFETIME, MOST, ({ hashes }) => {
    for (const hash of hashes) firsts.delete(hash)
  })
  const firsts = new Map<string, string>()
  const ends = makeLately<true>(ENDED, MOST_ENDED)
  const firstOf = (hash: string) => firsts.get(hash) ?? hash
  return {
    after(hash) {
      const latest = known.find(firstOf(hash))
      return latest && latest.hash !== hash ? latest.sealed : undefined
    },
    renewed(hash, { sealed, hash: next }) {
      const before = known.find(firstOf(hash))
      // What it was so long ago leads nowhere any more.
      if (!before) firsts.delete(hash)
      const first = firstOf(hash)
      const hashes = [...(before?.hashes ?? []), next]
      known.keep(first, { sealed, hash: next, hashes })
      for (const one of hashes) firsts.set(one, first)
    },
    ended: (id) => ends.keep(id, true),
    isEnded: (id) => ends.find(id) === true,
  }
}
