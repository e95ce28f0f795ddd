// Runs the suite where it stands and tells how it went, as a value that JSON can carry.
import * as countersign from 'countersign'
import * as trapping from 'countersign-trap'
import * as edge from 'countersign/edge'
import { soft } from 'countersign/soft'
import { soft as trappingSoft } from 'countersign-trap/soft'
import tokens from 'given:tokens'
import vectors from 'given:vectors'
import { suite } from './suite.mjs'
import { talliesOf } from './suite/tally.mjs'

/**
 * `tests` have a `name` and, where they failed, a `failure`; `counts` say of each kind of vector how
 * many verdicts were right, wrong and unsupported; `supported` and `unsupported` are algorithms.
 */
export async function report() {
  const registered = []
  const tests = []
  const counts = {}
  const algorithms = { supported: new Set(), unsupported: new Set() }
  suite({
    countersign, edge, trapping, soft, trappingSoft, tokens, vectors,
    crypto: globalThis.crypto,
    test: (name, run) => registered.push([name, run]),
    tally: talliesOf(counts, algorithms),
  })
  for (const [name, run] of registered) {
    tests.push({ name, failure: await run().then(() => undefined, describe) })
  }
  const [supported, unsupported] = [algorithms.supported, algorithms.unsupported].map((set) => [...set])
  return { tests, counts, supported, unsupported }
}

const describe = (error) => [error?.stack ?? String(error), error?.cause?.stack].join('\n')
