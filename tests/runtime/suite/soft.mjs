// Signatures checked in Rust: no runtime lacks an algorithm there, and a trap ends its call alone.
import { assertCode, assertEqual } from './assert.mjs'
import { bytesOf, verifySignatures } from './signatures.mjs'

export function softTests({ test, soft, trappingSoft, vectors, tally }) {
  for (const set of vectors.signatures) {
    test(`the signatures of ${set.file} as ${set.alg}, checked in Rust`, async () => {
      await soft.load()
      const verify = async (...question) => soft.verify(...question)
      await verifySignatures(set, verify, tally('signatures in Rust', false))
    })
  }

  test('a trap in a check fails with OIDC_INTERNAL, and the next check works', async () => {
    const [{ alg, groups: [{ jwk, cases }] }] = vectors.signatures
    const { msg, sig } = cases.find(({ verdict }) => verdict === 'good')
    const check = (name) => trappingSoft.verify(name, jwk, bytesOf(msg), bytesOf(sig))
    await trappingSoft.load()
    assertEqual(check(alg), true)
    await assertCode('OIDC_INTERNAL', async () => check('plant-a-trap'))
    assertEqual(check(alg), true)
  })
}
