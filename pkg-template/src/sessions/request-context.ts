/** One request: the flows of a page, driven over its cookies. */

import { unless } from '../shared/abort.js'
import { asker } from '../shared/backend.js'
import { good, type GoodEnd } from '../page/context.js'
import type { Flow } from '../core/page.js'
import { done, drive, found, now, type Host } from '../core/drive.js'
import { errorOf, OidcError } from '../shared/error.js'
import type { Arrivals } from './redeemed-responses.js'
import { readCookies } from '../host/server/cookies.js'
import type { Recent } from './renewed-sessions.js'
import { hashOf, type Sealer } from '../host/server/seal.js'
import { isTaken, takeTurn, type Turns } from '../host/server/isolate-locks.js'
import { digest, makeVerifier } from '../host/crypto/subtle.js'
import { send } from '../host/http.js'
import type { Call } from '../core/load.js'
import { swap } from '../client/compare-and-swap.js'
import { readSession } from './session-cookie.js'
import { makePending } from './pending-cookies.js'
import type { Believed, Place } from './config.js'

/** What all requests of one `createSessions` share: nothing of it is anybody's, see `recent`. */
export interface House {
  readonly core: Call
  readonly believed: Believed
  readonly sealer: Sealer
  readonly recent: Recent
  readonly arrivals: Arrivals
  readonly turns: Turns
  readonly verify: ReturnType<typeof makeVerifier>
}

/** One request. */
export interface Visit {
  readonly place: Place
  /** What was worth a word. */
  readonly notices: OidcError[]
  /** Where the person is sent. */
  readonly to: string | undefined
  /** The session as the core keeps it; empty where nobody is signed in. */
  session(): string
  /** Drives a flow to a good end. */
  run(flow: Flow, text: string, more?: { about?: string; stop?: AbortSignal }): Promise<GoodEnd>
  /** Takes a response of the provider, whose address this is; `act` does, unless another request has. */
  arrive(address: string, act: () => Promise<string>): Promise<string>
  /** The same response with the cookies that are due; from then on there are no others. */
  commit(response: Response): Promise<Response>
  isSent(): boolean
}

/** How long a response of the provider waits for the same one, in milliseconds. */
const PATIENCE = 12_000

/** Begins. `readsPending` says that sign-ins under way matter. */
export async function openVisit(
  house: House,
  request: Request,
  readsPending: boolean,
  waitUntil?: (work: Promise<unknown>) => void,
): Promise<Visit> {
  const { arrivals, believed, core, recent, sealer, turns, verify } = house
  const { config, lasting } = believed
  const place = believed.place(request)
  const cookies = readCookies(request, place.make)
  const isBusy = (id: string) => isTaken(turns, id)
  const session = await readSession(sealer, recent, place, cookies, lasting, now, isBusy)
  const pending = makePending(sealer, place.make, cookies, now)
  if (readsPending) await pending.open()
  const notices: OidcError[] = []
  let to: string | undefined
  let isSent = false
  const fetch = config.fetch ?? globalThis.fetch.bind(globalThis)
  const host: Host = {
    async send(question, stop) {
      if (!question.asserts) return send(fetch, question, stop)
      const body = `${question.body}&${await assertion()}`
      return send(fetch, { ...question, body }, stop)
    },
    async verify(question) {
      const verdict = await verify(question)
      return verdict === 'good' ? digest(question, config.backend) : [verdict]
    },
    shelves: { pending: pending.shelf, session: session.shelf },
    now,
    // The address is not shown: a redirect follows.
    rewrite() {},
    tell() {},
    leave: (url) => {
      to = url
    },
    async more(wish, stop) {
      if (wish.want === 'sign') return believed.key!.sign(wish)
      if (wish.want === 'swap') {
        const answer = await swap(session.renewing, wish)
        // A session that ended meanwhile is not there any more, whatever was to be kept of it.
        return wish.text && session.isOver() ? found(undefined) : answer
      }
      // There are no frames and no popups here, and nobody waits for a response.
      if (wish.want !== 'lock') return wish.want === 'relay' ? done(false) : ['blocked']
      const release = await takeTurn(turns, session.id, wish.ms)
      if (stop.aborted) release?.()
      else if (release) stop.addEventListener('abort', release)
      return done(!!release)
    },
  }
  const watch = {
    notice: (failure: Parameters<typeof errorOf>[0]) => {
      const error = errorOf(failure)
      notices.push(error)
      config.log?.(error.message)
    },
  }
  /** What says who the client is, once. */
  async function assertion(): Promise<string> {
    const begun = core('begin', place.text, 'assert', '', '', now())
    const end = good(await drive(core, place.text, begun, host, watch, never))
    if (end.was !== 'proof') throw new OidcError('OIDC_INTERNAL', end.was)
    return end.proof
  }
  // Of this request alone: a Workers runtime makes none outside of one.
  const never = new AbortController().signal
  const running = new Set<Promise<void>>()

  return {
    place,
    notices,
    get to() {
      return to
    },
    session: session.text,
    isSent: () => isSent,
    async run(flow, text, { about = `${place.origin}/`, stop = never } = {}) {
      const begun = core('begin', place.text, flow, text, about, now())
      // Called off, it goes on unseen: what a renewal brings must not be lost.
      const work = drive(core, place.text, begun, host, watch, never)
      const settled = work.then(() => {}, () => {}).finally(() => running.delete(settled))
      running.add(settled)
      waitUntil?.(settled)
      return good(await unless(stop, work))
    },
    async arrive(address, act) {
      const name = await hashOf(`${address}\n${pending.brought()}`)
      const release = await takeTurn(turns, name, PATIENCE)
      try {
        const known = arrivals.find(name)
        if (known) await session.adopt(known.sealed)
        if (known && !session.isOver()) return known.to
        const to = await act()
        const sealed = session.sealed()
        if (sealed) arrivals.keep(name, { sealed, to })
        return to
      } finally {
        release?.()
      }
    },
    async commit(response) {
      isSent = true
      // What was begun and not waited for may renew.
      await Promise.all(running)
      const lines = [...(await session.lines()), ...(await pending.lines())]
      return lines.length ? withCookies(response, lines) : response
    },
  }
}

/** What a house makes of signatures. */
export const verifierOf = ({ config: { backend } }: Believed) =>
  backend ? asker(backend) : makeVerifier()

/** No cache between here and the browser may keep what has somebody's cookies. */
function withCookies(response: Response, lines: string[]): Response {
  const out = new Response(response.body, response)
  for (const line of lines) out.headers.append('set-cookie', line)
  out.headers.set('cache-control', 'private, no-store')
  if (!/(^|,)\s*(\*|cookie)\s*(,|$)/i.test(out.headers.get('vary') ?? '')) {
    out.headers.append('vary', 'Cookie')
  }
  return out
}
