// A trap inside wasm ends its call, and nothing else: the module of the edge.
import { assertCode, assertEqual } from './assert.mjs'

export function trapTests({ test, trappingEdge, tokens }) {
  const { config, now, cases } = tokens
  const good = cases.filter(({ verdict, alg }) => verdict === 'good' && !alg)
  // Tokens that were seen are answered without the core: each of these is another one.
  const fresh = () => good.pop().token

  test('a trap at the edge fails with OIDC_INTERNAL, and every verifier works afterwards', async () => {
    const make = (more) => trappingEdge.createVerifier({ ...config, now: () => now, ...more })
    const [one, other] = [make(), make({ clockTolerance: 60 })]
    const trap = () => one.verify(`${cases[0].token}plant-a-trap`)
    assertEqual((await other.verify(fresh())).sub, 'alice')
    await assertCode('OIDC_INTERNAL', trap)
    assertEqual((await one.verify(fresh())).sub, 'alice')
    assertEqual((await other.verify(fresh())).sub, 'alice')
    await Promise.all([
      assertCode('OIDC_INTERNAL', trap),
      other.verify(fresh()).then(({ sub }) => assertEqual(sub, 'alice')),
      assertCode('OIDC_INTERNAL', trap),
    ])
    assertEqual((await other.verify(fresh())).sub, 'alice')
  })
}
