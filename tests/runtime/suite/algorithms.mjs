// Which algorithms a runtime's own crypto has. Checked in Rust, none is missing anywhere.
import { assertEqual } from './assert.mjs'

export function algorithmTests({ test, edge, soft, tokens, tally }) {
  const { config, now, cases } = tokens
  const ofAlgorithms = cases.filter(({ alg }) => alg)
  const verdicts = async (settings, seen) => {
    const verifier = edge.createVerifier({ ...config, ...settings, now: () => now })
    for (const one of ofAlgorithms) seen.take(one, await verdictOf(verifier, one.token))
    seen.close()
  }

  test('the tokens of every algorithm that the runtime has', () =>
    verdicts({}, tally('algorithms of the runtime')))

  test('the tokens of every algorithm, checked in Rust', async () => {
    const said = []
    const seen = { take: ({ verdict }, word) => said.push([word, verdict]), close() {} }
    await verdicts({ backend: soft }, seen)
    for (const [word, verdict] of said) assertEqual(word, verdict)
    assertEqual(said.length > 0, true)
  })
}

async function verdictOf(verifier, token) {
  try {
    return (await verifier.verify(token)).sub === 'alice' ? 'good' : 'claims of somebody else'
  } catch (error) {
    return error.code ?? String(error)
  }
}
