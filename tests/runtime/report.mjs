// Runs the suite where it stands and tells how it went, as a value that JSON can carry.
import * as countersign from 'countersign'
import * as trapping from 'countersign-trap'
import { suite } from './suite.mjs'

/**
 * `tests` have a `name` and, where they failed, a `failure`; `counts` say of each kind of vector how
 * many verdicts were right and wrong; `supported` and `unsupported` are algorithms.
 */
export async function report() {
  const registered = []
  const seen = { tests: [], counts: {}, supported: new Set(), unsupported: new Set() }
  suite({
    countersign,
    trapping,
    crypto: globalThis.crypto,
    test: (name, run) => registered.push([name, run]),
    count: (what, right, wrong) => (seen.counts[what] = [right, wrong]),
    saw: (alg, works) => seen[works ? 'supported' : 'unsupported'].add(alg),
  })
  for (const [name, run] of registered) {
    seen.tests.push({ name, failure: await run().then(() => undefined, describe) })
  }
  return { ...seen, supported: [...seen.supported], unsupported: [...seen.unsupported] }
}

const describe = (error) => [error?.stack ?? String(error), error?.cause?.stack].join('\n')
