// Counts verdicts. One that differs is wrong; nobody being able to judge an algorithm is neither
// right nor wrong, and is told by the algorithm's name.

/** A function that begins a tally; `counts` and `algorithms` take what they see. */
export const talliesOf = (counts, algorithms) => (what) => {
  const count = (counts[what] ??= { right: 0, wrong: 0, unsupported: 0 })
  const wrong = []
  return {
    /** Takes the verdict on one case. */
    take({ name, verdict, at, alg }, said) {
      const isUnsupported = said.startsWith('OIDC_ALG_UNSUPPORTED')
      if (alg && (isUnsupported || said === 'good')) {
        algorithms[isUnsupported ? 'unsupported' : 'supported'].add(alg)
      }
      const right = [verdict, at].filter(Boolean).join(' ')
      if (isUnsupported && alg) count.unsupported += 1
      else if (said === right) count.right += 1
      else wrong.push(`${name}: ${right} is right, ${said} was said`)
    },
    /** Fails where a verdict was wrong. */
    close() {
      count.wrong += wrong.length
      const first = wrong.slice(0, 10).join('\n')
      if (wrong.length > 0) throw new Error(`${wrong.length} wrong, of which the first:\n${first}`)
    },
  }
}
