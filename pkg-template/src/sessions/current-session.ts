/** The session as one request knows it, while this request and others change it. */

import { now } from '../core/drive.js'
import { cookieBytes } from '../host/server/cookies.js'
import { randomId } from '../host/server/seal.js'
import { OidcError } from '../shared/error.js'
import { makeSessionSealer, type SealedSession } from './sealed-session.js'
import type { RenewedSessions } from './renewed-sessions.js'
import type { SharedState } from './shared-state.js'

/**
 * How the cookies of the response must change:
 * - `written`: this request signed in or renewed the session.
 * - `followed`: another request of this isolate renewed the session.
 * - `removed`: this request signed out.
 * - `unreadable`: the request's cookies contain no valid session.
 * - `undefined`: not at all. They have the session already, or another request ended it.
 */
export type CookieChange = 'written' | 'followed' | 'removed' | 'unreadable' | undefined

/** The session of a request. */
export interface CurrentSession {
  /** Returns `undefined` if no user is signed in. */
  get(): SealedSession | undefined
  change(): CookieChange
  /** Opens the session of the request's cookies, and continues with the newest renewal of it. */
  open(sealed: string): Promise<void>
  /** Continues with the newest renewal by another request. */
  follow(): Promise<void>
  /** Continues with a session that another request of the same browser got at its sign-in. */
  adopt(sealed: string): Promise<void>
  /** Starts a new session after a sign-in. It ends the one before. Rejects with `OIDC_SESSION_TOO_LARGE`. */
  start(text: string): Promise<void>
  /**
   * Continues the session with a new text. Resolves to `false` if another request ended it meanwhile. Ends the session
   * and rejects with `OIDC_SESSION_TOO_LARGE` if its cookies became too large: a server that refuses them would refuse
   * the sign-out too.
   */
  renew(text: string): Promise<boolean>
  /** Signs the user out, in every request of this isolate. */
  remove(): void
  /** Seals the session with the newest secret if an older one sealed it. */
  resealIfOld(): Promise<void>
  /** Forgets the session if another request ended it. Returns whether that is so. */
  forgetIfEnded(): boolean
}

/** How many bytes a renewal may add to `maxCookieBytes`: tokens and claims vary in length. */
const MAX_GROWTH_BYTES = 1024

/** Makes the session of a request. The session has no user yet. */
export function makeCurrentSession(
  { sealer, renewedSessions, checkedConfig }: SharedState,
  cookieName: string,
): CurrentSession {
  const { open, seal } = makeSessionSealer(sealer, cookieName, checkedConfig.sessionSeconds)
  const { get, change, set, end, replaceBy, forgetIfEnded } = makeTrackedSession(renewedSessions)

  const tooLarge = () => new OidcError('OIDC_SESSION_TOO_LARGE', 'maxCookieBytes')
  const isTooLarge = ({ sealed }: SealedSession, growth = 0) =>
    cookieBytes(cookieName, sealed) > checkedConfig.maxCookieBytes + growth

  async function follow(): Promise<void> {
    const session = get()
    const latest = session && renewedSessions.successorOf(session.hash)
    if (latest !== undefined) {
      const next = await open(latest)
      set(next, next && 'followed')
    }
    forgetIfEnded()
  }

  return {
    get,
    change,
    async open(sealed) {
      const opened = await open(sealed)
      set(opened, opened ? undefined : 'unreadable')
      await follow()
    },
    follow,
    async adopt(sealed) {
      set(await open(sealed), 'written')
      forgetIfEnded()
    },
    async start(text) {
      const next = await seal(randomId(), Math.floor(now()), text)
      // The session before stays. Later, a renewal that could not be stored would lose the session.
      if (isTooLarge(next)) throw tooLarge()
      end(change())
      set(next, 'written')
    },
    async renew(text) {
      const { id, signedInAt } = get()!
      const next = await seal(id, signedInAt, text)
      // The user may have signed out meanwhile.
      if (forgetIfEnded()) return false
      if (isTooLarge(next, MAX_GROWTH_BYTES)) {
        end('removed')
        throw tooLarge()
      }
      replaceBy(next)
      return true
    },
    remove: () => end('removed'),
    async resealIfOld() {
      const session = get()
      if (!session?.isOld || change()) return
      const { id, signedInAt, text, hash } = session
      const next = await seal(id, signedInAt, text)
      // Another request may have renewed or ended the session meanwhile.
      if (renewedSessions.successorOf(hash) !== undefined) await follow()
      else if (!forgetIfEnded()) replaceBy(next)
    },
    forgetIfEnded,
  }
}

/** The session of a request, and how it differs from the cookies. Tells other requests of renewals and ends. */
function makeTrackedSession(renewedSessions: RenewedSessions) {
  let session: SealedSession | undefined
  let change: CookieChange

  function set(newSession: SealedSession | undefined, newChange: CookieChange): void {
    session = newSession
    change = newChange
  }

  return {
    get: () => session,
    change: () => change,
    set,
    /** Ends the session for all requests of this isolate. */
    end(newChange: CookieChange): void {
      if (session) renewedSessions.addEnded(session.id)
      set(undefined, newChange)
    },
    /** Replaces the session by its renewal, for all requests of this isolate. */
    replaceBy(next: SealedSession): void {
      renewedSessions.addRenewal(session!.hash, next)
      set(next, 'written')
    },
    forgetIfEnded(): boolean {
      if (!session || !renewedSessions.isEnded(session.id)) return false
      // The other request expired the cookies. The browser may have those of a new session by now.
      set(undefined, undefined)
      return true
    },
  }
}
