// Makes tokens.json anew: one token for every pair of algorithms, and for every curve, encrypted by
// npm `jose`. Run from `tests`: node vectors/jwe/make.mjs
import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { CompactEncrypt } from 'jose'
import { generateKeyPairSync } from '../../support/keys.mjs'

const lengths = { A128GCM: 16, A256GCM: 32, 'A128CBC-HS256': 32, 'A256CBC-HS512': 64 }
const agreements = ['ECDH-ES', 'ECDH-ES+A128KW', 'ECDH-ES+A256KW']
const pair = (...inputs) => {
  const { publicKey, privateKey } = generateKeyPairSync(...inputs)
  return { publicKey, jwk: privateKey.export({ format: 'jwk' }) }
}
const secret = (length) => {
  const bytes = randomBytes(length)
  return { publicKey: bytes, jwk: { kty: 'oct', k: bytes.toString('base64url') } }
}
const rsa = pair('rsa', { modulusLength: 2048 })
const curves = ['P-256', 'P-384', 'P-521'].map((namedCurve) => pair('ec', { namedCurve }))
const curve = [...curves, pair('x25519')]

const keys = []
const tokens = []

/** The place of a key in the list: it is written there once. */
const place = ({ jwk }) => {
  if (!keys.includes(jwk)) keys.push(jwk)
  return keys.indexOf(jwk)
}

async function add(alg, enc, key) {
  const header = { alg, enc, ...(alg.startsWith('ECDH') && { apu: 'QWxpY2U', apv: 'Qm9i' }) }
  const text = new TextEncoder().encode(`${alg} ${enc} ${key.jwk.crv ?? key.jwk.kty}`)
  const token = await new CompactEncrypt(text).setProtectedHeader(header).encrypt(key.publicKey)
  tokens.push({ key: place(key), plaintext: new TextDecoder().decode(text), token })
}

for (const enc of Object.keys(lengths)) {
  for (const alg of ['RSA-OAEP', 'RSA-OAEP-256']) await add(alg, enc, rsa)
  for (const alg of agreements) for (const key of curve) await add(alg, enc, key)
  await add('A128KW', enc, secret(16))
  await add('A256KW', enc, secret(32))
  await add('dir', enc, secret(lengths[enc]))
}
const lines = (list) => list.map((one) => `    ${JSON.stringify(one)}`).join(',\n')
const text = `{\n  "keys": [\n${lines(keys)}\n  ],\n  "tokens": [\n${lines(tokens)}\n  ]\n}\n`
writeFileSync(new URL('tokens.json', import.meta.url), text)
