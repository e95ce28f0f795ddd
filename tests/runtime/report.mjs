// Runs the suite where it stands and tells how it went, as a value that JSON can carry.
import * as countersign from 'countersign'
import * as edge from 'countersign/edge'
import * as jose from 'countersign/jose'
import { soft } from 'countersign/soft'
import * as trapping from 'countersign-trap'
import * as trappingEdge from 'countersign-trap/edge'
import { soft as trappingSoft } from 'countersign-trap/soft'
import tokens from 'given:tokens'
import vectors from 'given:vectors'
import { suite } from './suite.mjs'
import { talliesOf } from './suite/tally.mjs'

/**
 * `tests` have a `name` and, where they failed, a `failure`; `counts` say of each kind of vector how
 * many verdicts were right, wrong and unsupported; `supported` and `unsupported` are algorithms, and
 * `verifySync`.
 */
export async function report() {
  const registered = []
  const tests = []
  const counts = {}
  const seen = { supported: new Set(), unsupported: new Set() }
  const saw = (name, works) => seen[works ? 'supported' : 'unsupported'].add(name)
  suite({
    countersign, edge, jose, soft, trapping, trappingEdge, trappingSoft, tokens, vectors, saw,
    crypto: globalThis.crypto,
    test: (name, run) => registered.push([name, run]),
    tally: talliesOf(counts, saw),
  })
  for (const [name, run] of registered) {
    tests.push({ name, failure: await run().then(() => undefined, describe) })
  }
  return { tests, counts, supported: [...seen.supported], unsupported: [...seen.unsupported] }
}

// Not every engine has the message in the stack.
const describe = (error) => [error, error?.stack, error?.cause?.stack].filter(Boolean).join('\n')
