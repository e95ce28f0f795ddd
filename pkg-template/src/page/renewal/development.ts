/** Help for developers: details of errors, hints, and a reminder of `start`. */

import { refreshHint } from '../../client/refresh-hint.js'
import type { Context } from '../context.js'
import type { DeveloperHelp } from './help.js'
import { pageUrl } from '../../host/browser/navigation.js'
import { detailOf } from '../../shared/detail.js'
import { errorOf } from '../../shared/error.js'
import { makeUnanswered } from '../../host/unanswered.js'

/** How long an app may take to call `start`, in milliseconds. */
const START_REMINDER_MS = 5000

/** Whether the page is on the developer's machine. */
const isLocal = (): boolean =>
  /^(.*\.)?localhost$|^127\.|^\[::1\]$/.test(globalThis.location?.hostname ?? '')

/** Reminds of `start`, without which no sign-in is finished and no session is restored. */
async function remindOfStart({ hint, state }: Context): Promise<void> {
  // Making a client touches nothing global, and what follows it in the app comes first.
  for (let turn = 0; turn < 3; turn += 1) await undefined
  if (!isLocal()) return
  setTimeout(() => {
    if (state.status === 'loading') {
      hint('countersign: start() was not called. It finishes a sign-in and restores the session.')
    }
  }, START_REMINDER_MS)
}

/** The help of `countersign`, and of `countersign/renewal` after `explainErrors()`. */
export const development: DeveloperHelp = {
  log(hint) {
    if (isLocal()) console.info(hint)
  },
  clientMade: (context) => void remindOfStart(context),
  observe(context, host) {
    const unanswered = makeUnanswered()
    const { send } = host
    host.send = async (request, signal) => unanswered.note(request, await send(request, signal))
    return (end) => {
      if (end.kind === 'error') {
        const { code, at } = errorOf(end.failure)
        return detailOf(context.settings, code, at, unanswered.addressOf(at), pageUrl())
      }
      const text = refreshHint(end, context.settings.refresh)
      if (text) context.hint(text)
      return undefined
    }
  },
}
