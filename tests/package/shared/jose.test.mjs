// `countersign/jose`: signatures, signed messages, encrypted tokens and thumbprints, with Node's
// SubtleCrypto behind them. Tokens are made by another library or Node's own crypto.
import assert from 'node:assert/strict'
import { createHmac, randomBytes, sign } from 'node:crypto'
import { readFileSync } from 'node:fs'
import test from 'node:test'
import * as reference from 'jose'
import { load } from '../support/package.mjs'
import { withProperties } from '../support/polluted.mjs'
import { generateKeyPairSync } from '../../support/keys.mjs'

const { verifyJws, verifySignature, decryptJwe, thumbprint } = await load('./jose')
const vectors = (name) =>
  JSON.parse(readFileSync(new URL(`../../vectors/${name}.json`, import.meta.url), 'utf8'))
const utf8 = (text) => new TextEncoder().encode(text)
const textOf = (bytes) => new TextDecoder().decode(bytes)
const base64url = (data) => Buffer.from(data).toString('base64url')
const code = (wanted) => (error) => {
  assert.equal(error.code, wanted)
  return true
}

const pairOf = (type, options) => {
  const { publicKey, privateKey } = generateKeyPairSync(type, options)
  return { publicKey, privateKey, jwk: publicKey.export({ format: 'jwk' }), privateJwk: privateKey.export({ format: 'jwk' }) }
}
const rsa = pairOf('rsa', { modulusLength: 2048 })
const curves = Object.fromEntries(
  ['P-256', 'P-384', 'P-521'].map((namedCurve) => [namedCurve, pairOf('ec', { namedCurve })]),
)
const ed25519 = pairOf('ed25519')
const x25519 = pairOf('x25519')

const SIGNERS = {
  RS256: rsa, RS384: rsa, RS512: rsa, PS256: rsa, PS384: rsa, PS512: rsa,
  ES256: curves['P-256'], ES384: curves['P-384'], ES512: curves['P-521'],
  EdDSA: ed25519, Ed25519: ed25519,
}

const signed = (alg, { privateKey } = SIGNERS[alg], more = {}, payload = 'any bytes') =>
  new reference.CompactSign(utf8(payload)).setProtectedHeader({ alg, ...more }).sign(privateKey)

for (const [alg, { jwk }] of Object.entries(SIGNERS)) {
  test(`JOSE-08: a signature of another library with ${alg} is verified, and refused for another algorithm`, async () => {
    const token = await signed(alg, undefined, { typ: 'x' })
    const { header, payload } = await verifyJws(token, jwk, { algorithms: [alg] })
    assert.deepEqual(header, { alg, typ: 'x' })
    assert.equal(textOf(payload), 'any bytes')
    const others = Object.keys(SIGNERS).filter((other) => other !== alg)
    await assert.rejects(verifyJws(token, jwk, { algorithms: others }), code('OIDC_ALG_FORBIDDEN'))
    const changed = token.replace(/^[^.]*\./, `$&A`)
    await assert.rejects(verifyJws(changed, jwk, { algorithms: [alg] }))
  })
}

test('JOSE-05: a signed message with one changed character is refused', async () => {
  const token = await signed('ES256')
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.='
  for (let place = 0; place < token.length; place += 1) {
    const near = letters.indexOf(token[place])
    for (const other of [letters[(near ^ 1) % 66], '', token[place].repeat(2)]) {
      if (other === token[place]) continue
      const changed = token.slice(0, place) + other + token.slice(place + 1)
      await assert.rejects(verifyJws(changed, curves['P-256'].jwk, { algorithms: ['ES256'] }))
    }
  }
})

test('JOSE-23 and JOSE-24: in a key set, the key with the kid is used, or the one that signed', async () => {
  const keys = [ed25519, pairOf('ed25519'), pairOf('ed25519')].map(({ jwk }) => jwk)
  const named = keys.map((jwk, place) => ({ ...jwk, kid: `${place}` }))
  const options = { algorithms: ['EdDSA'] }
  const plain = await signed('EdDSA')
  await verifyJws(plain, { keys: keys.reverse() }, options)
  await verifyJws(plain, { keys: named }, options)
  await verifyJws(await signed('EdDSA', ed25519, { kid: '0' }), { keys: named }, options)
  const foreign = await signed('EdDSA', ed25519, { kid: '1' })
  await assert.rejects(verifyJws(foreign, { keys: named }, options), code('OIDC_SIGNATURE_INVALID'))
  const unknown = await signed('EdDSA', ed25519, { kid: '9' })
  await assert.rejects(verifyJws(unknown, { keys: named }, options), code('OIDC_KEY_NOT_FOUND'))
})

