/** `signInPopup`: a sign-in beside the page. */

import type { Context } from '../context.js'
import { OidcError } from '../../shared/error.js'
import { openPopup } from '../../host/browser/windows.js'
import { textOf } from '../sign-in.js'
import type { Start } from '../start.js'
import type { SignInOptions, User } from '../types.js'

/** Makes `signInPopup`. */
export function makeSignInPopup(
  { run, state, verb }: Context,
  { lookAgain }: Start,
): (options?: SignInOptions) => Promise<User> {
  let latest: AbortController | undefined

  return (given) => {
    const options = given ?? {}
    latest?.abort(new OidcError('OIDC_POPUP_CLOSED'))
    const own = (latest = new AbortController())
    const popup = openPopup()
    return verb(options.signal, async (stop) => {
      stop.addEventListener('abort', () => own.abort(stop.reason))
      const { turns } = state
      const end = await run('popup', textOf(options), own.signal, { popup })
      if (end.was !== 'signedIn') throw new OidcError('OIDC_INTERNAL', end.was)
      // Somebody may have signed out while the person was away, or since.
      if (state.turns === turns) state.adopt(end)
      else await lookAgain()
      if (!state.user) throw new OidcError('OIDC_SIGNIN_REQUIRED')
      return state.user
    }).finally(() => popup?.close())
  }
}
