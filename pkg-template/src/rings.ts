/** The keys of a verifier's issuers, as texts, and how they are had. */

import type { Core, KeysEnd, Said } from './edge-core.js'
import type { Failure, Step } from './core.js'
import { drive, type Host, type Shelf, type Turn } from './drive.js'
import { errorOf } from './error.js'
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
}

/** What a search needs. */
export interface Searcher {
  readonly core: Instances
  readonly settings: VerifierConfig
  /** The JSON text of the settings. */
  readonly text: string
  now(): number
}

/** How long one waits for another's search, in milliseconds, before one begins one's own. */
const PATIENCE = 2000
/** A search that is older was abandoned with its request. */
const ABANDONED = 15_000
/** How often one looks, in milliseconds. */
const GLANCE = 20
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
  for (const began = Date.now(); !drop && ring.searching && Date.now() - began < PATIENCE; ) {
    if (Date.now() - ring.searching > ABANDONED) break
    await new Promise((over) => setTimeout(over, GLANCE))
    if (ring.text !== text) return
  }
  ring.searching = Date.now()
  try {
    const end = await run(searcher, issuer, ring.text, token, drop)
    ring.text = end.ring
    if (end.failure) throw errorOf(end.failure)
  } finally {
    ring.searching = 0
  }
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

/** The cache as a shelf. What it cannot do is as if there were none. */
function shelfOf({ keys, keyGrace = 3600 }: VerifierConfig): Shelf {
  const nothing = () => undefined
  return {
    load: async (key) => keys?.get(key).catch(nothing),
    save: async (key, text) =>
      keys?.put(key, text, KEPT + keyGrace).then(
        () => true,
        () => false,
      ) ?? false,
    take: nothing,
    list: () => [],
    drop() {},
  }
}

/** What `loadKeys` says when it knows the handle. */
export type Loaded = Extract<Said['loadKeys'], { was: 'loaded' }>