test('JOSE-32: without a key or an algorithm, nothing is verified and nothing decrypted', async () => {
  const token = await signed('EdDSA')
  const sealed = await encrypted('dir', 'A128GCM', randomBytes(16))
  for (const invalid of [undefined, null, '', false, 0, {}, [], { keys: [] }, { keys: null }]) {
    await assert.rejects(verifyJws(token, invalid, { algorithms: ['EdDSA'] }), (error) =>
      /^OIDC_(KEYS_INVALID|KEY_NOT_FOUND)$/.test(error.code),
    )
    const options = { alg: 'dir', enc: 'A128GCM' }
    await assert.rejects(decryptJwe(sealed, invalid, options), code('OIDC_DECRYPT_FAILED'))
    assert.equal(await verifySignature('EdDSA', invalid, utf8('x'), new Uint8Array(64)), false)
    await assert.rejects(thumbprint(invalid), code('OIDC_KEYS_INVALID'))
  }
  for (const options of [undefined, {}, { algorithms: null }, { algorithms: 'EdDSA' }]) {
    await assert.rejects(verifyJws(token, ed25519.jwk, options), code('OIDC_CONFIG_INVALID'))
  }
  for (const options of [undefined, {}, { alg: 'dir' }, { alg: [1], enc: 'A128GCM' }]) {
    await assert.rejects(decryptJwe(sealed, [], options), code('OIDC_CONFIG_INVALID'))
  }
  const round = {}
  round.keys = [round]
  for (const odd of ['text', 5, { keys: 1n }, { kty: 1n }, round]) {
    const isRefused = (error) => /^OIDC_(KEYS_INVALID|DECRYPT_FAILED)$/.test(error.code)
    await assert.rejects(verifyJws(token, odd, { algorithms: ['EdDSA'] }), code('OIDC_KEYS_INVALID'))
    await assert.rejects(decryptJwe(sealed, odd, { alg: 'dir', enc: 'A128GCM' }), isRefused)
    await assert.rejects(decryptJwe(sealed, [odd], { alg: 'dir', enc: 'A128GCM' }), isRefused)
    await assert.rejects(thumbprint(odd), code('OIDC_KEYS_INVALID'))
  }
  await assert.rejects(verifyJws(token, ed25519.jwk, { algorithms: [1n] }), code('OIDC_CONFIG_INVALID'))
  for (const none of [undefined, null, 1, {}]) {
    const algorithms = ['EdDSA']
    await assert.rejects(verifyJws(none, ed25519.jwk, { algorithms }), code('OIDC_TOKEN_MALFORMED'))
  }
})

test('JOSE-21: a token that contains its key, or points to it, is refused', async (t) => {
  const { mock } = t.mock.method(globalThis, 'fetch', () => assert.fail('nothing is fetched'))
  const stranger = pairOf('ed25519')
  const algorithms = ['EdDSA']
  for (const more of [{ jwk: stranger.jwk }, { jku: 'https://evil.example/keys' }, { x5u: 'https://evil.example' }]) {
    const token = await signed('EdDSA', stranger, more)
    await assert.rejects(verifyJws(token, ed25519.jwk, { algorithms }), code('OIDC_SIGNATURE_INVALID'))
    await assert.rejects(verifyJws(token, { keys: [] }, { algorithms }), code('OIDC_KEY_NOT_FOUND'))
  }
  assert.equal(mock.callCount(), 0)
})

test('JOSE-09, JOSE-10 and JOSE-31: no HMAC and no `none` is ever accepted', async () => {
  const pem = rsa.publicKey.export({ type: 'spki', format: 'pem' })
  const der = rsa.publicKey.export({ type: 'spki', format: 'der' })
  for (const secret of [pem, pem.trim(), ` ${pem}`, der, JSON.stringify(rsa.jwk), '']) {
    const input = `${base64url('{"alg":"HS256"}')}.${base64url('{}')}`
    const token = `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`
    for (const key of [rsa.jwk, { kty: 'oct', k: base64url(secret) }]) {
      await assert.rejects(verifyJws(token, key, { algorithms: ['HS256', 'RS256'] }), (error) =>
        /^OIDC_(ALG_FORBIDDEN|KEYS_INVALID)$/.test(error.code),
      )
    }
  }
  for (const name of ['none', 'None', 'NONE']) {
    const token = `${base64url(JSON.stringify({ alg: name }))}.${base64url('{}')}.`
    await assert.rejects(verifyJws(token, rsa.jwk, { algorithms: [name] }), code('OIDC_ALG_FORBIDDEN'))
  }
})

