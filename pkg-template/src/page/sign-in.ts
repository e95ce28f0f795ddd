/** `signIn` and `signOut`: the two ways to leave the page. */

import { unless } from '../shared/abort.js'
import { json } from './config.js'
import type { Context } from './context.js'
import { OidcError } from '../shared/error.js'
import { onReturn } from '../host/browser/navigation.js'
import type { Start } from './start.js'
import type { SignInOptions, Waiting } from './types.js'

const NAMES: (keyof SignInOptions)[] = [
  'returnTo',
  'prompt',
  'loginHint',
  'maxAge',
  'acrValues',
  'uiLocales',
  'claims',
  'resource',
  'scope',
  'extra',
]

/** The options as JSON text for the core. */
export function textOf(options: SignInOptions): string {
  // A button's `onClick={auth.signIn}` passes an event, which asks for nothing.
  if ('preventDefault' in options) return '{}'
  const { signal, ...ask } = options
  const stranger = Object.keys(ask).find((name) => !(NAMES as string[]).includes(name))
  if (stranger !== undefined) throw new OidcError('OIDC_SIGNIN_OPTION_INVALID', stranger)
  return json(ask, 'OIDC_SIGNIN_OPTION_INVALID')
}

/** Waits for the page to come back out of the back/forward cache. */
function comeBack(stop: AbortSignal): Promise<void> {
  let deaf: (() => void) | undefined
  const back = new Promise<void>((resolve) => {
    deaf = onReturn(resolve)
  })
  return unless(stop, back).finally(deaf)
}

/** Makes `signIn`. */
export function makeSignIn(context: Context): (options?: SignInOptions) => Promise<never> {
  const { run } = context
  let latest: Promise<never> | undefined
  let supersede: AbortController | undefined

  async function goAway(ask: string, stop: AbortSignal): Promise<never> {
    await run('login', ask, stop)
    await comeBack(stop)
    throw new OidcError('OIDC_SIGNIN_ABANDONED')
  }

  return (given) => {
    const options = given ?? {}
    const { signal } = options
    supersede?.abort()
    const own = (supersede = new AbortController())
    const attempt: Promise<never> = context
      .verb(signal, async (stop) => {
        stop.addEventListener('abort', () => own.abort(stop.reason))
        return goAway(textOf(options), own.signal)
      })
      .catch((error) => {
        // A superseded call settles as the one that superseded it.
        if (own !== supersede && !signal?.aborted && latest) return latest
        throw error
      })
    return (latest = attempt)
  }
}

/** Makes `signOut`. */
export function makeSignOut(
  context: Context,
  { ready }: Start,
): (options?: Waiting) => Promise<void> {
  const { run, state } = context
  let running: Promise<void> | undefined
  let callers = 0
  let own = new AbortController()

  async function goAway(stop: AbortSignal): Promise<void> {
    // What has begun to be forgotten is forgotten: only what follows can be called off.
    const later = new AbortController()
    await ready().catch(() => {})
    const session = state.session?.text ?? ''
    const wasSignedIn = state.status === 'signedIn'
    state.forget(true)
    // The event comes when the store has forgotten too: its listener may load the page anew.
    let told = false
    const tell = () => {
      if (!told) {
        told = true
        // A look may have come in between, and have found what was still there.
        state.forget(true)
        if (wasSignedIn) state.emit('signedout')
      }
      const halt = () => later.abort(stop.reason)
      if (stop.aborted) halt()
      stop.addEventListener('abort', halt, { once: true })
    }
    try {
      const end = await run('leave', session, later.signal, { granted: tell })
      if (end.was === 'leaving') await comeBack(later.signal)
    } finally {
      tell()
    }
  }

  return (options) =>
    context.verb(options?.signal, (stop) => {
      if (!running) own = new AbortController()
      const shared = own
      callers += 1
      // One caller's change of mind does not end what another waits for.
      stop.addEventListener('abort', () => {
        callers -= 1
        if (!callers) shared.abort(stop.reason)
      })
      running ??= goAway(shared.signal).finally(() => {
        running = undefined
        callers = 0
      })
      return unless(stop, running)
    })
}
