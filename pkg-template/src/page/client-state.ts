/** Who is signed in, as the page sees it, and who is told when that changes. */

import type { Session, SignedIn, Token } from '../core/page.js'
import { OidcError } from '../shared/error.js'
import type { Claims, ClientEvents, Evidence, Status, User } from './types.js'

/** The state of one client. */
export interface SessionState {
  readonly status: Status
  readonly user: User | null
  readonly evidence: Evidence | null
  readonly session: Session | undefined
  /** How often this came to be another one: what was begun before may know less. */
  readonly turns: number
  /** The access tokens that were had, by the JSON text of what they are for. */
  readonly tokens: Map<string, Token>
  subscribe(changed: () => void): () => void
  /** Somebody is signed in, or is still, with other tokens. */
  adopt(end: Pick<SignedIn, 'session'> & Partial<Pick<SignedIn, 'fresh' | 'kept'>>): void
  /** Nobody is. `why` is told where it is an error; `true`: the event comes later. */
  forget(why?: OidcError | true): void
  emit<T extends keyof ClientEvents>(type: T, details?: Omit<ClientEvents[T], keyof Event>): void
}

/** The state behind a client; its events are dispatched there. */
export function makeState(client: EventTarget): SessionState {
  let status: Status = 'loading'
  let user: User | null = null
  let evidence: Evidence | null = null
  let session: Session | undefined
  let turns = 0
  const tokens = new Map<string, Token>()
  // An EventTarget, since it goes on when a listener throws.
  const changes = new EventTarget()

  const emit: SessionState['emit'] = (type, details) => {
    client.dispatchEvent(Object.assign(new Event(type), details))
  }

  return {
    get status() {
      return status
    },
    get user() {
      return user
    },
    get evidence() {
      return evidence
    },
    get session() {
      return session
    },
    get turns() {
      return turns
    },
    tokens,
    emit,
    subscribe(changed) {
      const listen = () => changed()
      changes.addEventListener('change', listen)
      return () => changes.removeEventListener('change', listen)
    },
    adopt({ session: next, fresh = false, kept = true }) {
      const [before, sub] = [session, user?.sub]
      if (before?.text === next.text) return
      turns += 1
      tokens.clear()
      if (before?.claims !== next.claims || !user) user = readClaims(next.claims) as User
      session = next
      status = 'signedIn'
      const { alg, kid, checks, checkedAt, slow, fast } = next
      const clockOffset = slow - fast
      evidence = freeze({ alg, ...(kid && { kid }), checks, checkedAt, clockOffset })
      if (before?.claims !== next.claims) changes.dispatchEvent(new Event('change'))
      if (fresh || sub !== user.sub) emit('signedin', { user, fresh })
      // What is kept changes after a failure, too.
      else if (`${before?.tokens}` !== `${next.tokens}`) emit('renewed')
      if (!kept) emit('degraded', { error: new OidcError('OIDC_STORAGE_DEGRADED', 'store') })
    },
    forget(why) {
      const before = status
      turns += 1
      tokens.clear()
      session = undefined
      user = evidence = null
      status = 'signedOut'
      if (before !== status) changes.dispatchEvent(new Event('change'))
      if (before === 'signedIn' && why !== true) emit('signedout', why && { error: why })
    },
  }
}

/** Claims out of the text that was verified. `JSON.parse` makes a `__proto__` in it plain data. */
export function readClaims(text: string): Claims {
  const claims = JSON.parse(text)
  // A provider's `"false"` would pass an `if`: what is not the boolean true is not verified.
  for (const name of ['email_verified', 'phone_number_verified']) {
    if (name in claims) claims[name] = claims[name] === true
  }
  return freeze(claims as Claims)
}

function freeze<T extends object>(object: T): T {
  for (const value of Object.values(object)) {
    if (typeof value === 'object' && value) freeze(value)
  }
  return Object.freeze(object)
}