test('a signature over any bytes is valid or invalid, and never throws', async () => {
  const input = randomBytes(100)
  const signature = sign('sha256', input, { key: curves['P-256'].privateKey, dsaEncoding: 'ieee-p1363' })
  const { jwk } = curves['P-256']
  assert.equal(await verifySignature('ES256', jwk, input, signature), true)
  assert.equal(await verifySignature('ES256', jwk, input.subarray(1), signature), false)
  assert.equal(await verifySignature('ES384', jwk, input, signature), false)
  assert.equal(await verifySignature('HS256', jwk, input, signature), false)
  assert.equal(await verifySignature('ES256', ed25519.jwk, input, signature), false)
  assert.equal(await verifySignature('ES256', jwk, input, signature.subarray(1)), false)
})

const SIGNATURE_FILES = [
  ['ecdsa_secp256r1_sha256_p1363', 'ES256'],
  ['ecdsa_secp384r1_sha384_p1363', 'ES384'],
  ['ed25519', 'Ed25519'],
  ['rsa_pss_2048_sha256_mgf1_32', 'PS256'],
  ['rsa_pss_3072_sha256_mgf1_32', 'PS256'],
  ['rsa_signature_2048_sha256', 'RS256'],
  ['rsa_signature_2048_sha384', 'RS384'],
  ['rsa_signature_2048_sha512', 'RS512'],
]

for (const [name, alg] of SIGNATURE_FILES) {
  test(`JOSE-16, JOSE-17, JOSE-18, JOSE-19: Wycheproof's ${name}`, async (t) => {
    let count = 0
    for (const group of vectors(`wycheproof/${name}_test`).testGroups) {
      const given = group.publicKeyJwk ?? group.keyJwk
      if (!given) continue
      const { alg: _, ...jwk } = given
      for (const { tcId, comment, msg, sig, result } of group.tests) {
        const is = await verifySignature(alg, jwk, Buffer.from(msg, 'hex'), Buffer.from(sig, 'hex'))
        assert.equal(is, result === 'valid', `${tcId} ${comment}`)
        count += 1
      }
    }
    t.diagnostic(`${count} signatures, 0 wrong`)
    assert.ok(count > 90)
  })
}

const ALGS = ['RSA-OAEP', 'RSA-OAEP-256', 'ECDH-ES', 'ECDH-ES+A128KW', 'ECDH-ES+A256KW', 'A128KW', 'A256KW', 'dir']
const ENCS = { A128GCM: 16, A256GCM: 32, 'A128CBC-HS256': 32, 'A256CBC-HS512': 64 }
const all = { alg: ALGS, enc: Object.keys(ENCS) }

const encrypted = (alg, enc, key, more = {}, plaintext = 'inside') =>
  new reference.CompactEncrypt(utf8(plaintext)).setProtectedHeader({ alg, enc, ...more }).encrypt(key)

/** The key to encrypt with, and the JWK to decrypt with, of every kind that an algorithm takes. */
function receivers(alg, enc) {
  if (alg.startsWith('RSA')) return [[rsa.publicKey, rsa.privateJwk]]
  if (alg.startsWith('ECDH'))
    return [...Object.values(curves), x25519].map((pair) => [pair.publicKey, pair.privateJwk])
  const secret = randomBytes(alg === 'dir' ? ENCS[enc] : Number(alg.slice(1, 4)) / 8)
  return [[secret, { kty: 'oct', k: base64url(secret) }]]
}

for (const alg of ALGS) {
  for (const enc of Object.keys(ENCS)) {
    test(`JOSE-26: what another library encrypts with ${alg} and ${enc} is opened`, async () => {
      for (const [key, jwk] of receivers(alg, enc)) {
        const party = alg.startsWith('ECDH') ? { apu: 'QWxpY2U', apv: 'Qm9i' } : {}
        for (const plaintext of ['inside', '', 'x'.repeat(1000)]) {
          const token = await encrypted(alg, enc, key, { cty: 'JWT', ...party }, plaintext)
          const opened = await decryptJwe(token, jwk, { alg, enc })
          assert.equal(textOf(opened.plaintext), plaintext)
          assert.equal(opened.header.cty, 'JWT')
          for (const object of [opened.header, opened.header.epk ?? {}]) {
            assert.equal(Object.getPrototypeOf(object), Object.prototype)
          }
          const other = { alg: ALGS.filter((name) => name !== alg), enc: Object.keys(ENCS) }
          await assert.rejects(decryptJwe(token, jwk, other), code('OIDC_ALG_FORBIDDEN'))
        }
      }
    })
  }
}

