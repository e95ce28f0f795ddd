// Signatures in SubtleCrypto: every algorithm of the table, and what a runtime lacks. The file is
// internal; what it answers is the core's only source of truth about a signature.
import assert from 'node:assert/strict'
import { constants, createHash, privateEncrypt, sign } from 'node:crypto'
import test from 'node:test'
import { loadInternal } from '../../internal/modules.mjs'
import { generateKeyPairSync } from '../../support/keys.mjs'

const { withBoundHash, makeSubtleVerifier } = await loadInternal('subtle')
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
const curve = (namedCurve) => generateKeyPairSync('ec', { namedCurve })
const ed25519 = generateKeyPairSync('ed25519')

const table = {}
for (const size of [256, 384, 512]) {
  const pss = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: size / 8 }
  table[`RS${size}`] = [rsa, `sha${size}`, {}]
  table[`PS${size}`] = [rsa, `sha${size}`, pss]
  const pair = curve(`P-${size === 512 ? 521 : size}`)
  table[`ES${size}`] = [pair, `sha${size}`, { dsaEncoding: 'ieee-p1363' }]
}
table.EdDSA = table.Ed25519 = [ed25519, null, {}]
table.Ed448 = [generateKeyPairSync('ed448'), null, {}]

const MEMBERS = ['kty', 'n', 'e', 'crv', 'x', 'y']

function questionOf(alg, { privateKey, publicKey } = table[alg][0], input = 'header.payload') {
  const [, hash, options] = table[alg]
  const signature = sign(hash, Buffer.from(input), { key: privateKey, ...options })
  const jwk = publicKey.export({ format: 'jwk' })
  const key = MEMBERS.filter((name) => name in jwk).map((name) => [name, jwk[name]])
  const alsoHash = 'an access token'
  return { id: 1, kind: 'verify', alg, key, input, alsoHash, signature: new Uint8Array(signature) }
}

for (const alg of Object.keys(table)) {
  test(`${alg}: a valid signature is accepted, a changed one is refused`, async () => {
    const verify = makeSubtleVerifier()
    const question = questionOf(alg)
    assert.equal(await verify(question), 'valid')
    assert.equal(await verify({ ...question, input: 'header.payloaD' }), 'invalid')
    for (const bit of [0, 7, question.signature.length * 8 - 1]) {
      const signature = question.signature.slice()
      signature[bit >> 3] ^= 1 << (bit & 7)
      assert.equal(await verify({ ...question, signature }), 'invalid')
    }
    // Without its last byte. One without its first byte may be the same number, if that byte is zero.
    for (const signature of [new Uint8Array(), question.signature.slice(0, -1)]) {
      assert.equal(await verify({ ...question, signature }), 'invalid')
    }
  })
}

test('the text that a hash claim is about is hashed with the hash of the algorithm', async () => {
  for (const alg of Object.keys(table)) {
    const question = questionOf(alg)
    // Ed25519 hashes with SHA-512 inside (RFC 8032 5.1), and names no hash of its own.
    const hash = createHash(table[alg][1] ?? 'sha512').update(question.alsoHash).digest()
    assert.deepEqual(await withBoundHash(question), ['valid', '', new Uint8Array(hash)], alg)
    const unbound = ['valid', '', new Uint8Array()]
    assert.deepEqual(await withBoundHash({ ...question, alsoHash: '' }), unbound)
  }
})

test('without SubtleCrypto for the hash, the token is refused', async (t) => {
  const without = t.mock.getter(crypto, 'subtle', () => undefined)
  const answer = await withBoundHash(questionOf('ES384'))
  assert.deepEqual(answer, ['unavailable'])
  without.mock.restore()
})

test('a signature is not valid for another algorithm of the same key', async () => {
  const verify = makeSubtleVerifier()
  assert.equal(await verify({ ...questionOf('RS256'), alg: 'PS256' }), 'invalid')
  assert.equal(await verify({ ...questionOf('RS256'), alg: 'RS384' }), 'invalid')
  assert.equal(await verify({ ...questionOf('ES256'), alg: 'ES384' }), 'invalid')
  assert.equal(await verify(questionOf('RS256')), 'valid')
})

