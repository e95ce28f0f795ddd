/** `signOut`: forgets the session and leaves the page for the provider's sign-out page. */

import { abortable } from '../shared/abort.js'
import type { Context } from './context.js'
import { waitForReturn } from './sign-in.js'
import type { Start } from './context.js'
import type { Abortable } from '../shared/types.js'

/** Makes `signOut`. Calls at the same time share one sign-out. */
export function makeSignOut(
  context: Context,
  start: Start,
): (options?: Abortable) => Promise<void> {
  let running: Promise<void> | undefined
  let callers = 0
  let shared = new AbortController()

  return (options) =>
    context.runMethod(options?.signal, (signal) => {
      if (!running) shared = new AbortController()
      const stop = shared
      callers += 1
      // The sign-out is aborted after all of its callers were.
      signal.addEventListener('abort', () => {
        callers -= 1
        if (!callers) stop.abort(signal.reason)
      })
      running ??= leavePage(context, start, stop.signal).finally(() => {
        running = undefined
        callers = 0
      })
      return abortable(signal, running)
    })
}

async function leavePage({ run, state }: Context, { ready }: Start, signal: AbortSignal): Promise<void> {
  // Forgetting the session cannot be aborted, only the steps after it.
  const afterForgetting = new AbortController()
  await ready().catch(() => {})
  const session = state.session?.text ?? ''
  const wasSignedIn = state.status === 'signedIn'
  state.forget(true)
  // The event is fired after the store has forgotten the session too: its listener may reload the page.
  let isForgotten = false
  const onForgotten = () => {
    if (!isForgotten) {
      isForgotten = true
      // A recheck may have found the session in the store meanwhile.
      state.forget(true)
      if (wasSignedIn) state.emit('signedout')
    }
    const abort = () => afterForgetting.abort(signal.reason)
    if (signal.aborted) abort()
    signal.addEventListener('abort', abort, { once: true })
  }
  try {
    const end = await run(['sign-out', session, ''], afterForgetting.signal, { started: onForgotten })
    if (end.kind === 'navigating') await waitForReturn(afterForgetting.signal)
  } finally {
    onForgotten()
  }
}
