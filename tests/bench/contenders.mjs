// The contenders: each verifies a list of tokens, one after the other. Runs in every runtime.
import { createVerifier } from 'countersign/edge'
import { createLocalJWKSet, jwtVerify } from 'jose'
import { createVerifier as fastVerifier } from 'fast-jwt'
import { JwtVerifier } from 'aws-jwt-verify'

const issuer = 'https://id.example.com'
const audience = 'https://api.example.com'

/** Makes the contenders for one algorithm: a name and an asynchronous function of tokens each. */
export async function makeContenders({ alg, jwk, pem, tokens }) {
  const all = {}
  for (const [name, make] of Object.entries(MAKERS)) {
    try {
      all[name] = await make({ alg, jwk, pem, jwks: { keys: [jwk] } })
      await all[name](tokens.slice(0, 1))
    } catch (error) {
      // A library that does not run in this runtime is not timed there.
      all[name] = { missing: String(error?.message ?? error) }
    }
  }
  return all
}

const MAKERS = {
  'countersign verify': async ({ jwks }) => {
    const verifier = createVerifier({ issuer, audience, jwks })
    await verifier.ready()
    return async (tokens) => {
      for (const token of tokens) await verifier.verify(token)
    }
  },
  'countersign verifySync': async ({ jwks }) => {
    // Verifiers that say the same share what they have seen: this one says something else.
    const verifier = createVerifier({ issuer, audience, jwks, clockTolerance: 31 })
    await verifier.ready()
    return async (tokens) => {
      for (const token of tokens) verifier.verifySync(token)
    }
  },
  'jose': async ({ alg, jwks }) => {
    const keys = createLocalJWKSet(jwks)
    const expected = { issuer, audience, algorithms: [alg], typ: 'at+jwt', requiredClaims: ['exp'] }
    return async (tokens) => {
      for (const token of tokens) await jwtVerify(token, keys, expected)
    }
  },
  'fast-jwt': fast(false),
  'fast-jwt, cache': fast(1000),
  'aws-jwt-verify': async ({ jwks }) => {
    const verifier = JwtVerifier.create({ issuer, audience, jwksUri: `${issuer}/jwks` })
    verifier.cacheJwks(jwks)
    return async (tokens) => {
      for (const token of tokens) verifier.verifySync(token)
    }
  },
  'bare node:crypto': async ({ alg, jwk }) => {
    const crypto = process.getBuiltinModule('node:crypto')
    const options = { key: crypto.createPublicKey({ key: jwk, format: 'jwk' }) }
    if (alg === 'ES256') options.dsaEncoding = 'ieee-p1363'
    const hash = alg === 'EdDSA' ? null : 'sha256'
    return async (tokens) => {
      for (const { input, signature } of parts(tokens)) {
        if (!crypto.verify(hash, input, options, signature)) throw new Error('not verified')
      }
    }
  },
  'bare subtle': async ({ alg, jwk }) => {
    const params = SUBTLE[alg]
    const { kty, crv, x, y, n, e } = jwk
    const key = await crypto.subtle.importKey('jwk', { kty, crv, x, y, n, e }, params, false, ['verify'])
    return async (tokens) => {
      for (const { input, signature } of parts(tokens)) {
        if (!(await crypto.subtle.verify(params, key, signature, input))) throw new Error('not verified')
      }
    }
  },
}

const SUBTLE = {
  RS256: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' },
  ES256: { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' },
  EdDSA: { name: 'Ed25519' },
}

function fast(cache) {
  return async ({ alg, pem }) => {
    const options = { key: pem, algorithms: [alg], allowedIss: issuer, allowedAud: audience, cache }
    const verify = fastVerifier({ ...options, requiredClaims: ['exp'] })
    return async (tokens) => {
      for (const token of tokens) verify(token)
    }
  }
}

/** The bytes of tokens. They are read once per list: the check alone is timed. */
const read = new WeakMap()
function parts(tokens) {
  if (!read.has(tokens)) {
    read.set(tokens, tokens.map((token) => {
      const [head, body, signature] = token.split('.')
      return { input: new TextEncoder().encode(`${head}.${body}`), signature: bytesOf(signature) }
    }))
  }
  return read.get(tokens)
}

/** Reads the bytes of a list beforehand. */
export const prepare = (name, tokens) => void (name.startsWith('bare') && parts(tokens))

function bytesOf(base64url) {
  const binary = atob(base64url.replaceAll('-', '+').replaceAll('_', '/'))
  return Uint8Array.from(binary, (letter) => letter.charCodeAt(0))
}
