// A client whose signatures somebody else checks than SubtleCrypto.
import assert from 'node:assert/strict'
import test from 'node:test'
import { load } from './support/package.mjs'
import { code, setStage } from './support/stage.mjs'

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

test('an algorithm that the backend lacks is unsupported', async (t) => {
  const stage = await setStage(t)
  const backend = { ...soft, algorithms: ['ES256'] }
  const { auth } = stage.open(await stage.goAndComeBack(), { backend })
  await assert.rejects(auth.start(), code('OIDC_ALG_UNSUPPORTED'))
})

test('a backend that fails ends the call, and believes nobody', async (t) => {
  const stage = await setStage(t)
  const verify = () => {
    throw new WebAssembly.RuntimeError('unreachable')
  }
  const { auth } = stage.open(await stage.goAndComeBack(), { backend: { ...soft, verify } })
  await assert.rejects(auth.start(), code('OIDC_INTERNAL'))
  assert.equal(auth.user, null)
})
