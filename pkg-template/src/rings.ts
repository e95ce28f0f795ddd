/** The keys of a verifier's issuers, as texts, and how they are had. */

import type { Core, KeysEnd, Said } from './edge-core.js'
import type { Failure, Step } from './core.js'
import { drive, type Host, type Shelf, type Turn } from './drive.js'
import { errorOf, OidcError } from './error.js'
import { within } from './abort.js'
import { send } from './host/web.js'
import type { Instances } from './load.js'
import type { VerifierConfig } from './verifier-types.js'

/** The keys of one issuer. */
export interface Ring {
  /** Its text; empty before the first search. */
  text: string
  /** Until when nobody needs to be asked, in seconds since 1970. */
  fresh: number
  /** When a search began, in milliseconds of this isolate's clock; 0 while there is none. */
  searching: number
  /** Why the last search found no keys to use. */
  failure?: Failure | undefined
  /** How many keys the instance was given. */
  count: number
}

/** What a search needs. */
export interface Searcher {
  readonly core: Instances
  readonly settings: VerifierConfig
  /** The JSON text of the settings. */
  readonly text: string
  now(): number
}

/**
 * How long one waits for another's search, in milliseconds. Then one of those who wait begins its
 * own, for which the others wait anew: however many ask, an issuer is asked once in that time.
 */
const PATIENCE = 2000
/** How long one waits at all, in milliseconds. */
const MOST_PATIENCE = 10_000
/** How long a cache may take, in milliseconds: then it is as if there were none. */
const CACHE_PATIENCE = 1000
/** How often one looks, in milliseconds. */
const GLANCE = 20
/** How often what other isolates dropped is looked up in a cache that is shared, in seconds. */
const LOOK = 30
/** How soon one looks again at all, in seconds. */
const PAUSE = 5
/** How long texts are kept beyond the grace of a key, in seconds. */
const KEPT = 24 * 60 * 60

/**
 * Looks for an issuer's keys: in the cache, then at the issuer; what there is to decide is the
 * core's. One search at a time: others wait for it, each on a timer of its own, since a promise of
 * one request cannot be waited for by another. Rejects when there are no keys to use.
 */
export async function search(
  searcher: Searcher,
  rings: readonly Ring[],
  issuer: number,
  token = '',
  drop = '',
): Promise<void> {
  const ring = rings[issuer]!
  const { text } = ring
  const began = Date.now()
  while (!drop && ring.searching && Date.now() - ring.searching < PATIENCE) {
    const isLate = Date.now() - began > (ring.count ? PATIENCE : MOST_PATIENCE)
    // Whoever looks for one key more does without it.
    if (isLate && ring.count) return
    if (isLate) throw new OidcError('OIDC_KEYS_UNAVAILABLE')
    await new Promise((over) => setTimeout(over, GLANCE))
    if (ring.text !== text || ring.failure) return settle(ring)
  }
  const mine = (ring.searching = Date.now())
  ring.failure = undefined
  try {
    const end = await run(searcher, issuer, text, token, drop)
    // What was dropped in the meantime stays dropped: the next search brings what this one found.
    if (ring.text !== text && !drop) return
    ring.text = end.ring
    ring.failure = end.failure
    const { settings, now } = searcher
    ring.fresh = Math.max(Math.min(end.fresh, settings.keys ? now() + LOOK : Infinity), now() + PAUSE)
    settle(ring)
  } finally {
    if (ring.searching === mine) ring.searching = 0
  }
}

/** Throws what the last search failed with. */
function settle({ failure }: Ring): void {
  if (failure) throw errorOf(failure)
}

async function run(
  { core, settings, text, now }: Searcher,
  issuer: number,
  held: string,
  token: string,
  drop: string,
): Promise<KeysEnd> {
  const instance = await core.get()
  const turn: Turn = async (name, ...inputs) => core.call(instance, name, inputs)
  const inputs: Parameters<Core['beginKeys']> = [text, issuer, held, token, drop]
  const begun = (async () => core.call(instance, 'beginKeys', inputs))()
  const notice = (failure: Failure) => settings.log?.(errorOf(failure).message)
  const host: Host = {
    send: (request, stop) => send(settings.fetch ?? globalThis.fetch.bind(globalThis), request, stop),
    verify: async () => undefined as never,
    shelves: { keys: shelfOf(settings) },
    rewrite() {},
    leave() {},
    now,
  }
  const stop = new AbortController().signal
  return drive(turn, text, begun as Promise<Step<KeysEnd>>, host, { notice }, stop)
}

/** The cache as a shelf. What it cannot do, and what it does too late, is as if there were none. */
function shelfOf({ keys, keyGrace = 3600 }: VerifierConfig): Shelf {
  const nothing = () => undefined
  const soon = <T>(work: () => Promise<T>) =>
    within(CACHE_PATIENCE, (async () => work())().catch(nothing), undefined)
  return {
    load: async (key) => keys && soon(() => keys.get(key)),
    save: async (key, text) => {
      if (keys) await soon(() => keys.put(key, text, KEPT + keyGrace))
      return true
    },
    take: nothing,
    list: () => [],
    drop() {},
  }
}

/** What `loadKeys` says when it knows the handle. */
export type Loaded = Extract<Said['loadKeys'], { was: 'loaded' }>
