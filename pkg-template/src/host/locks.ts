/** One at a time: what the tabs of an origin must not do together. Web Locks. */

import { within } from '../abort.js'
import { listen } from './browser.js'

/**
 * Holds a name, alone in this origin. Resolves to what releases it, or to nothing when it was not
 * granted within `waitMs`. Never rejects, and never takes it from who holds it.
 *
 * A page that sleeps holds nothing: then `lost` is called, before anything else goes on here.
 *
 * Where there are no Web Locks (plain http, older browsers, a sandboxed frame), it is held alone in
 * this page: other tabs do not wait.
 */
export function hold(
  name: string,
  waitMs: number,
  lost = () => {},
): Promise<(() => void) | undefined> {
  const locks = globalThis.navigator?.locks as LockManager | undefined
  if (!locks) return holdHere(name, waitMs)
  return new Promise((resolve) => {
    const late = new AbortController()
    const giveUp = () => late.abort()
    let release: () => void = giveUp
    const timer = setTimeout(giveUp, waitMs)
    // A page in the back/forward cache, or frozen, may never run again, and everybody would wait
    // for it. What it guarded may go on while others begin, so it is told when it wakes. Whoever only waits would be granted it asleep, and gives up.
    const asleep = () => {
      release()
      lost()
    }
    const awake = listen(asleep, 'pagehide', 'freeze')
    locks
      .request(name, { signal: late.signal }, () => {
        clearTimeout(timer)
        return new Promise<void>((free) => resolve((release = free)))
      })
      .catch(() =>
        // Refused, not late, and not taken away by somebody's `steal`: there are no locks here.
        release === giveUp && !late.signal.aborted ? holdHere(name, waitMs) : undefined,
      )
      .then((held) => {
        clearTimeout(timer)
        awake()
        resolve(held as (() => void) | undefined)
      })
  })
}

/** The end of each name's queue in this page. */
const queues = new Map<string, Promise<void>>()

/** The same, alone in this page: other tabs do not wait. */
export async function holdHere(name: string, waitMs: number): Promise<(() => void) | undefined> {
  let release = () => {}
  const own = new Promise<void>((free) => {
    release = free
  })
  const before = queues.get(name) ?? Promise.resolve()
  queues.set(
    name,
    before.then(() => own),
  )
  if (await within(waitMs, before.then(() => true), false)) return release
  release()
  return undefined
}
