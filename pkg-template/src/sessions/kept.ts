/** The session of one request: in its cookies, and what became of it in this isolate since. */

import type { Shelf } from '../drive.js'
import { chunksIn, cut, goneLine, joined, type Cookies, type Stay } from '../host/edge/cookies.js'
import type { Recent } from '../host/edge/recent.js'
import { hashOf, randomId, type Sealer } from '../host/edge/seal.js'
import type { Place } from './settings.js'

/** A session, sealed and open. `id` is new at every sign-in, `at` is when that was. */
interface Kept {
  id: string
  at: number
  text: string
  sealed: string
  hash: string
  /** Whether an older secret sealed it. */
  isOld: boolean
}

/** The session of one request. */
export interface SessionCookie {
  /** As a sign-in keeps it, and as a renewal does: in the stead of the one there was. */
  readonly shelf: Shelf
  readonly renewing: Shelf
  /** What tells this session from others in this isolate. */
  readonly id: string
  text(): string
  /** Whether it is none any more. */
  isOver(): boolean
  /** Goes on as a session that another request of the same browser just got. */
  adopt(sealed: string): Promise<void>
  /** As it is kept; nothing where nobody is signed in. */
  sealed(): string | undefined
  /** What `Set-Cookie` has to say. Throws `OIDC_SESSION_TOO_LARGE`. */
  lines(): Promise<string[]>
}

/** Within so many seconds of its request hardly anybody has signed in anew, whose cookies would be taken away. */
const QUICK = 1

/**
 * Reads it. What is no session, or none any more, will be taken away. `isBusy` says whether a request of this
 * isolate renews a session now.
 */
export async function readSession(
  sealer: Sealer,
  recent: Recent,
  { make, sameSite }: Place,
  cookies: Cookies,
  [lifetime, isLasting]: readonly [seconds: number, isLasting: boolean],
  now: () => number,
  isBusy: (id: string) => boolean,
): Promise<SessionCookie> {
  const { name } = make
  const present = chunksIn(cookies, name)
  let kept: Kept | undefined
  let change: 'set' | 'followed' | 'gone' | 'dropped' | undefined

  async function open(sealed: string): Promise<Kept | undefined> {
    const opened = await sealer.open('session', name, sealed)
    const [id = '', at, ...lines] = opened?.text.split('\n') ?? []
    if (!opened || now() >= Number(at) + lifetime) return undefined
    const { isOld } = opened
    return { id, at: Number(at), text: lines.join('\n'), sealed, hash: await hashOf(sealed), isOld }
  }

  async function seal(id: string, at: number, text: string): Promise<Kept> {
    const sealed = await sealer.seal('session', name, `${id}\n${at}\n${text}`)
    return { id, at, text, sealed, hash: await hashOf(sealed), isOld: false }
  }

  /** Whether another request of this isolate ended it: nothing of it goes on then. */
  function isOver(): boolean {
    if (!kept || !recent.isEnded(kept.id)) return false
    kept = undefined
    // Whoever ended it took the cookies away; by now they may be another session's.
    change = undefined
    return true
  }

  /** Goes on to what another request of this isolate made of it. */
  async function follow(): Promise<void> {
    const latest = kept && recent.after(kept.hash)
    if (latest !== undefined) {
      kept = await open(latest)
      change = kept && 'followed'
    }
    isOver()
  }

  async function renew(text: string): Promise<boolean> {
    const { id, at, hash } = kept!
    const next = await seal(id, at, text)
    // The person may have signed out while it was sealed.
    if (isOver()) return false
    recent.renewed(hash, next)
    kept = next
    change = 'set'
    return true
  }

  /** Ends it, with what other requests make of it, and will. */
  function end(): void {
    if (kept) recent.ended(kept.id)
    kept = undefined
  }

  /** Seals it anew by the newest secret, unless another request was quicker. */
  async function reseal({ id, at, text, hash }: Kept): Promise<void> {
    const next = await seal(id, at, text)
    if (recent.after(hash) !== undefined) return follow()
    if (isOver()) return
    recent.renewed(hash, next)
    kept = next
    change = 'set'
  }

  const begun = now()
  const whole = joined(cookies, name)
  kept = whole === undefined ? undefined : await open(whole)
  if (present.length && !kept) change = 'gone'
  await follow()

  const shelf: Shelf = {
    async load() {
      await follow()
      return kept?.text
    },
    async take() {
      return undefined
    },
    list: () => [],
    async save(_key, text) {
      // Nothing goes on of whoever was signed in before.
      end()
      kept = await seal(randomId(), Math.floor(now()), text)
      change = 'set'
      return true
    },
    async drop() {
      end()
      change = 'dropped'
    },
    refused: new Map(),
  }
  const id = kept?.id ?? randomId()
  return {
    shelf,
    renewing: { ...shelf, save: (_key, text) => renew(text) },
    isOver: () => !kept,
    async adopt(sealed) {
      kept = await open(sealed)
      change = 'set'
      isOver()
    },
    sealed: () => kept?.sealed,
    id,
    text: () => kept?.text ?? '',
    async lines() {
      if (kept?.isOld && !change) await reseal(kept)
      const goneLines = (names: string[]) => names.map((one) => goneLine(make, one, sameSite))
      if (change === 'dropped') return goneLines(present)
      if (change === 'gone') return now() < begun + QUICK ? goneLines(present) : []
      if (isOver() || !change || !kept) return []
      // What is between two renewals is of who renews alone: it has sent the refresh token.
      if (change === 'followed' && isBusy(kept.id)) return []
      const stay: Stay = { sameSite, maxAge: isLasting ? kept.at + lifetime - now() : undefined }
      const lines = cut(make, kept.sealed, stay)
      return [...lines.values(), ...goneLines(present.filter((one) => !lines.has(one)))]
    },
  }
}