test('JOSE-05: an encrypted token with one changed character is not decrypted', async () => {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.='
  for (const [alg, enc] of [['A128KW', 'A128CBC-HS256'], ['ECDH-ES', 'A256GCM'], ['RSA-OAEP', 'A128GCM']]) {
    const [[key, jwk]] = receivers(alg, enc)
    const token = await encrypted(alg, enc, key)
    for (let place = 0; place < token.length; place += alg.startsWith('RSA') ? 9 : 1) {
      const near = letters.indexOf(token[place])
      for (const other of [letters[(near ^ 1) % 66], '', token[place].repeat(2)]) {
        if (other === token[place]) continue
        const changed = token.slice(0, place) + other + token.slice(place + 1)
        await assert.rejects(decryptJwe(changed, jwk, { alg, enc }), `${changed} at ${place}`)
      }
    }
  }
})

test('JOSE-26: every failure to decrypt has the same code', async () => {
  const [[key, jwk]] = receivers('RSA-OAEP', 'A128CBC-HS256')
  const token = await encrypted('RSA-OAEP', 'A128CBC-HS256', key)
  const parts = token.split('.')
  const changed = (place, byte, bit = 1) => {
    const bytes = Buffer.from(parts[place], 'base64url')
    bytes[byte < 0 ? bytes.length + byte : byte] ^= bit
    return parts.with(place, base64url(bytes)).join('.')
  }
  const longer = parts.with(1, base64url(Buffer.concat([Buffer.from(parts[1], 'base64url'), Buffer.of(0)])))
  const cases = [changed(1, 0, 0x80), changed(1, 9), changed(2, 0), changed(3, -1), changed(4, 0), longer.join('.')]
  for (const bad of [...cases, parts.with(3, '').join('.'), parts.with(4, parts[4].slice(2)).join('.')]) {
    await assert.rejects(decryptJwe(bad, jwk, all), code('OIDC_DECRYPT_FAILED'))
  }
  const stranger = pairOf('rsa', { modulusLength: 2048 })
  await assert.rejects(decryptJwe(token, stranger.privateJwk, all), code('OIDC_DECRYPT_FAILED'))
  await assert.rejects(decryptJwe(token, curves['P-256'].privateJwk, all), code('OIDC_DECRYPT_FAILED'))
  // The private half is missing: the right key, but useless.
  await assert.rejects(decryptJwe(token, rsa.jwk, all), code('OIDC_DECRYPT_FAILED'))
})

test('JOSE-24: of several decryption keys, the right one is found', async () => {
  const [old, next] = [pairOf('rsa', { modulusLength: 2048 }), rsa].map((pair) => pair.privateJwk)
  const token = await encrypted('RSA-OAEP-256', 'A256GCM', rsa.publicKey)
  for (const keys of [[old, next], { keys: [next, old] }, [{ kty: 'oct' }, null, 'x', next]]) {
    assert.equal(textOf((await decryptJwe(token, keys, all)).plaintext), 'inside')
  }
  const named = await encrypted('RSA-OAEP-256', 'A256GCM', rsa.publicKey, { kid: 'a' })
  const keys = [{ ...old, kid: 'a' }, { ...next, kid: 'b' }]
  await assert.rejects(decryptJwe(named, keys, all), code('OIDC_DECRYPT_FAILED'))
})

test('JOSE-12: a key for signing never decrypts, and other members of a key are ignored', async () => {
  const token = await encrypted('RSA-OAEP', 'A128GCM', rsa.publicKey)
  const key = rsa.privateJwk
  for (const more of [{ use: 'sig' }, { key_ops: ['sign'] }, { alg: 'RSA-OAEP-256' }, { alg: 'RS256' }]) {
    await assert.rejects(decryptJwe(token, { ...key, ...more }, all), code('OIDC_DECRYPT_FAILED'))
  }
  for (const more of [{ use: 'enc' }, { key_ops: ['decrypt', 'unwrapKey'] }, { alg: 'RSA-OAEP' }, { ext: false }]) {
    assert.equal(textOf((await decryptJwe(token, { ...key, ...more }, all)).plaintext), 'inside')
  }
})

test('JOSE-27 and JOSE-28: no key is derived from a password, and nothing is decompressed', async (t) => {
  const { mock } = t.mock.method(crypto.subtle, 'deriveBits')
  const token = await new reference.CompactEncrypt(utf8('x'))
    .setProtectedHeader({ alg: 'PBES2-HS256+A128KW', enc: 'A128GCM' })
    .encrypt(utf8('password'))
  const calls = mock.callCount()
  const options = { alg: [...ALGS, 'PBES2-HS256+A128KW'], enc: all.enc }
  await assert.rejects(decryptJwe(token, { kty: 'oct', k: base64url('password') }, options), code('OIDC_ALG_FORBIDDEN'))
  assert.equal(mock.callCount(), calls)
  const zipped = vectors('rfc/jose-cookbook/jwe/5_9.compressed_content')
  const { key } = zipped.input
  await assert.rejects(decryptJwe(zipped.output.compact, key, all), code('OIDC_CRIT_UNSUPPORTED'))
})

