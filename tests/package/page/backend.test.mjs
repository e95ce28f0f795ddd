// A client with another signature backend than SubtleCrypto.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import test from 'node:test'
import { load } from '../support/package.mjs'
import { code, setStage } from '../support/stage.mjs'

const { soft } = await load('./soft')

test('with soft, a sign-in is verified without SubtleCrypto, and a forged one is refused', async (t) => {
  const { mock } = t.mock.method(crypto.subtle, 'verify')
  const stage = await setStage(t)
  const { auth } = stage.open(await stage.goAndComeBack(), { backend: soft })
  assert.equal((await auth.start()).sub, 'alice')

  stage.double.signer = stage.double.otherKey()
  const forged = stage.open(await stage.goAndComeBack(), { backend: soft })
  await assert.rejects(forged.auth.start(), code('OIDC_SIGNATURE_INVALID'))
  assert.equal(mock.callCount(), 0)
})

test('B11: with soft, a hash of SHA-384 or SHA-512 needs no SubtleCrypto', async (t) => {
  for (const alg of ['RS384', 'RS512']) {
    const stage = await setStage(t)
    stage.double.alg = alg
    const hash = createHash(`sha${alg.slice(2)}`).update('token-of-alice').digest()
    const halves = [hash.subarray(0, hash.length / 2), hash.subarray(hash.length / 2)]
    for (const [half, end] of halves.map((half, place) => [half, ['alice', 'OIDC_AT_HASH_MISMATCH'][place]])) {
      stage.double.claims = { at_hash: half.toString('base64url') }
      const back = await stage.goAndComeBack()
      // The environment of a page on plain http.
      const { mock } = t.mock.getter(crypto, 'subtle', () => undefined)
      const { auth } = stage.open(back, { backend: soft })
      const said = await auth.start().then(({ sub }) => sub, ({ code }) => code)
      mock.restore()
      assert.equal(said, end, alg)
    }
  }
})

test('an algorithm that the backend lacks is unsupported', async (t) => {
  const stage = await setStage(t)
  const backend = { ...soft, algorithms: ['ES256'] }
  const { auth } = stage.open(await stage.goAndComeBack(), { backend })
  await assert.rejects(auth.start(), code('OIDC_ALG_UNSUPPORTED'))
})

test('a backend that fails ends the call, and verifies nothing', async (t) => {
  const stage = await setStage(t)
  const verify = () => {
    throw new WebAssembly.RuntimeError('unreachable')
  }
  const { auth } = stage.open(await stage.goAndComeBack(), { backend: { ...soft, verify } })
  await assert.rejects(auth.start(), code('OIDC_INTERNAL'))
  assert.equal(auth.user, null)
})
