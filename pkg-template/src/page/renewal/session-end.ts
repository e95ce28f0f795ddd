/** Announces the end of a session that nothing renews while the page is open, before a call fails. */

import type { Context } from '../context.js'
import { now } from '../../core/drive.js'
import { OidcError } from '../../shared/error.js'
import type { User } from '../../shared/types.js'

/** The longest time that a timer can wait, in milliseconds. */
const MAX_WAIT_MS = 2 ** 31 - 1

/** The users whose session's end was announced. The next sign-in makes another object. */
const announced = new WeakSet<User>()

/** Makes the end of a session that only a sign-in renews the client's `error` once, and fires the event `error`. */
function announceEnd({ report, state }: Context): void {
  const { user } = state
  if (!user || announced.has(user)) return
  announced.add(user)
  const error = new OidcError('OIDC_SESSION_EXPIRED')
  state.fail(error)
  report(error)
}

/** Whether a notice of a flow says that the session ended. Then it announces that. */
export function isEnd(context: Context, { code }: OidcError): boolean {
  const isEnd = code === 'OIDC_SESSION_EXPIRED'
  if (isEnd) announceEnd(context)
  return isEnd
}

/** Announces the end of each session without a refresh token. */
export function watchEnd(context: Context): void {
  const { settings, state } = context
  // A hidden frame renews the session when a call needs it.
  const isFramed = settings.silentRedirectUri && settings.silent !== false
  let timer: ReturnType<typeof setTimeout>

  state.subscribe(() => {
    clearTimeout(timer)
    const { text, endsAt, isStuck } = state.session ?? {}
    if (!endsAt || (isFramed && !isStuck)) return
    const end = () => {
      // A client that starts again after `close` begins again.
      if (state.session?.text === text && !state.isClosed) announceEnd(context)
    }
    const wait = () => {
      const ms = (endsAt - now()) * 1000
      // A client that starts with a session that has ended says so before `start` resolves.
      if (ms <= 0) return queueMicrotask(end)
      timer = setTimeout(wait, Math.min(ms, MAX_WAIT_MS))
      // A server's process that ends waits for no timer of a page.
      Object(timer).unref?.()
    }
    wait()
  })
}
