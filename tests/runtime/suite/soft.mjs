// Signatures checked in Rust: no runtime lacks an algorithm there, and a trap ends its call alone.
import { assertCode, assertEqual } from './assert.mjs'
import { bytesOf, judgeSignatures } from './signatures.mjs'

export function softTests({ test, soft, trappingSoft, vectors, tally }) {
  for (const set of vectors.signatures) {
    test(`the signatures of ${set.file} as ${set.alg}, checked in Rust`, async () => {
      await soft.load()
      const judge = async (...question) => soft.verify(...question)
      await judgeSignatures(set, judge, tally('signatures in Rust', false))
    })
  }

  test('a trap in the checks ends in OIDC_INTERNAL, and the next one works', async () => {
    const [{ alg, groups: [{ jwk, cases }] }] = vectors.signatures
    const { msg, sig } = cases.find(({ verdict }) => verdict === 'good')
    const check = (name) => trappingSoft.verify(name, jwk, bytesOf(msg), bytesOf(sig))
    await trappingSoft.load()
    assertEqual(check(alg), true)
    await assertCode('OIDC_INTERNAL', async () => check('plant-a-trap'))
    assertEqual(check(alg), true)
  })
}
