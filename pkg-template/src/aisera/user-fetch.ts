/** `fetch` with the token of one user, for the origins of the external system. */

import { attempt } from '../shared/attempt.js'
import { OidcError } from '../shared/error.js'
import type { Decide } from '../systems/decide.js'
import type { AiseraCalls, UserTokens } from './types.js'

/** The core's decision about a call. */
interface Call {
  readonly url: string
  readonly getsToken: boolean
}

/** The core's decision about a response that names another address. */
type Redirect =
  | { readonly does: 'answer' | 'refuse' }
  | { readonly does: 'follow'; readonly keepsToken: boolean; readonly method: string; readonly drop: readonly string[] }

/** A response, and whether the request for it had the token. */
type Sent = readonly [response: Response, hadToken: boolean]

const MAX_REDIRECTS = 5

/** Makes `fetch` for a session. `fetchElsewhere` sends the requests that get nothing of the session. */
export function makeUserFetch(
  decide: Decide,
  session: UserTokens,
  calls: AiseraCalls,
  fetchElsewhere: typeof globalThis.fetch,
): typeof globalThis.fetch {
  const tokenOf = async (renew: boolean, signal: AbortSignal) =>
    calls.token === 'id_token'
      ? session.getIdToken({ renew, signal })
      : (await session.getAccessToken({ renew, signal })).accessToken

  /** A new token. Resolves to `undefined` if nothing renews this session. */
  const renewedToken = (signal: AbortSignal) =>
    tokenOf(true, signal).catch((error: unknown) => {
      if (OidcError.is(error) && error.code === 'OIDC_RENEW_UNAVAILABLE') return undefined
      throw error
    })

  async function send(request: Request, body: BodyInit | undefined, address: string, token: string): Promise<Sent> {
    const headers = new Headers(request.headers)
    headers.set('authorization', `Bearer ${token}`)
    let [url, method, sent, hasToken] = [address, request.method, body, true]
    for (let redirects = 0; ; redirects += 1) {
      const init = { method, headers, signal: request.signal, redirect: 'manual' as const, ...(sent !== undefined && { body: sent }) }
      // With a token of its own the session adds none. An address elsewhere gets nothing of the session at all.
      const response = await (hasToken ? session.fetch(url, init) : fetchElsewhere(url, init))
      const { status } = response
      const location = response.headers.get('location')
      if (!location || request.redirect === 'manual') return [response, hasToken]
      const to = attempt(() => new URL(location, url).href) ?? ''
      const next = await decide<Redirect>('aisera-redirect', { from: url, to, status, method, headers: [...headers.keys()] })
      if (next.does === 'answer') return [response, hasToken]
      await response.body?.cancel()
      if (next.does !== 'follow' || redirects === MAX_REDIRECTS || request.redirect === 'error') {
        throw new TypeError(`redirected by ${new URL(url).origin}`)
      }
      hasToken &&= next.keepsToken
      next.drop.forEach((name) => headers.delete(name))
      if (next.method !== method) sent = undefined
      ;[url, method] = [to, next.method]
    }
  }

  return async (input, init) => {
    const request = new Request(input, init)
    const call = await decide<Call>('aisera-call', { url: request.url, calls })
    if (!call.getsToken || request.headers.has('authorization')) return session.fetch(request)
    // The body may be sent again.
    const body = request.body ? await request.arrayBuffer() : undefined
    const token = await tokenOf(false, request.signal)
    const [response, hadToken] = await send(request, body, call.url, token)
    if (response.status !== 401 || !hadToken) return response
    const renewed = await renewedToken(request.signal)
    if (renewed === undefined || renewed === token) return response
    await response.body?.cancel()
    return (await send(request, body, call.url, renewed))[0]
  }
}
