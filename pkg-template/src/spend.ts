/** Tokens that count once. */

import { within } from './abort.js'
import type { Backend } from './backend.js'
import type { ReplayStore } from './cache.js'
import { OidcError } from './error.js'
import { digestOf } from './host/subtle.js'

/** How long a replay store may take, in milliseconds. */
const PATIENCE = 5000

/**
 * Marks a token as spent for so many seconds; `one` tells it from every other. Rejects with
 * `OIDC_TOKEN_REPLAYED` when it is marked already, `OIDC_REPLAY_UNAVAILABLE` when nobody can tell.
 */
export async function spend(
  replay: ReplayStore,
  one: string,
  seconds: number,
  backend?: Backend,
): Promise<void> {
  let isFirst: boolean | undefined
  try {
    // Of one length whatever `jti` is, and nothing of the token is in it.
    const digest = (await digestOf('SHA-256', one, backend))!
    const mark = Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('')
    isFirst = await within(PATIENCE, replay.putIfAbsent(mark, seconds), undefined)
    if (isFirst === undefined) throw new Error('The store did not answer in time.')
  } catch (cause) {
    throw new OidcError('OIDC_REPLAY_UNAVAILABLE', 'replay', cause)
  }
  if (isFirst !== true) throw new OidcError('OIDC_TOKEN_REPLAYED', 'jti')
}
