/** The keys that clients' tokens are bound to (DPoP, RFC 9449): no script can export their private halves. */

import type { Answer, Sign } from '../../core/page.js'
import { OidcError } from '../../shared/error.js'
import type { Call } from '../../core/load.js'
import { makePair } from './sealed-store.js'

/** Them. */
export interface ProofKeys {
  /** A core that is told the key of each client that has one, and signs for none but these. */
  tell(core: Call): Call
  /** Signs. */
  sign(wish: Sign): Promise<Answer>
}

/** Whether the tokens of a client with these settings are to be bound to a key of ours. */
export function isBound(config: string): boolean {
  try {
    return config.includes('"dpop":true') && JSON.parse(config).dpop === true
  } catch {
    return false
  }
}

/** A pair, its public half as a JWK; `kept`: another page will find it. */
interface Known {
  privateKey: CryptoKey
  jwk: PublicHalf & { kept: boolean }
}

type PublicHalf = Record<'kty' | 'crv' | 'x' | 'y', string>

/** Makes them; `kept` finds or makes the pair of a name, where pairs outlive the page or the worker. */
export function makeProofKeys(
  kept: (name: string) => Promise<CryptoKeyPair | undefined>,
): ProofKeys {
  const known = new Map<string, Promise<Known>>()
  const ready: Known[] = []

  async function find(name: string): Promise<Known> {
    if (!globalThis.crypto?.subtle) throw new OidcError('OIDC_INSECURE_CONTEXT', 'dpop')
    const lasting = await kept(name).catch(() => undefined)
    const { privateKey, publicKey } = lasting ?? (await makePair())
    const { kty, crv, x, y } = (await crypto.subtle.exportKey('jwk', publicKey)) as PublicHalf
    const one = { privateKey, jwk: { kty, crv, x, y, kept: !!lasting } }
    ready.push(one)
    return one
  }

  async function withKey(config: string): Promise<string> {
    // What else is wrong with them, the core says.
    if (!isBound(config)) return config
    const settings = JSON.parse(config)
    const { issuer, metadata, clientId, redirectUri } = settings
    const name = JSON.stringify([issuer ?? metadata?.issuer, clientId, redirectUri])
    let key = known.get(name)
    if (!key) {
      known.set(name, (key = find(name)))
      // Whoever asks later may have more luck.
      key.catch(() => known.delete(name))
    }
    return JSON.stringify({ ...settings, dpop: (await key).jwk })
  }

  return {
    tell: (core) =>
      (async (name: 'begin', config: string, ...inputs: [never, never, never, never]) =>
        core(name, await withKey(config), ...inputs)) as Call,
    async sign({ key, input }) {
      const { x } = Object.fromEntries(key)
      const one = ready.find(({ jwk }) => jwk.x === x)
      const bytes = new TextEncoder().encode(input)
      const how = { name: 'ECDSA', hash: 'SHA-256' }
      const signature = one && (await crypto.subtle.sign(how, one.privateKey, bytes))
      return ['signature', '', new Uint8Array(signature ?? [])]
    },
  }
}
