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
  /** What `Set-Cookie` has to say. Throws `OIDC_SESSION_TOO_LARGE`. */
  lines(): Promise<string[]>
}

/** How many steps are followed from one renewal to the next. */
const MOST_STEPS = 32

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
  let change: 'set' | 'followed' | 'gone' | undefined

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

  /** Goes on to what another request of this isolate made of it. */
  async function follow(): Promise<void> {
    let latest: string | undefined
    let hash = kept?.hash
    for (let steps = 0; hash !== undefined && steps < MOST_STEPS; steps += 1) {
      const next = recent.after(hash)
      if (next === undefined) break
      latest = next
      hash = next ? await hashOf(next) : undefined
    }
    if (latest === undefined) return
    kept = latest ? await open(latest) : undefined
    // Where it ended, whoever ended it took the cookies away; by now they may be another session's.
    change = kept && 'followed'
  }

  async function renew(text: string): Promise<boolean> {
    const { id, at, hash } = kept!
    const next = await seal(id, at, text)
    recent.renewed(hash, next.sealed)
    kept = next
    change = 'set'
    return true
  }

  /** Ends it, along with what other requests made of it meanwhile. */
  async function end(): Promise<void> {
    for (let hash = kept?.hash; hash !== undefined; ) {
      const next = recent.after(hash)
      recent.ended(hash)
      hash = next ? await hashOf(next) : undefined
    }
    kept = undefined
  }

  /** Seals it anew by the newest secret, unless another request was quicker. */
  async function reseal({ id, at, text, hash }: Kept): Promise<void> {
    const next = await seal(id, at, text)
    if (recent.after(hash) !== undefined) return follow()
    recent.renewed(hash, next.sealed)
    kept = next
    change = 'set'
  }

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
      await end()
      kept = await seal(randomId(), Math.floor(now()), text)
      change = 'set'
      return true
    },
    async drop() {
      await end()
      change = 'gone'
    },
    refused: new Map(),
  }
  const id = kept?.id ?? randomId()
  return {
    shelf,
    renewing: { ...shelf, save: (_key, text) => renew(text) },
    id,
    text: () => kept?.text ?? '',
    async lines() {
      if (kept?.isOld && !change) await reseal(kept)
      const goneLines = (names: string[]) => names.map((one) => goneLine(make, one, sameSite))
      if (change === 'gone') return goneLines(present)
      if (!change || !kept || recent.after(kept.hash) === '') return []
      // What is between two renewals is of who renews alone: it has sent the refresh token.
      if (change === 'followed' && isBusy(kept.id)) return []
      const stay: Stay = { sameSite, maxAge: isLasting ? kept.at + lifetime - now() : undefined }
      const lines = cut(make, kept.sealed, stay)
      return [...lines.values(), ...goneLines(present.filter((one) => !lines.has(one)))]
    },
  }
}