test('the core receives no private member of a key', async (t) => {
  const { mock } = t.mock.method(TextEncoder.prototype, 'encodeInto')
  const encode = t.mock.method(TextEncoder.prototype, 'encode')
  const token = await encrypted('RSA-OAEP', 'A128GCM', rsa.publicKey)
  await decryptJwe(token, rsa.privateJwk, all)
  const texts = [...mock.calls, ...encode.mock.calls].map((call) => String(call.arguments[0]))
  assert.ok(texts.some((text) => text.includes(rsa.jwk.n)))
  for (const name of ['d', 'p', 'q', 'dp', 'dq', 'qi'])
    assert.ok(!texts.some((text) => text.includes(rsa.privateJwk[name])), name)
})

test("JOSE-26: Wycheproof's encrypted tokens are decrypted or refused as expected", async (t) => {
  const counts = { opened: 0, shut: 0, unsupported: 0 }
  for (const name of ['json_web_encryption', 'json_web_crypto']) {
    for (const group of vectors(`wycheproof/${name}_test`).testGroups) {
      for (const { tcId, jwe, pt, result, comment } of group.tests) {
        if (jwe === undefined) continue
        const opened = await decryptJwe(jwe, group.private, all).catch((error) => {
          assert.match(error.code, /^OIDC_(DECRYPT_FAILED|TOKEN_MALFORMED|ALG_FORBIDDEN|CRIT_UNSUPPORTED)$/)
          return error
        })
        if (opened instanceof Error) {
          const isUnsupported = /ALG_FORBIDDEN|CRIT_UNSUPPORTED/.test(opened.code)
          assert.ok(result === 'invalid' || isUnsupported, `${name} ${tcId} ${comment}`)
          counts[result === 'invalid' ? 'shut' : 'unsupported'] += 1
        } else {
          assert.equal(result, 'valid', `${name} ${tcId} ${comment}`)
          if (pt !== undefined) assert.equal(Buffer.from(opened.plaintext).toString('hex'), pt)
          counts.opened += 1
        }
      }
    }
  }
  t.diagnostic(`${JSON.stringify(counts)}, 0 wrong`)
  assert.deepEqual(counts, { opened: 39, shut: 106, unsupported: 28 })
})

test("JOSE-26: the nested token of the JOSE cookbook is decrypted and then verified", async () => {
  const { sign: inner, encrypt: outer } = vectors('rfc/jose-cookbook/6.nesting_signatures_and_encryption')
  const { plaintext } = await decryptJwe(outer.output.compact, outer.input.key, all)
  const { payload } = await verifyJws(textOf(plaintext), inner.input.key, { algorithms: ['PS256'] })
  assert.equal(textOf(payload), inner.input.payload)
  const algorithms = ['PS256']
  await assert.rejects(
    verifyJws(outer.output.compact, inner.input.key, { algorithms }),
    code('OIDC_TOKEN_ENCRYPTED'),
  )
})

test('a thumbprint is the one that another library makes', async () => {
  for (const { jwk, privateJwk } of [rsa, ed25519, ...Object.values(curves)]) {
    const right = await reference.calculateJwkThumbprint(jwk)
    assert.equal(await thumbprint(jwk), right)
    assert.equal(await thumbprint({ ...privateJwk, kid: 'x', use: 'enc' }), right)
  }
})

test('A1: Object.prototype shortens no tag of an encrypted token, and gives no key', async (t) => {
  const key = { kty: 'oct', k: Buffer.alloc(32, 7).toString('base64url') }
  const token = await new reference.CompactEncrypt(utf8('x'))
    .setProtectedHeader({ alg: 'dir', enc: 'A256GCM' })
    .encrypt(Buffer.alloc(32, 7))
  const options = { alg: 'dir', enc: 'A256GCM' }
  const { plaintext } = await withProperties({ tagLength: 32 }, () => decryptJwe(token, key, options))
  assert.equal(textOf(plaintext), 'x')
  await assert.rejects(withProperties({ k: key.k }, () => decryptJwe(token, { kty: 'oct' }, options)), code('OIDC_DECRYPT_FAILED'))
  await assert.rejects(withProperties({ keys: [key] }, () => decryptJwe(token, { kty: 'oct', k: 'AAAA' }, options)))
})
