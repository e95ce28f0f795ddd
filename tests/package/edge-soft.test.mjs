// A verifier whose signatures are checked in Rust: every algorithm, also without waiting.
import assert from 'node:assert/strict'
import test from 'node:test'
import { load, trapFolder } from './support/package.mjs'
import { names, signer } from './support/signatures.mjs'
import { code } from './support/stage.mjs'

const { createVerifier } = await load('./edge')
const { soft } = await load('./soft')
const issuer = 'https://id.example'
const audience = 'https://api.example'
const base64url = (text) => Buffer.from(text).toString('base64url')

/** A token by a new key, one changed in a bit of its signature, and the settings for both. */
function tokenOf(alg) {
  const { key, sign } = signer(alg)
  const iat = Math.floor(Date.now() / 1000)
  const claims = { iss: issuer, aud: audience, sub: 'alice', client_id: 'c', jti: 'j', iat, exp: iat + 300 }
  const parts = [{ alg, kid: 'k', typ: 'at+jwt' }, claims]
  const input = parts.map((part) => base64url(JSON.stringify(part))).join('.')
  const signature = sign(Buffer.from(input))
  const forged = Uint8Array.from(signature, (byte, at) => byte ^ (at === 5))
  return {
    token: `${input}.${base64url(signature)}`,
    forged: `${input}.${base64url(forged)}`,
    settings: { issuer, audience, jwks: { keys: [{ ...key, kid: 'k' }] } },
  }
}

for (const alg of names) {
  test(`${alg}: Node's own crypto and soft give the same verdicts`, async () => {
    const { token, forged, settings } = tokenOf(alg)
    for (const more of [{}, { backend: soft }]) {
      const verifier = createVerifier({ ...settings, ...more })
      assert.equal((await verifier.verify(token)).sub, 'alice')
      await assert.rejects(verifier.verify(forged), code('OIDC_SIGNATURE_INVALID'))
      const other = createVerifier({ ...settings, ...more })
      await other.ready()
      assert.throws(() => other.verifySync(forged), code('OIDC_SIGNATURE_INVALID'))
      assert.equal(other.verifySync(token).sub, 'alice')
    }
  })
}

test('a trap in soft ends its call in OIDC_INTERNAL, and the next one verifies', async () => {
  const { soft } = await load('./soft', trapFolder)
  const { token, settings } = tokenOf('ES256')
  let traps = true
  const verify = (alg, ...rest) => soft.verify(traps ? 'plant-a-trap' : alg, ...rest)
  const verifier = createVerifier({ ...settings, backend: { ...soft, verify } })
  await assert.rejects(verifier.verify(token), code('OIDC_INTERNAL', 'soft'))
  traps = false
  assert.equal((await verifier.verify(token)).sub, 'alice')
})

test('a backend that does not load is asked again by the next call', async () => {
  const { token, settings } = tokenOf('ES256')
  let loads = 0
  const load = async () => {
    if ((loads += 1) === 1) throw Object.assign(new Error('offline'), { code: 'OFFLINE' })
    await soft.load()
  }
  const verifier = createVerifier({ ...settings, backend: { ...soft, load } })
  await assert.rejects(verifier.verify(token), { code: 'OFFLINE' })
  assert.equal((await verifier.verify(token)).sub, 'alice')
})
