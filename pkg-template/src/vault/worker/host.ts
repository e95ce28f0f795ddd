/** Who grants the wishes of a flow in the vault: the worker what it can, the page the rest. */

import type { Answer, Sign } from '../../core/page.js'
import { done, drive, now, type Host, type Shelf } from '../../core/drive.js'
import { holdHere } from '../../host/browser/locks.js'
import { isBound } from '../../host/browser/dpop-keys.js'
import { sessionShelf } from '../../host/browser/storage.js'
import { digest, makeVerifier } from '../../host/crypto/subtle.js'
import { send } from '../../host/http.js'
import type { Call } from '../../core/load.js'
import { proving, type Prover } from '../../page/renewal/dpop.js'
import { swap } from '../../client/compare-and-swap.js'
import type { Talk } from './remote-flow.js'

/** What all pages of a worker share. */
export interface Vault {
  readonly core: Call
  /** Whether the worker is that of all tabs; else of one. */
  readonly isShared: boolean
  /**
   * The sessions, each under the whole text of its client's settings: a script with other settings
   * (another endpoint, another API) is another client, and finds nothing.
   */
  readonly texts: Map<string, string>
  /** What requests prove the clients' keys with, by their settings. */
  readonly provers: Map<string, Prover>
  /** Signs with a key of this worker's. */
  sign(wish: Sign): Promise<Answer>
}

const plain = (...inputs: Parameters<typeof globalThis.fetch>) => globalThis.fetch(...inputs)
const verify = makeVerifier()
const never = new AbortController().signal

/** A `fetch` that proves the key of a client whose tokens are bound to one. */
export function fetchOf(vault: Vault, settings: string, token: string | undefined) {
  if (token === undefined || !isBound(settings)) return plain
  const fresh: Prover = {
    ask: (flow, text) => {
      const begun = vault.core('begin', settings, flow, text, '', now())
      return drive(vault.core, settings, begun, host, { notice() {} }, never)
    },
    clock: () => undefined,
    nonces: new Map(),
  }
  // Nothing else is wished for.
  const more: Host['more'] = (wish) => vault.sign(wish as Sign)
  const host = { more, shelves: {}, now } as Host
  const prover = vault.provers.get(settings) ?? fresh
  vault.provers.set(settings, prover)
  return proving(plain, prover, token)
}

/** Makes it, for a flow of a client. */
export function hostOf(vault: Vault, settings: string, talk: Talk): Host {
  const { core } = vault
  const shelf = shelfOf(vault, settings)
  const save = async (key: string, text: string) => {
    // A sign-in. It ends with this worker, however soon that is, and its mark at the page does not.
    const begun = core('begin', settings, 'mark', '', '', now())
    await drive(core, settings, begun, host, talk, never)
    return shelf.save(key, text)
  }
  const host: Host = {
    send: (request, stop) => send(fetchOf(vault, settings, request.proof), request, stop),
    async verify(question) {
      const verdict = await verify(question)
      return verdict === 'good' ? digest(question) : [verdict]
    },
    shelves: { session: { ...shelf, save }, pending: talk.pending },
    now,
    rewrite: (url) => talk.tell({ want: 'rewrite', url }),
    leave: (url) => talk.tell({ want: 'leave', url }),
    tell: (text) => talk.tell({ want: 'tell', text }),
    async more(wish, stop) {
      if (wish.want === 'swap') return swap(shelf, wish)
      if (wish.want !== 'lock') return talk.ask(wish)
      // Nobody else has these sessions: alone here is alone.
      const release = await holdHere(wish.name, wish.ms)
      if (release) stop.addEventListener('abort', release)
      return done(!!release)
    },
  }
  return host
}

function shelfOf({ texts, isShared }: Vault, settings: string): Shelf {
  const place = (key: string) => JSON.stringify([settings, key])
  const store = {
    get: (key: string) => texts.get(place(key)),
    set: (key: string, text: string) => void texts.set(place(key), text),
    remove: (key: string) => void texts.delete(place(key)),
  }
  return { ...sessionShelf(store, () => {}, undefined), isOfTab: !isShared }
}
