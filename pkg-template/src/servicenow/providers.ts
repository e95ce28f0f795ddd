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
import type { AnyUser } from './types.js'

/** How long a failure to read metadata is remembered, in milliseconds: not every request asks the provider. */
const RETRY_DELAY_MS = 5000
/** How long an issuer counts as fresh, in milliseconds: a provider may move, and a server runs for months. */
const ISSUER_FRESH_MS = 60 * 60 * 1000

/** How metadata is requested. The core has the same limits for a verifier's metadata. */
const METADATA_REQUEST = { method: 'GET', headers: [], maxBytes: 256 * 1024, timeoutMs: 10_000 } satisfies Partial<Send>

/** How long a request waits for the read of another one. Then one of those that wait reads the metadata itself. */
const READ_TIMEOUT_MS = 2000
/** How often a request checks whether the read of another one has ended. */
const POLL_INTERVAL_MS = 20

/** The state of the metadata of an entity. */
interface Read {
  /** The issuer; `null` if the metadata could not be read. */
  issuer: string | null
  /** Until when the issuer is fresh, in milliseconds since 1970; 0 before the first read ends. */
  until: number
  /** When the running read started, in milliseconds since 1970; 0 if none is running. */
  started: number
  /** How many reads have ended, and why the last one failed. */
  ended: number
  failure?: unknown
}

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
  { settings, entities, forCore }: OpenedConfig<AnyUser>,
): Providers {
  const { keys, backend, now, log, scripts } = settings
  const known = new Map<number, Read>()
  const verifiers = new Map<string, Verifier>()

  function fetchOf(place: number): typeof globalThis.fetch | undefined {
    const name = entities[place]!.oauthApiScript
    const script = name ? scripts?.[name] : undefined
    return script ? scriptedFetch(settings.fetch ?? globalThis.fetch.bind(globalThis), script) : settings.fetch
  }

  function readOf(place: number): Read {
    const read = known.get(place) ?? { issuer: null, until: 0, started: 0, ended: 0 }
    known.set(place, read)
    return read
  }

  /** Reads the metadata of an entity. Resolves to its issuer. */
  async function readIssuer(place: number): Promise<string> {
    const request: Send = {
      ...METADATA_REQUEST, id: 0, kind: 'send', url: entities[place]!.metadataUrl, bypassCache: false,
    }
    const [kind, , bytes, status = 0] = await send(fetchOf(place) ?? globalThis.fetch.bind(globalThis), request)
    const body = bytes ? new TextDecoder().decode(bytes) : ''
    const question = { config: forCore, entity: place, issuers: providers.issuers, kind, status, body }
    return (await decide<{ issuer: string }>('servicenow-issuer', question)).issuer
  }

  const providers: Providers = {
    get issuers() {
      const fresh = [...known].filter(([, { until }]) => Date.now() < until)
      return Object.fromEntries(fresh.map(([place, { issuer }]) => [place, issuer]))
    },
    async learn(place) {
      const read = readOf(place)
      const { ended } = read
      // One read runs at a time: a token without a signature is enough to ask for it. Other requests poll for its end, because
      // a Workers runtime lets no request wait for the promise of another.
      while (Date.now() - read.started < READ_TIMEOUT_MS) {
        await new Promise((resolve) => setTimeout(resolve, POLL_INTERVAL_MS))
        if (read.ended === ended) continue
        if (read.failure) throw read.failure
        return
      }
      const started = (read.started = Date.now())
      try {
        read.issuer = await readIssuer(place)
        read.until = Date.now() + ISSUER_FRESH_MS
        read.failure = undefined
      } catch (error) {
        // An issuer that was known stays.
        read.until = Date.now() + RETRY_DELAY_MS
        read.failure = error
        if (OidcError.is(error)) void callLog(log, error.message)
        throw error
      } finally {
        read.ended += 1
        if (read.started === started) read.started = 0
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