/** EMSA-PSS (RFC 8017 section 9.1.1), with any mask and any salt. */
function signPss({ privateKey }, input, hash, mask, saltLength) {
  const digest = (name, ...parts) => parts.reduce((h, p) => h.update(p), createHash(name)).digest()
  const salt = Buffer.alloc(saltLength, 7)
  const inner = digest(hash, Buffer.alloc(8), digest(hash, input), salt)
  const block = Buffer.alloc(256 - inner.length - 1)
  block.set([1, ...salt], block.length - saltLength - 1)
  for (let place = 0, count = 0; place < block.length; count += 1) {
    for (const byte of digest(mask, inner, Buffer.from([0, 0, 0, count]))) {
      if (place < block.length) block[place++] ^= byte
    }
  }
  block[0] &= 0x7f
  const encoded = Buffer.concat([block, inner, Buffer.from([0xbc])])
  const key = { key: privateKey, padding: constants.RSA_NO_PADDING }
  return new Uint8Array(privateEncrypt(key, encoded))
}

for (const size of [256, 384, 512]) {
  test(`JOSE-18: PS${size} has a salt of ${size / 8} bytes and a mask of its own hash`, async () => {
    const question = questionOf(`PS${size}`)
    const verdict = (mask, saltLength) => {
      const signature = signPss(rsa, question.input, `sha${size}`, mask, saltLength)
      return makeSubtleVerifier()({ ...question, signature })
    }
    assert.equal(await verdict(`sha${size}`, size / 8), 'valid')
    for (const length of [0, 20, size / 8 - 1, size / 8 + 1]) {
      assert.equal(await verdict(`sha${size}`, length), 'invalid', `a salt of ${length}`)
    }
    for (const mask of ['sha1', size === 256 ? 'sha512' : 'sha256']) {
      assert.equal(await verdict(mask, size / 8), 'invalid', `a mask of ${mask}`)
    }
  })
}

test('an invalid key makes the signature invalid, and throws nothing', async () => {
  const question = questionOf('ES256')
  const key = question.key.map(([name, value]) => [name, name === 'x' ? 'AAAA' : value])
  assert.equal(await makeSubtleVerifier()({ ...question, key }), 'invalid')
})

test('an algorithm that the host does not have is unsupported', async (t) => {
  for (const alg of ['HS256', 'ES256K']) {
    assert.equal(await makeSubtleVerifier()({ ...questionOf('ES256'), alg }), 'unsupported')
  }
  t.mock.method(crypto.subtle, 'importKey', async () => {
    throw new DOMException('Unrecognized name.', 'NotSupportedError')
  })
  assert.equal(await makeSubtleVerifier()(questionOf('EdDSA')), 'unsupported')
})

test('without crypto.subtle, the verdict is `unavailable`', async (t) => {
  const before = Object.getOwnPropertyDescriptor(globalThis, 'crypto')
  t.after(() => Object.defineProperty(globalThis, 'crypto', before))
  for (const value of [undefined, {}]) {
    Object.defineProperty(globalThis, 'crypto', { configurable: true, value })
    assert.equal(await makeSubtleVerifier()(questionOf('RS256')), 'unavailable')
  }
})

test('a key is imported once, and only the newest keys are cached', async (t) => {
  const { mock } = t.mock.method(crypto.subtle, 'importKey')
  const verify = makeSubtleVerifier()
  const first = questionOf('ES256')
  await verify(first)
  assert.equal(await verify(first), 'valid')
  assert.equal(mock.callCount(), 1)
  for (let n = 0; n < 32; n += 1) await verify(questionOf('ES256', curve('P-256')))
  assert.equal(mock.callCount(), 33)
  await verify(first)
  assert.equal(mock.callCount(), 34)
})
