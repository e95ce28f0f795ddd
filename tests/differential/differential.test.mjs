// Changed tokens before two verifiers: what Countersign accepts, `jose` accepts with the same content. The other
// way round, each difference is a strictness of ours, proven on the token itself.
import assert from 'node:assert/strict'
import test from 'node:test'
import { CompactEncrypt, compactDecrypt, compactVerify } from 'jose'
import { load } from '../package/support/package.mjs'
import * as makers from './makers.mjs'
import { mutate, mutateDirect } from './mutator.mjs'
import { stream } from './random.mjs'
import { reason, verdict } from './verdicts.mjs'

const { decryptJwe, verifyJws } = await load('./jose')

/** How many changes each kind of token suffers: `[signed, encrypted]`; the long run asks for more. */
const ROUNDS = (process.env.COUNTERSIGN_ROUNDS ?? '300,30').split(',').map(Number)
const SEED = Number(process.env.COUNTERSIGN_SEED ?? 1)

const claims = JSON.stringify({ iss: 'https://op.example', sub: 'ada', aud: 'c', exp: 1700000300 })

/** Verifies the changed tokens with both and counts the results. */
async function compare(t, subject, change, ours, theirs) {
  const letters = [...t.name].map((letter) => letter.codePointAt(0))
  const random = stream(letters.reduce((sum, letter) => (Math.imul(sum, 31) + letter) | 0, SEED))
  const seen = { taken: 0, refused: 0 }
  const rounds = ROUNDS[subject.enc ? 1 : 0]
  for (let round = 0; round < rounds; round += 1) {
    const { name, token } =
      round === 0 ? { name: 'nothing', token: subject.token } : change(random, subject)
    const [our, their] = [await verdict(() => ours(token)), await verdict(() => theirs(token))]
    const what = `${name}: ${JSON.stringify(token)}\n  ours ${JSON.stringify(our)}, jose ${JSON.stringify(their)}`
    if (our.said !== undefined) {
      assert.equal(their.said, our.said, `taken by us alone, or understood otherwise: ${what}`)
      seen.taken += 1
    } else if (their.said === undefined) {
      assert.match(our.code, /^OIDC_(?!INTERNAL)/, what)
      seen.refused += 1
    } else {
      const why = reason(token, our.code)
      assert.ok(why, `refused by us alone, for no known reason: ${what}`)
      seen[why] = (seen[why] ?? 0) + 1
    }
  }
  assert.ok(seen.taken > 0 && seen.refused > 0, JSON.stringify(seen))
  t.diagnostic(JSON.stringify(seen))
}

for (const alg of makers.signing) {
  test(`tokens signed with ${alg}, changed`, async (t) => {
    const key = makers.publicKey(alg)
    const subject = { alg, token: makers.signed(alg, JSON.stringify({ alg, kid: 'k' }), claims) }
    const options = { algorithms: [alg] }
    const ours = (token) => verifyJws(token, key, options)
    await compare(t, subject, mutate, ours, (token) => compactVerify(token, key, options))
  })
}

for (const enc of makers.encrypting) {
  test(`tokens encrypted under a shared secret with ${enc}, changed`, async (t) => {
    const key = makers.sharedKey(enc)
    const subject = {
      alg: 'dir',
      enc,
      token: makers.sealed(enc, JSON.stringify({ alg: 'dir', enc }), claims),
    }
    const ours = (token) => decryptJwe(token, key, { alg: 'dir', enc })
    await compare(t, subject, mutateDirect, ours, decrypter(key, 'dir', enc))
  })
  for (const [alg, keys] of Object.entries(makers.unwrapping)) {
    for (const key of keys) {
      test(`tokens encrypted with ${[alg, key.crv, enc].filter(Boolean).join(' ')}, changed`, async (t) => {
        const { d, p, q, dp, dq, qi, ...half } = key
        const plain = new CompactEncrypt(new TextEncoder().encode(claims))
        const token = await plain.setProtectedHeader({ alg, enc }).encrypt(half)
        const ours = (changed) => decryptJwe(changed, key, { alg, enc })
        await compare(t, { alg, enc, token }, mutate, ours, decrypter(key, alg, enc))
      })
    }
  }
}

function decrypter(key, alg, enc) {
  const options = { keyManagementAlgorithms: [alg], contentEncryptionAlgorithms: [enc] }
  return (token) => compactDecrypt(token, key, options)
}
