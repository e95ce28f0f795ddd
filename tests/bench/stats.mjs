// Medians, and ratios of what was timed side by side.

/** The middle of a list. */
export function median(list) {
  const sorted = list.toSorted((a, b) => a - b)
  const half = sorted.length >> 1
  return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2
}

/** Ours by the peer's, round by round, then the middle: load that both met cancels out. */
export const ratio = (ours, peers) => median(ours.map((time, round) => time / peers[round]))
