// A verifier whose signatures are checked in Rust: every algorithm, also without waiting.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import test from 'node:test'
import { load, trapFolder } from '../support/package.mjs'
import { names, signer } from '../support/signatures.mjs'
import { code } from '../support/stage.mjs'

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
  test(`IDT-22: ${alg}: a hash is that of the algorithm, with Node's own crypto, with soft and without waiting`, async () => {
    const { key, sign } = signer(alg)
    const iat = Math.floor(Date.now() / 1000)
    const hash = alg.startsWith('Ed') ? 'sha512' : `sha${alg.slice(2, 5)}`
    const digest = createHash(alg === 'Ed448' ? 'shake256' : hash, alg === 'Ed448' ? { outputLength: 114 } : {})
    const bytes = digest.update('an access token').digest()
    const at_hash = bytes.subarray(0, bytes.length / 2).toString('base64url')
    const claims = { iss: issuer, aud: 'spa', sub: 'alice', iat, exp: iat + 300, at_hash, c_hash: at_hash }
    const input = [{ alg, kid: 'k' }, claims].map((part) => base64url(JSON.stringify(part))).join('.')
    const token = `${input}.${base64url(sign(Buffer.from(input)))}`
    const jwks = { keys: [{ ...key, kid: 'k' }] }
    for (const more of [{}, { backend: soft }]) {
      const verifier = createVerifier({ issuer, audience: 'spa', kind: 'id_token', jwks, ...more })
      await verifier.ready()
      for (const [expected, end] of [
        [{ accessToken: 'an access token', requireHashes: true }, 'alice'],
        [{ code: 'an access token', requireHashes: true }, 'alice'],
        [{ accessToken: 'an access token', code: 'an access token' }, 'alice'],
        [{ accessToken: 'another' }, 'OIDC_AT_HASH_MISMATCH'],
        [{ accessToken: 'an access token', code: 'another' }, 'OIDC_C_HASH_MISMATCH'],
      ]) {
        const asked = { nonce: null, ...expected }
        const said = await verifier.verify(token, asked).then(({ sub }) => sub, ({ code }) => code)
        assert.equal(said, end, JSON.stringify(expected))
        if (end === 'alice') assert.equal(verifier.verifySync(token, asked).sub, end)
        else assert.throws(() => verifier.verifySync(token, asked), code(end))
      }
    }
  })

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

test('a backend that failed to load is loaded again by the next call', async () => {
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
