/** Looks whether the provider's session is still the one that ours came of. */

import { agree } from './reconcile.js'
import type { Context } from '../context.js'
import { errorOf, OidcError } from '../../shared/error.js'
import type { Start } from '../start.js'

/** Watches for as long as somebody is signed in, where the app asks for it. */
export function watchSession(context: Context, { lookAgain }: Start): void {
  const { hint, run, settings, state, verb } = context
  if (settings.sessionCheck === undefined) return
  let own: AbortController | undefined
  let sub: string | undefined

  const report = (error: OidcError) => {
    hint(error.message)
    state.emit('error', { error })
  }

  /** How one watch ended; nothing where it is to be begun again, since something was in the way. */
  async function look(text: string, about: string, stop: AbortSignal) {
    try {
      const end = await run('watch', text, stop, { about })
      if (end.was !== 'unwatched' || !end.again) return end
      report(errorOf(end.failure))
    } catch (error) {
      const isOver = stop.aborted || !OidcError.is(error)
      if (isOver || error.blame === 'App' || error.blame === 'Bug') throw error
      report(error)
    }
    return undefined
  }

  async function watch(stop: AbortSignal): Promise<void> {
    let about = ''
    while (state.session) {
      const { turns, user, session } = state
      const end = await look(session.text, about, stop)
      about = end ? '' : 'sees'
      if (end?.was === 'ignored') return
      if (end?.was === 'unwatched') return state.emit('degraded', { error: errorOf(end.failure) })
      // Whoever went or came instead is known by then; what they are told is in the event.
      if (end) await agree(state, lookAgain, { turns, user }, end).catch(() => {})
    }
  }

  state.subscribe(() => {
    const now = state.user?.sub
    if (now === sub) return
    sub = now
    own?.abort()
    if (now === undefined) return
    const { signal } = (own = new AbortController())
    verb(signal, watch).catch((error) => {
      if (!signal.aborted && error.code !== 'OIDC_CLOSED') report(error)
    })
  })
}
