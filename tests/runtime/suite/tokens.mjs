// Good and hostile tokens through `verify` and `verifySync`, each with its one verdict.

export function tokenTests({ test, edge, tokens, tally }) {
  const { config, now, cases } = tokens
  const make = () => edge.createVerifier({ ...config, now: () => now })

  test('every token has its verdict, the same everywhere', async () => {
    const verifier = make()
    const seen = tally('tokens')
    for (const one of cases) seen.take(one, await verdictOf(() => verifier.verify(one.token)))
    seen.close()
  })

  test('what is verified at once has the same verdicts', async () => {
    const verifier = make()
    await verifier.ready()
    const seen = tally('tokens at once')
    for (const one of cases) {
      seen.take(one, await verdictOf(async () => verifier.verifySync(one.token)))
    }
    seen.close()
  })
}

async function verdictOf(call) {
  try {
    const claims = await call()
    return Object.isFrozen(claims) && claims.sub === 'alice' ? 'good' : 'claims of somebody else'
  } catch (error) {
    return error.code ? `${error.code} ${error.at ?? ''}`.trim() : String(error)
  }
}
