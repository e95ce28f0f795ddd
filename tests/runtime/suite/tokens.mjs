// Good and hostile tokens through `verify` and `verifySync`, each with its one verdict.
import { assertEqual } from './assert.mjs'

export function tokenTests({ test, edge, soft, tokens, tally, saw }) {
  const { config, now, cases } = tokens
  const make = (more) => edge.createVerifier({ ...config, now: () => now, ...more })
  const verifyAll = async (verify, seen) => {
    for (const one of cases) seen.take(one, await verdictOf(() => verify(one.token)))
    seen.close()
  }

  test('every token has its verdict', async () => {
    const verifier = make()
    await verifyAll((token) => verifier.verify(token), tally('tokens'))
  })

  test('every token has its verdict synchronously, if the runtime can verify synchronously', async () => {
    const verifier = make()
    await verifier.ready()
    const atOnce = async (token) => verifier.verifySync(token)
    const isReady = (await verdictOf(() => atOnce(cases[0].token))) === 'good'
    saw('verifySync', isReady)
    const seen = tally('tokens at once')
    if (isReady) return verifyAll(atOnce, seen)
    seen.lack(cases.length)
    for (const { token } of cases) assertEqual(await verdictOf(() => atOnce(token)), 'OIDC_NOT_READY')
  })

  test('every token has its verdict checked in Rust, at once and later', async () => {
    const verifier = make({ backend: soft })
    await verifyAll((token) => verifier.verify(token), tally('tokens in Rust', false))
    await verifier.ready()
    await verifyAll(async (token) => verifier.verifySync(token), tally('tokens in Rust', false))
  })
}

async function verdictOf(call) {
  try {
    const claims = await call()
    return Object.isFrozen(claims) && claims.sub === 'alice' ? 'good' : 'claims of another user'
  } catch (error) {
    return error.code ? `${error.code} ${error.at ?? ''}`.trim() : String(error)
  }
}
