/** The providers of a gate's entities: the issuer of each, and a verifier for its tokens. */

import type { Send } from '../core/effects.js'
import type { SignatureChecks } from '../edge/signatures.js'
import type { Verifier, VerifierConfig } from '../edge/types.js'
import { makeVerifier } from '../edge/verifier.js'
import { send } from '../host/http.js'
import { OidcError } from '../shared/error.js'
import { callLog } from '../shared/log.js'
import type { Platform } from '../shared/platform.js'
import type { Decide } from '../systems/decide.js'
import type { OpenedConfig } from './config.js'
import { scriptedFetch } from './script.js'

/** How long a failure to read metadata is remembered, in milliseconds: not every request asks the provider. */
const RETRY_DELAY_MS = 5000
/** How long an issuer counts as fresh, in milliseconds: a provider may move, and a server runs for months. */
const ISSUER_FRESH_MS = 60 * 60 * 1000

/** How metadata is requested. The core has the same limits for a verifier's metadata. */
const METADATA_REQUEST = { method: 'GET', headers: [], maxBytes: 256 * 1024, timeoutMs: 10_000 } satisfies Partial<Send>

/** The providers of the entities, by the places of the entities. */
export interface Providers {
  /** The issuers that are fresh; `null` if there is none, and the metadata cannot be read at present. */
  readonly issuers: Record<number, string | null>
  /** Learns the issuer of an entity from its metadata. Rejects if that fails. */
  learn(place: number): Promise<void>
  /** The verifier of an entity. One verifier has one audience, one clock skew, and one `fetch`. */
  verifier(place: number, settings: VerifierConfig): Verifier
  /** Loads the metadata and keys of every active entity. Rejects if one of them cannot be read. */
  ready(): Promise<void>
}

/** Makes the providers of a gate. */
export function makeProviders(
  decide: Decide,
  signatures: SignatureChecks,
  platform: Platform,
  { settings, entities, forCore }: OpenedConfig<unknown>,
): Providers {
  const { keys, backend, now, log, scripts } = settings
  const known = new Map<number, { issuer: string | null; until: number }>()
  const verifiers = new Map<string, Verifier>()

  function fetchOf(place: number): typeof globalThis.fetch | undefined {
    const name = entities[place]!.oauthApiScript
    const script = name ? scripts?.[name] : undefined
    return script ? scriptedFetch(settings.fetch ?? globalThis.fetch.bind(globalThis), script) : settings.fetch
  }

  const providers: Providers = {
    get issuers() {
      const fresh = [...known].filter(([, { until }]) => Date.now() < until)
      return Object.fromEntries(fresh.map(([place, { issuer }]) => [place, issuer]))
    },
    async learn(place) {
      const request: Send = {
        ...METADATA_REQUEST, id: 0, kind: 'send', url: entities[place]!.metadataUrl, bypassCache: false,
      }
      const [kind, , body, status] = await send(fetchOf(place) ?? globalThis.fetch.bind(globalThis), request)
      const text = body ? new TextDecoder().decode(body) : ''
      try {
        const answer = await decide<{ issuer: string }>('servicenow-issuer', { kind, status: status ?? 0, body: text })
        known.set(place, { issuer: answer.issuer, until: Date.now() + ISSUER_FRESH_MS })
      } catch (error) {
        // An issuer that was known stays.
        known.set(place, { issuer: known.get(place)?.issuer ?? null, until: Date.now() + RETRY_DELAY_MS })
        if (OidcError.is(error)) void callLog(log, error.message)
        throw error
      }
    },
    verifier(place, verifierSettings) {
      const key = `${place} ${verifierSettings.issuer}`
      let verifier = verifiers.get(key)
      if (!verifier) {
        const given = { keys, backend, fetch: fetchOf(place), now, log }
        const present = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
        verifier = makeVerifier(signatures, platform, { ...verifierSettings, ...present })
        verifiers.set(key, verifier)
      }
      return verifier
    },
    async ready() {
      const all = entities.map(async ({ active, issuer }, place) => {
        if (!active) return
        if (!issuer && !providers.issuers[place]) await providers.learn(place)
        const question = { config: forCore, entity: place, issuer: providers.issuers[place] ?? '' }
        await providers.verifier(place, await decide<VerifierConfig>('servicenow-verifier', question)).ready()
      })
      await Promise.all(all)
    },
  }
  return providers
}
