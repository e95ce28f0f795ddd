/** Announces the end of a session that nothing renews while the page is open, before a call fails. */

import type { Context } from '../context.js'
import { now } from '../../core/drive.js'
import { OidcError } from '../../shared/error.js'
import type { User } from '../../shared/types.js'

/** The longest time that a timer can wait, in milliseconds. */
const MAX_WAIT_MS = 2 ** 31 - 1

/** The user of each client whose session's end was announced: a new object after the next sign-in. */
const announced = new WeakMap<Context, User>()

/** Makes the end of a session that only a sign-in renews the client's `error` once, and fires the event `error`. */
function announceEnd(context: Context): void {
  const { report, state } = context
  if (!state.user || announced.get(context) === state.user) return
  announced.set(context, state.user)
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
  const { runMethod, settings, state } = context
  // A hidden frame renews the session when a call needs it.
  const isFramed = settings.silentRedirectUri && settings.silent !== false
  let timer: ReturnType<typeof setTimeout>

  const wait = async (endsAt: number): Promise<void> => {
    while (now() < endsAt) {
      const ms = (endsAt - now()) * 1000
      await new Promise<void>((resolve) => {
        timer = setTimeout(resolve, Math.min(ms, MAX_WAIT_MS))
        // A server's process that ends waits for no timer of a page.
        Object(timer).unref?.()
      })
    }
  }

  state.subscribe(() => {
    clearTimeout(timer)
    const { text, endsAt, isStuck } = state.session ?? {}
    if (!endsAt || (isFramed && !isStuck)) return
    const end = () => {
      if (state.session?.text === text) announceEnd(context)
    }
    // A client that starts with a session that has ended says so before `start` resolves.
    if (now() >= endsAt) queueMicrotask(end)
    // `close` rejects.
    else runMethod(undefined, undefined, () => wait(endsAt)).then(end, () => {})
  })
}
