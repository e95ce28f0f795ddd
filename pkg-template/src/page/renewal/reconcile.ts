/** What a renewal brought, and who is here by now. */

import type { GoodEnd } from '../context.js'
import { errorOf, OidcError } from '../../shared/error.js'
import type { SessionState } from '../client-state.js'

/** Why a session ended in another tab, where that was told. */
export const reasonOf = (end: GoodEnd): OidcError | undefined =>
  end.was === 'ended' ? errorOf(end.failure) : undefined

/**
 * Takes over what a renewal ended in, unless somebody came or went meanwhile; whether it did. `before`
 * is how things stood when it began.
 *
 * Throws where there is no token for who is here: the reason that the session ended for,
 * `OIDC_SIGNIN_REQUIRED`, `OIDC_SESSION_CHANGED`.
 */
export async function agree(
  state: SessionState,
  lookAgain: () => Promise<void>,
  before: Pick<SessionState, 'turns' | 'user'>,
  end: GoodEnd,
): Promise<boolean> {
  const isLate = state.turns !== before.turns
  // Who is there is found where sessions are kept.
  if (isLate) await lookAgain()
  if (end.was === 'ended') {
    const why = errorOf(end.failure)
    // That nothing is there any more is no reason.
    if (!isLate) state.forget(why.code === 'OIDC_SIGNIN_REQUIRED' ? undefined : why)
    throw why
  }
  if (isLate) {
    if (!state.user) throw new OidcError('OIDC_SIGNIN_REQUIRED')
    if (state.user.sub !== before.user?.sub) throw new OidcError('OIDC_SESSION_CHANGED')
    return false
  }
  if (end.was === 'token' || end.was === 'switched') state.adopt(end)
  if (end.was === 'switched') throw new OidcError('OIDC_SESSION_CHANGED')
  return true
}
