/** Signatures judged and texts hashed by `node:crypto`: native, and at once. Node, Deno, Bun, Workers with it. */

import type { Backend, PublicJwk } from '../backend.js'

/** What is used of `node:crypto`. */
interface NodeCrypto {
  createHash(name: string, options?: object): { update(input: Uint8Array): { digest(): Uint8Array } }
  createPublicKey(input: { key: object; format: 'jwk' }): object
  verify(hash: string | null, input: Uint8Array, key: object, signature: Uint8Array): boolean
  constants: { RSA_PKCS1_PSS_PADDING: number }
}

interface WithBuiltins {
  process?: { getBuiltinModule?(name: string): NodeCrypto | undefined }
}

const everywhere = ['RS', 'PS', 'ES'].flatMap((kind) => [256, 384, 512].map((size) => kind + size))
everywhere.push('EdDSA', 'Ed25519')

/**
 * What OpenSSL has and others lack, each with a key and its signature over nothing, by which a
 * runtime shows that it has it. That of ES256K has a high `s`: RFC 8812 knows no other, Deno does.
 */
const somewhere: readonly [alg: string, key: PublicJwk, signature: string][] = [
  [
    'ES256K',
    {
      kty: 'EC',
      crv: 'secp256k1',
      x: 'BY9uyS8KYkc6R5y2rN-jsHrPZLyzCJAK3jd3yB3Lpow',
      y: 'imZAXC2PlpSeUTlp7iTJ08ppm_kfzsgfgw2OgOXHwcI',
    },
    'tNXs0yrCIhNwTgEWGKbxpzB8XY/yhv4aKIWC+HgBgn2wLqEZHcqWMrVxS5/afIwOVw+J91D09dYrL+0Ix1o5wg==',
  ],
  [
    'Ed448',
    {
      kty: 'OKP',
      crv: 'Ed448',
      x: 'tABByPIr6AVdUwEWSwBXucvlDBpesDyN2G2KZeOPEcD0Sf7mcZsk9s0VVYX6JVgDXgWdc5s6h2QA',
    },
    'bHFTilmJKquglM6NsOcp17uElH6z64niCfxJYA73aWYakdnWD1hUH6+dWEbtayvIuKvIKnHQ7faA4yPIafUN6h3FQR5V' +
      '1lQELUU2v2L69X/UGiTXNGvgXv0wvSlU697lfQYIe+zz6cINIz6p0TWeuTEA',
  ],
]

/** What workerd's `node:crypto` takes for forged, whoever signed it. */
const misjudged = ['PS256', 'PS384', 'PS512']

/** The runtime's own backend; SubtleCrypto judges what it leaves. */
export interface OwnBackend extends Backend {
  readonly leaves: readonly string[]
}

/** Those of them that this runtime has shown. */
let shown: readonly string[] | undefined

/** The backend, where the runtime has `node:crypto`. */
export function nodeBackend(): OwnBackend | undefined {
  // Next.js's edge runtime has a `process` that throws when it is used.
  const crypto = attempt(() =>
    (globalThis as WithBuiltins).process?.getBuiltinModule?.('node:crypto'),
  )
  if (!crypto?.createPublicKey || !crypto.verify) return
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

  const verify: Backend['verify'] = (alg, members, input, signature) => {
    const hash = alg.startsWith('Ed') ? null : `sha${alg.slice(2, 5)}`
    return crypto.verify(hash, input, keyOf(alg, members), signature)
  }

  const has = ([alg, key, signature]: (typeof somewhere)[number]) =>
    attempt(() => verify(alg, key, new Uint8Array(), bytesOf(signature)))
  shown ??= somewhere.filter(has).map(([alg]) => alg)
  const leaves = isWorkerd() ? misjudged : []
  const algorithms = [...everywhere, ...shown].filter((alg) => !leaves.includes(alg))
  const digest: Backend['digest'] = (hash, input) => {
    const isShake = hash === 'SHAKE256'
    return attempt(() => {
      const made = crypto.createHash(hash.replace('-', ''), isShake ? { outputLength: 114 } : {})
      return Uint8Array.from(made.update(input).digest())
    })
  }
  return { algorithms, leaves, async load() {}, verify, digest }
}

const bytesOf = (base64: string) => Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))

/** RFC 7518 3.1 in the words of `node:crypto`. */
function paramsOf(alg: string, key: object, crypto: NodeCrypto): object {
  if (alg.startsWith('PS')) {
    const padding = crypto.constants.RSA_PKCS1_PSS_PADDING
    return { key, padding, saltLength: Number(alg.slice(2)) / 8 }
  }
  if (!alg.startsWith('ES')) return key
  const dsaEncoding = 'ieee-p1363'
  // workerd throws at a key among parameters, and reads them off the key itself.
  return isWorkerd() ? Object.assign(key, { dsaEncoding }) : { key, dsaEncoding }
}

const isWorkerd = () => globalThis.navigator?.userAgent === 'Cloudflare-Workers'

function attempt<T>(act: () => T): T | undefined {
  try {
    return act()
  } catch {
    return undefined
  }
}
