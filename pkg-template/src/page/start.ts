/** `start`: finishes a sign-in, or restores the session; and what makes a page look again. */

import type { Context } from './context.js'
import type { Flow } from '../core/page.js'
import { listen, onReturn, rewrite } from '../host/browser/navigation.js'
import type { User, Waiting } from './types.js'

/** The start of a client. */
export interface Start {
  start(options?: Waiting): Promise<User | null>
  /** Starts if nobody did; for verbs that need to know who is signed in. */
  ready(): Promise<unknown>
  /** Looks who is signed in by now. Never rejects. */
  lookAgain(): Promise<void>
  close(): void
}

/** Makes it. `awake` is called when a person comes back to a page that somebody is signed in to. */
export function makeStart(context: Context, awake: () => void): Start {
  const { run, settings, state } = context
  const never = new AbortController().signal
  let settled = false
  let running: Promise<User | null> | undefined
  let deaf: (() => void)[] | undefined

  async function look(flow: Flow = 'start', text = ''): Promise<void> {
    const { turns } = state
    const end = await run(flow, text, never)
    // The page that asked goes on; this one was only the way there.
    if (end.was === 'relayed') return new Promise(() => {})
    if (end.was === 'ignored') return
    settled = true
    // Somebody came or went while this looked, and it may have seen what was there before.
    const isLate = state.turns !== turns
    // The address is put right before anyone hears of the session and draws for it.
    const { navigate } = settings
    const { returnTo } = end as { returnTo?: string }
    if (returnTo !== undefined && !navigate) rewrite(returnTo)
    if (isLate) await look()
    else if (end.was === 'signedIn') state.adopt(end)
    else state.forget(context.renewal?.reasonOf(end))
    // In a task of its own, before `start` resolves: a router that throws spoils no sign-in.
    if (returnTo !== undefined && navigate) queueMicrotask(() => navigate(returnTo))
  }

  /** Another page, of this tab or of another, may have signed in or out meanwhile. */
  const lookAgain = (flow?: Flow, text?: string) =>
    settled ? look(flow, text).catch(() => {}) : Promise.resolve()

  async function comeBack(): Promise<void> {
    if (globalThis.document?.visibilityState === 'hidden') return
    await lookAgain()
    if (state.user) awake()
  }

  function hear(): void {
    // What is said while this page starts is heard when it has: it may be about what was found.
    context.listen(async (text) => {
      await running?.catch(() => {})
      await lookAgain('hear', text)
    })
    deaf ??= [onReturn(comeBack), listen(comeBack, 'visibilitychange', 'online')]
  }

  async function begin(asked: unknown): Promise<User | null> {
    hear()
    try {
      if (!settled) await (context.renewal?.takeTurn(context, look, asked) ?? look())
    } catch (failure) {
      // The response is used up and the address is clean: what was there before stays.
      await look().catch(() => state.forget())
      throw failure
    }
    return state.user
  }

  // Called off, a start goes on unseen: the response is taken, and nobody could take it again.
  // Only `start` itself, which gives its signal, is a moment at which the page may go away.
  const share = (asked?: unknown) =>
    (running ??= begin(asked).finally(() => {
      running = undefined
    }))

  return {
    start: (options) => context.verb(options?.signal, share),
    lookAgain,
    ready: async () => running ?? (settled || share()),
    close: () => deaf?.forEach((stop) => stop()),
  }
}
