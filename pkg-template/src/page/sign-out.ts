/** `signOut`: forgets the session and leaves the page for the provider's sign-out page. */

import { abortable } from '../shared/abort.js'
import type { Context } from './context.js'
import { optionsText, waitForReturn } from './sign-in.js'
import type { Start } from './context.js'
import { OidcError } from '../shared/error.js'
import type { SignOutOptionsText } from '../generated/flows.js'
import type { SignOutOptions } from './types.js'

/** Makes `signOut`. Calls at the same time share one sign-out. */
export function makeSignOut(
  context: Context,
  start: Start,
): (options?: SignOutOptions) => Promise<void> {
  let running: Promise<void> | undefined
  let callers = 0
  let shared = new AbortController()

  return (options) =>
    context.runMethod(options?.signal, async (signal) => {
      const readOptions: typeof optionsText<SignOutOptionsText> = context.renewal?.signOutText ?? optionsText
      const text = readOptions(options ?? {}, [])
      if (!running) shared = new AbortController()
      const stop = shared
      callers += 1
      // The sign-out is aborted after all of its callers were.
      signal.addEventListener('abort', () => {
        callers -= 1
        if (!callers) stop.abort(signal.reason)
      })
      running ??= leavePage(context, start, text, stop.signal).finally(() => {
        running = context.leaving = undefined
        callers = 0
      })
      return abortable(signal, running)
    })
}

async function leavePage(
  context: Context,
  { ready }: Start,
  options: SignOutOptionsText,
  signal: AbortSignal,
): Promise<void> {
  const { run, state } = context
  // Forgetting the session cannot be aborted, only the steps after it.
  const afterForgetting = new AbortController()

  /** Forgets the session here and at the provider. Resolves to whether the page leaves. */
  async function forget(): Promise<boolean> {
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
      const end = await run(['sign-out', session, options], afterForgetting.signal, { started: onForgotten })
      return end.kind === 'navigating'
    } finally {
      onForgotten()
    }
  }

  const isLeaving = forget()
  // A sign-in that the app begins for its signed-out user would replace the navigation of this sign-out.
  context.leaving = isLeaving.catch(() => false)
  context.signIn?.abort(new OidcError('OIDC_SIGNIN_ABANDONED'))
  if (await isLeaving) await waitForReturn(afterForgetting.signal)
}
