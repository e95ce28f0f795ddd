/**
 * What became of sessions lately: requests that were sent together bring the same cookie, and when one of
 * them has renewed, the others must not renew with a refresh token that was used.
 *
 * What is kept is found by the hash of the whole cookie alone, which only its owner has, and is sealed
 * itself: nobody sees another's. Of sessions that ended the identifier is kept, which nobody sees.
 */

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
  const known = new Map<string, Sealed & { until: number; hashes: string[] }>()
  const firsts = new Map<string, string>()
  const ends = new Map<string, number>()

  function forget(first: string): void {
    for (const hash of known.get(first)?.hashes ?? []) firsts.delete(hash)
    known.delete(first)
  }

  return {
    after(hash) {
      const entry = known.get(firsts.get(hash) ?? hash)
      return entry && Date.now() < entry.until && entry.hash !== hash ? entry.sealed : undefined
    },
    renewed(hash, { sealed, hash: next }) {
      const now = Date.now()
      const first = firsts.get(hash) ?? hash
      const hashes = [...(known.get(first)?.hashes ?? []), next]
      known.delete(first)
      // In the order of their ends.
      for (const [old, { until }] of known) {
        if (known.size < MOST && now < until) break
        forget(old)
      }
      known.set(first, { sealed, hash: next, hashes, until: now + LIFETIME })
      firsts.set(next, first)
    },
    ended(id) {
      const now = Date.now()
      for (const [old, until] of ends) {
        if (ends.size < MOST_ENDED && now < until) break
        ends.delete(old)
      }
      ends.set(id, now + ENDED)
    },
    isEnded: (id) => (ends.get(id) ?? 0) > Date.now(),
  }
}
