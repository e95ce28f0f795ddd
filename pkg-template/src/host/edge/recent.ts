/**
 * What became of sessions in the last seconds: requests that were sent together bring the same cookie, and
 * when one of them has renewed, the others must not renew with a refresh token that was used.
 *
 * What is kept is found by the hash of the whole cookie alone, which only its owner has, and is sealed
 * itself: nobody sees another's.
 */

/** How long it is kept, in milliseconds. */
const LIFETIME = 10_000
/** How many are kept; the oldest go. */
const MOST = 500

/** What became of sessions, by the hash of what they were. */
export interface Recent {
  /** The sealed session that came after; empty where it ended; nothing where nobody knows. */
  after(hash: string): string | undefined
  /** A session was renewed, unless it ended meanwhile. */
  renewed(hash: string, sealed: string): void
  /** A session ended. */
  ended(hash: string): void
}

/** Makes it, for one `createSessions`. */
export function makeRecent(): Recent {
  const known = new Map<string, { sealed: string; until: number }>()

  function after(hash: string): string | undefined {
    const entry = known.get(hash)
    return entry && Date.now() < entry.until ? entry.sealed : undefined
  }

  function keep(hash: string, sealed: string): void {
    const now = Date.now()
    // In the order of their ends.
    for (const [old, { until }] of known) {
      if (known.size < MOST && now < until) break
      known.delete(old)
    }
    known.delete(hash)
    known.set(hash, { sealed, until: now + LIFETIME })
  }

  return {
    after,
    renewed: (hash, sealed) => {
      if (after(hash) !== '') keep(hash, sealed)
    },
    ended: (hash) => keep(hash, ''),
  }
}
