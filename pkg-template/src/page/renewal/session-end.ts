/** Announces the end of a session that nothing renews while the page is open, before a call fails. */

import type { Context } from '../context.js'
import { now } from '../../core/drive.js'
import { OidcError } from '../../shared/error.js'

/** The longest time that a timer can wait, in milliseconds. */
const MAX_WAIT_MS = 2 ** 31 - 1

/** Makes the end of a session without a refresh token the client's `error`, and fires the event `error`. */
export function announceEnd({ report, runMethod, settings, state }: Context): void {
  // A hidden frame renews the session when a call needs it.
  if (settings.silentRedirectUri && settings.silent !== false) return
  let timer: ReturnType<typeof setTimeout>
  let announced: string | undefined

  const wait = async (endsAt: number): Promise<void> => {
    do {
      const ms = Math.max((endsAt - now()) * 1000, 0)
      await new Promise<void>((resolve) => {
        timer = setTimeout(resolve, Math.min(ms, MAX_WAIT_MS))
        // A server's process that ends waits for no timer of a page.
        Object(timer).unref?.()
      })
    } while (now() < endsAt)
  }

  state.subscribe(() => {
    clearTimeout(timer)
    const { text, endsAt } = state.session ?? {}
    if (!endsAt || text === announced) return
    runMethod(undefined, undefined, () => wait(endsAt)).then(
      () => {
        if (state.session?.text !== text || text === announced) return
        announced = text
        const error = new OidcError('OIDC_SESSION_EXPIRED')
        state.fail(error)
        report(error)
      },
      // The client was closed.
      () => {},
    )
  })
}
