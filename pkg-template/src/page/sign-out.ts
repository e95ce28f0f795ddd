/** `signOut`: forgets the session and leaves the page for the provider's sign-out page. */

import { abortable, onAbort } from '../shared/abort.js'
import type { Context } from './context.js'
import { waitForReturn } from '../host/browser/navigation.js'
import { optionsText } from './sign-in.js'
import type { Start } from './context.js'
import { OidcError } from '../shared/error.js'
import type { SignOutOptionsText } from '../generated/flows.js'
import type { SignOutOptions } from './types.js'

/** The options, besides `signal`. Only renewal has them. The core checks their types. */
const OPTION_NAMES = 'extra idTokenHint local'

/** Makes `signOut`. Calls at the same time share one sign-out. */
export function makeSignOut(
  context: Context,
  { ready, recheck }: Start,
): (options?: SignOutOptions) => Promise<void> {
  const { renewal, run, runMethod, state } = context
  let running: Promise<void> | undefined
  let callers = 0
  let shared = new AbortController()

  /** Forgets the session here and at the provider. Resolves to whether the page leaves. */
  async function forget(
    options: SignOutOptionsText,
    signal: AbortSignal,
    afterForgetting: AbortController,
  ): Promise<boolean> {
    await ready().catch(() => {})
    const session = state.session?.text ?? ''
    const wasSignedIn = state.status === 'signedIn'
    state.forgetSession(true)
    // The event is fired after the store has forgotten the session too: its listener may reload the page.
    let isForgotten = false
    const onForgotten = () => {
      if (!isForgotten) {
        isForgotten = true
        // A recheck may have found the session in the store meanwhile.
        state.forgetSession(true)
        if (wasSignedIn) state.emit('signedout')
      }
      onAbort(signal, () => afterForgetting.abort(signal.reason))
    }
    try {
      const end = await run(['sign-out', session, options], afterForgetting.signal, onForgotten)
      return end.kind === 'navigating'
    } catch (error) {
      // The core has refused the options: the store has the session as before.
      if (!isForgotten) await recheck()
      throw error
    }
  }

  async function leavePage(options: SignOutOptionsText, signal: AbortSignal): Promise<void> {
    // Forgetting the session cannot be aborted, only the steps after it.
    const afterForgetting = new AbortController()
    // The lock is requested before other tabs are notified: a sign-in that they begin for their user comes after it.
    const lock = renewal?.lockSignOut()
    const isLeaving = forget(options, signal, afterForgetting)
    // A sign-in that the app begins for its signed-out user would replace the navigation of this sign-out.
    context.pendingSignOut = isLeaving.catch(() => false)
    context.signIn?.abort(new OidcError('OIDC_SIGNIN_ABANDONED'))
    try {
      if (await isLeaving) await waitForReturn(afterForgetting.signal)
    } finally {
      void lock?.then((release) => release?.())
    }
  }

  return (options) =>
    runMethod(options, renewal ? OPTION_NAMES : '', async (signal, parameters) => {
      const text = optionsText<SignOutOptionsText>(parameters)
      if (!running) shared = new AbortController()
      const stop = shared
      callers += 1
      // The sign-out is aborted after all of its callers were.
      signal.addEventListener('abort', () => {
        callers -= 1
        if (!callers) stop.abort(signal.reason)
      })
      running ??= leavePage(text, stop.signal).finally(() => {
        running = context.pendingSignOut = undefined
        callers = 0
      })
      return abortable(signal, running)
    })
}
