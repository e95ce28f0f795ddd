/** Functions for the setting `token` of a verifier: where a request has its token, if not in `Authorization`. */

import { trimOws } from '../shared/header.js'

type TokenSource = (request: Request) => string | undefined

/** The token is the value of this header, such as `Cf-Access-Jwt-Assertion`. The value has no scheme. */
export const tokenFromHeader =
  (name: string): TokenSource =>
  (request) =>
    request.headers.get(name) ?? undefined

/**
 * The token is the value of this cookie. A browser sends cookies with requests of other sites' pages too, so such a
 * request has no token here, unless it navigates. Nor has one of a page of another host, if the browser does not say
 * whether that is of the same site. Two cookies of this name are refused.
 */
export const tokenFromCookie =
  (name: string): TokenSource =>
  (request) => {
    const { headers } = request
    if (isOfOtherSite(request)) return undefined
    const values = itemsOf(headers.get('cookie'), ';').flatMap((pair) =>
      pair.startsWith(`${name}=`) ? [pair.slice(name.length + 1)] : [],
    )
    return values.length ? values.join() : undefined
  }

/**
 * Whether a page of another site sent the request, and the user did not navigate. Without `Sec-Fetch-Site`, as on plain
 * http, the origin tells: of the hosts of one site, only that of the API itself is known then.
 */
function isOfOtherSite({ method, url, headers }: Request): boolean {
  const [site, origin] = [headers.get('sec-fetch-site'), headers.get('origin')]
  if (site === null) {
    const own = new URL(url)
    // Behind a proxy that ends TLS the API sees http, and the browser https.
    return origin !== null && origin !== own.origin && origin !== `https://${own.host}`
  }
  return site === 'cross-site' && !(method === 'GET' && headers.get('sec-fetch-mode') === 'navigate')
}

/**
 * The token follows this word in `Sec-WebSocket-Protocol`: `new WebSocket(url, ['bearer', token])`. Answer with the
 * word as the chosen protocol, never with the token.
 */
export const tokenFromProtocol =
  (word = 'bearer'): TokenSource =>
  ({ headers }) => {
    const items = itemsOf(headers.get('sec-websocket-protocol'), ',')
    const place = items.indexOf(word)
    return place < 0 ? undefined : items[place + 1]
  }

const itemsOf = (list: string | null, separator: string): string[] =>
  (list ?? '').split(separator).map(trimOws)
