import { abortable } from '../shared/abort.js'
import { OidcError } from '../shared/error.js'

/** Runs work that the caller of a public method can abort. */
export type RunAbortable = <T>(work: (signal: AbortSignal) => Promise<T>) => Promise<T>

/**
 * Runs the work of a public method until the caller aborts it (`OIDC_ABORTED`) or the client is closed
 * (`OIDC_CLOSED`). Rejects with an `OidcError` only.
 */
export async function runMethod<T>(
  callerSignal: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<T>,
  closeSignal?: AbortSignal,
): Promise<T> {
  const stop = new AbortController()
  const abort = () => stop.abort(new OidcError('OIDC_ABORTED', '', callerSignal!.reason))
  const close = () => stop.abort(new OidcError('OIDC_CLOSED'))
  callerSignal?.addEventListener('abort', abort)
  closeSignal?.addEventListener('abort', close)
  if (callerSignal?.aborted) abort()
  if (closeSignal?.aborted) close()
  try {
    stop.signal.throwIfAborted()
    return await abortable(stop.signal, work(stop.signal))
  } catch (error) {
    throw OidcError.is(error) ? error : new OidcError('OIDC_INTERNAL', '', error)
  } finally {
    callerSignal?.removeEventListener('abort', abort)
    closeSignal?.removeEventListener('abort', close)
  }
}
