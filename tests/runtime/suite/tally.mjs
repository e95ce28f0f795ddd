// Counts verdicts. A different one is wrong; an unsupported algorithm is neither
// right nor wrong, and is counted under the algorithm's name.

/**
 * A function that begins a tally in `counts`; `saw` hears which algorithms work. A tally that is not
 * of the runtime's own crypto has no such excuse.
 */
export const talliesOf = (counts, saw) => (what, isOwn = true) => {
  const count = (counts[what] ??= { right: 0, wrong: 0, unsupported: 0 })
  const wrong = []
  return {
    /** Takes the verdict on one case. */
    take({ name, verdict, at, alg }, said) {
      const isUnsupported = said.startsWith('OIDC_ALG_UNSUPPORTED')
      if (isOwn && alg && (isUnsupported || said === 'good')) saw(alg, !isUnsupported)
      const right = [verdict, at].filter(Boolean).join(' ')
      if (isOwn && alg && isUnsupported) count.unsupported += 1
      else if (said === right) count.right += 1
      else wrong.push(`${name}: expected ${right}, got ${said}`)
    },
    /** So many cases that the runtime does not support. */
    lack(cases) {
      count.unsupported += cases
    },
    /** Fails where a verdict was wrong. */
    close() {
      count.wrong += wrong.length
      const first = wrong.slice(0, 10).join('\n')
      if (wrong.length > 0) throw new Error(`${wrong.length} wrong, of which the first:\n${first}`)
    },
  }
}
