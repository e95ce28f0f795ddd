/** Signatures judged by `node:crypto`: native, and at once. Node, Deno, Bun, Workers with it. */

import type { Backend, PublicJwk } from '../backend.js'

/** What is used of `node:crypto`. */
interface NodeCrypto {
  createPublicKey(input: { key: object; format: 'jwk' }): object
  verify(hash: string | null, input: Uint8Array, key: object, signature: Uint8Array): boolean
  constants: { RSA_PKCS1_PSS_PADDING: number }
}

interface WithBuiltins {
  process?: { getBuiltinModule?(name: string): NodeCrypto | undefined }
}

const everywhere = ['RS', 'PS', 'ES'].flatMap((kind) => [256, 384, 512].map((size) => kind + size))
everywhere.push('EdDSA', 'Ed25519')

/** What OpenSSL has and BoringSSL has not: each with a key by which a runtime shows that it has it. */
const somewhere: Record<string, PublicJwk> = {
  ES256K: {
    kty: 'EC',
    crv: 'secp256k1',
    x: 'eb5mfvncu6xVoGKVzocLBwKb_NstzijZWfKBWxb4F5g',
    y: 'SDradyajxGVdpPv8DhEIqP0XtEimhVQZnEfQj_sQ1Lg',
  },
  Ed448: {
    kty: 'OKP',
    crv: 'Ed448',
    x: 'X9dEm1m0Yf0s54fsYWrUah2hNCSFpw4fig6nXYDpZ3jt8SR2m0bHBhvWeD3x5Q9s0foavq_oJWGA',
  },
}

/** The backend, where the runtime has `node:crypto`. */
export function nodeBackend(): Backend | undefined {
  const crypto = (globalThis as WithBuiltins).process?.getBuiltinModule?.('node:crypto')
  if (!crypto?.createPublicKey || !crypto.verify) return
  const has = (key: PublicJwk) => attempt(() => crypto.createPublicKey({ key, format: 'jwk' }))
  const more = Object.keys(somewhere).filter((alg) => has(somewhere[alg]!))
  const keys = new WeakMap<PublicJwk, Map<string, object>>()

  function keyOf(alg: string, members: PublicJwk): object {
    let found = keys.get(members)
    if (!found) keys.set(members, (found = new Map()))
    let key = found.get(alg)
    if (!key) {
      key = paramsOf(alg, crypto!.createPublicKey({ key: members, format: 'jwk' }), crypto!)
      found.set(alg, key)
    }
    return key
  }

  return {
    algorithms: [...everywhere, ...more],
    async load() {},
    verify(alg, members, input, signature) {
      const hash = alg.startsWith('Ed') ? null : `sha${alg.slice(2, 5)}`
      return crypto.verify(hash, input, keyOf(alg, members), signature)
    },
  }
}

/** RFC 7518 3.1 in the words of `node:crypto`. */
function paramsOf(alg: string, key: object, crypto: NodeCrypto): object {
  if (alg.startsWith('PS')) {
    const padding = crypto.constants.RSA_PKCS1_PSS_PADDING
    return { key, padding, saltLength: Number(alg.slice(2)) / 8 }
  }
  return alg.startsWith('ES') ? { key, dsaEncoding: 'ieee-p1363' } : key
}

function attempt<T>(act: () => T): T | undefined {
  try {
    return act()
  } catch {
    return undefined
  }
}
