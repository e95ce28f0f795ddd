/** The keys of a verifier's issuers, as texts, and how they are had. */

import type { Core, KeysEnd, Said } from '../core/edge.js'
import type { Answer, Failure, Step, Wish } from '../core/page.js'
import type { KeyCache } from '../adapters/ports.js'
import { inputsOf } from '../core/drive.js'
import { errorOf, OidcError } from '../shared/error.js'
import { within } from '../shared/abort.js'
import { send } from '../host/http.js'
import type { Instances } from '../core/load.js'
import type { VerifierConfig } from './types.js'

/** The keys of one issuer. */
export interface Ring {
  /** Its text; empty before the first search. */
  text: string
  /** Until when nobody needs to be asked, in seconds since 1970. */
  fresh: number
  /** When a search began, in milliseconds of this isolate's clock; 0 while there is none. */
  searching: number
  /** Whether another search for the token of the last one would find no more. */
  last: boolean
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
  /** Hears hints for the developer. */
  readonly log: ((hint: string) => void) | undefined
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
 * one request cannot be waited for by another. Resolves to whether another search would find no
 * more; rejects when there are no keys to use.
 */
export async function search(
  searcher: Searcher,
  rings: readonly Ring[],
  issuer: number,
  token = '',
  drop = '',
): Promise<boolean> {
  const ring = rings[issuer]!
  const { text } = ring
  const began = Date.now()
  while (!drop && ring.searching && Date.now() - ring.searching < PATIENCE) {
    const isLate = Date.now() - began > (ring.count ? PATIENCE : MOST_PATIENCE)
    // Whoever looks for one key more does without it.
    if (isLate && ring.count) return true
    if (isLate) throw new OidcError('OIDC_KEYS_UNAVAILABLE')
    await new Promise((over) => setTimeout(over, GLANCE))
    if (ring.text !== text || ring.failure) return settle(ring)
  }
  const mine = (ring.searching = Date.now())
  ring.failure = undefined
  try {
    const end = await run(searcher, issuer, text, token, drop)
    // What was dropped in the meantime stays dropped: the next search brings what this one found.
    if (ring.text !== text && !drop) return true
    ring.text = end.ring
    ring.last = end.last
    ring.failure = end.failure
    const { settings, now } = searcher
    ring.fresh = Math.max(Math.min(end.fresh, settings.keys ? now() + LOOK : Infinity), now() + PAUSE)
    return settle(ring)
  } finally {
    if (ring.searching === mine) ring.searching = 0
  }
}

/** What the last search says to whoever waited for it. */
function settle({ last, failure }: Ring): boolean {
  if (failure) throw errorOf(failure)
  return last
}

async function run(
  { core, settings, text, log, now }: Searcher,
  issuer: number,
  held: string,
  token: string,
  drop: string,
): Promise<KeysEnd> {
  const instance = await core.get()
  const call = (name: keyof Core, ...inputs: unknown[]) =>
    core.call(instance, name, [text, ...inputs]) as Step<KeysEnd>
  let step = call('beginKeys', issuer, held, token, drop)
  for (;;) {
    for (const failure of step.notices) {
      // A `log` that throws is the app's failure, not that of the search.
      if (log) queueMicrotask(() => log(errorOf(failure).message))
    }
    // One at a time, also when this is the end: then the ring is kept.
    const [wish] = step.wishes
    const answer = wish && (await grant(settings, wish))
    if (step.end) return step.end
    if (!wish || !answer) throw new OidcError('OIDC_INTERNAL', 'keys')
    step = call('resume', step.flow, wish.id, ...inputsOf(answer), now())
  }
}

async function grant({ keys, keyGrace = 3600, fetch }: VerifierConfig, wish: Wish): Promise<Answer | undefined> {
  // What a cache cannot do, and what it does too late, is as if there were none.
  const soon = <T>(work: (cache: KeyCache) => Promise<T>) =>
    keys && within(CACHE_PATIENCE, (async () => work(keys))().catch(() => undefined), undefined)
  switch (wish.want) {
    case 'send':
      return send(fetch ?? globalThis.fetch.bind(globalThis), wish, new AbortController().signal)
    case 'wait':
      await new Promise((over) => setTimeout(over, wish.ms))
      return ['done']
    case 'load': {
      const text = await soon((cache) => cache.get(wish.key))
      return text === undefined ? ['nothing'] : ['text', text]
    }
    case 'save':
      await soon((cache) => cache.put(wish.key, wish.text, KEPT + keyGrace))
      return ['done']
    default:
      return undefined
  }
}

/** What `loadKeys` says when it knows the handle. */
export type Loaded = Extract<Said['loadKeys'], { was: 'loaded' }>
