/** `start`: finishes a sign-in, or restores the session. */

import type { Context } from './context.js'
import { onReturn, rewrite } from './host/browser.js'
import type { User, Waiting } from './types.js'

/** The start of a client. */
export interface Start {
  start(options?: Waiting): Promise<User | null>
  /** Starts if nobody did; for verbs that need to know who is signed in. */
  ready(): Promise<unknown>
  close(): void
}

/** Makes it. */
export function makeStart(context: Context): Start {
  const { run, settings, state } = context
  const never = new AbortController().signal
  let settled = false
  let running: Promise<User | null> | undefined
  let deaf: (() => void) | undefined

  async function look(): Promise<void> {
    const end = await run('start', '', never)
    settled = true
    if (end.was !== 'signedIn') return state.forget()
    // The address is put right before anyone hears of the session and draws for it.
    const { navigate } = settings
    const { returnTo } = end
    if (returnTo !== undefined && !navigate) rewrite(returnTo)
    state.adopt(end)
    // In a task of its own, before `start` resolves: a router that throws spoils no sign-in.
    if (returnTo !== undefined && navigate) queueMicrotask(() => navigate(returnTo))
  }

  async function begin(): Promise<User | null> {
    // Another page of this tab may have signed in or out while this one lay in the cache.
    deaf ??= onReturn(() => {
      if (settled) look().catch(() => {})
    })
    try {
      if (!settled) await look()
    } catch (failure) {
      // The response is used up and the address is clean: what was there before stays.
      await look().catch(() => state.forget())
      throw failure
    }
    return state.user
  }

  // Called off, a start goes on unseen: the response is taken, and nobody could take it again.
  const share = () =>
    (running ??= begin().finally(() => {
      running = undefined
    }))

  return {
    start: (options) => context.verb(options?.signal, share),
    ready: async () => running ?? (settled || share()),
    close: () => deaf?.(),
  }
}
