/** The session that an app gets while it answers a request. */

import { unless } from '../shared/abort.js'
import { makeFetch } from '../client/api-fetch.js'
import { json } from '../page/config.js'
import type { Session as Known } from '../core/page.js'
import { errorOf, OidcError } from '../shared/error.js'
import { readClaims } from '../page/client-state.js'
import type { ReadToken } from '../page/tokens.js'
import type { User } from '../page/types.js'
import type { Session, SessionsConfig } from './types.js'
import type { Visit } from './request-context.js'

/** Who it is of. */
export const userOf = <C extends object>({ claims }: Known): User<C> => readClaims(claims) as User<C>

/** Makes it. */
export function makeSession<C extends object>(
  visit: Visit,
  config: SessionsConfig,
  known: Known,
): Session<C> {
  const readToken: ReadToken = async (need, stop) => {
    if (visit.isSent()) throw new OidcError('OIDC_SESSION_SENT')
    const about = json(need, 'OIDC_SIGNIN_OPTION_INVALID')
    const end = await visit.run('renew', visit.session(), { about, stop })
    if (end.was === 'ended') throw errorOf(end.failure)
    if (end.was === 'switched') throw new OidcError('OIDC_SESSION_CHANGED')
    if (end.was !== 'token') throw new OidcError('OIDC_INTERNAL', end.was)
    return { accessToken: end.accessToken, expiresAt: end.expiresAt }
  }
  return {
    user: userOf<C>(known),
    getAccessToken: ({ signal, scope, resource } = {}) =>
      verb(signal, (stop) => readToken({ ...(scope && { scope }), ...(resource && { resource }) }, stop)),
    fetch: makeFetch(
      {
        run: (flow, text, stop) => visit.run(flow, text, { stop }),
        settings: config,
        verb,
        fetch: (token) => {
          const plain = config.fetch ?? globalThis.fetch.bind(globalThis)
          return token === undefined ? plain : withoutCookies(plain, visit.place.make.name)
        },
        hint: (text) => config.log?.(text),
      },
      readToken,
    ),
  }
}

/** A `fetch` that leaves our cookies here: a request that is passed on has those of the browser. */
const withoutCookies =
  (fetch: typeof globalThis.fetch, ours: string): typeof globalThis.fetch =>
  (input, init) => {
    const headers = new Headers(init?.headers)
    const pairs = headers.get('cookie')?.split(';') ?? []
    const others = pairs.filter((pair) => !pair.trim().startsWith(ours))
    if (others.length) headers.set('cookie', others.join(';').trim())
    else headers.delete('cookie')
    return fetch(input, { ...init, headers })
  }

/** Runs a verb that can be called off. Whatever it rejects with is an `OidcError`. */
async function verb<T>(
  signal: AbortSignal | undefined,
  work: (stop: AbortSignal) => Promise<T>,
): Promise<T> {
  const stop = new AbortController()
  const abort = () => stop.abort(new OidcError('OIDC_ABORTED', '', signal!.reason))
  signal?.addEventListener('abort', abort)
  if (signal?.aborted) abort()
  try {
    stop.signal.throwIfAborted()
    return await unless(stop.signal, work(stop.signal))
  } catch (error) {
    throw OidcError.is(error) ? error : new OidcError('OIDC_INTERNAL', '', error)
  } finally {
    signal?.removeEventListener('abort', abort)
  }
}
