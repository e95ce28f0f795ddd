import { ownMembers } from '../shared/bare.js'
import { abortable, onAbort } from '../shared/abort.js'
import { OidcError } from '../shared/error.js'
import { isFunction, isObject } from '../shared/settings.js'
import type { Abortable } from '../shared/types.js'

/** The options of `getAccessToken`, besides `signal`. The core checks their types. */
export const TOKEN_OPTIONS = 'scope resource renew'

/** Runs work that the caller of a public method can abort. */
export type RunAbortable = <T>(work: (signal: AbortSignal) => Promise<T>) => Promise<T>

/**
 * Runs the work of a public method until the caller aborts it (`OIDC_ABORTED`) or the client is closed
 * (`OIDC_CLOSED`). The work receives the options except `signal`. `names` has those that the method knows; without it
 * they are not compared. Rejects with an `OidcError` only, of wrong options with `OIDC_SIGNIN_OPTION_INVALID`.
 */
export async function runMethod<T>(
  options: Abortable | undefined,
  names: string | undefined,
  work: (signal: AbortSignal, parameters: object) => Promise<T>,
  closeSignal?: AbortSignal,
): Promise<T> {
  const { signal: callerSignal, ...parameters } = readOptions(options, names)
  const stop = new AbortController()
  const listeners = [
    onAbort(callerSignal, () => stop.abort(new OidcError('OIDC_ABORTED', '', callerSignal!.reason))),
    onAbort(closeSignal, () => stop.abort(new OidcError('OIDC_CLOSED'))),
  ]
  try {
    stop.signal.throwIfAborted()
    return await abortable(stop.signal, work(stop.signal, parameters))
  } catch (error) {
    throw OidcError.is(error) ? error : new OidcError('OIDC_INTERNAL', '', error)
  } finally {
    for (const stopListening of listeners) stopListening()
  }
}

/** Checks the names of options, and the type of `signal`. The core checks the types of the others. */
function readOptions(options: Abortable = {}, names?: string): Abortable {
  const invalid = (name: string) => new OidcError('OIDC_SIGNIN_OPTION_INVALID', name)
  if (!isObject(options)) throw invalid('options')
  const own = ownMembers(options)
  // `onClick={auth.signIn}` passes an event, which has no options. A polluted prototype makes no event of options.
  const { preventDefault } = options as Partial<Event>
  if (isFunction(preventDefault) && preventDefault !== ({} as Partial<Event>).preventDefault) {
    return ownMembers(undefined)
  }
  const { signal } = own
  if (signal && !signal.addEventListener) throw invalid('signal')
  const known = names?.split(' ')
  const unknown = known && Object.keys(own).find((name) => name !== 'signal' && !known.includes(name))
  if (unknown !== undefined) throw invalid(unknown)
  return own
}
