/** Responses to a signed-in user: no shared cache stores them, and they are sent, not the ones they were made from. */

import { callLog } from '../shared/log.js'
import { trimOws } from '../shared/header.js'
import type { SharedState } from './shared-state.js'

/**
 * Headers that a cache between here and the browser reads instead of `Cache-Control`: those that target caches (RFC 9213),
 * whose names end alike, and older ones.
 */
const CDN_HEADER = /-cache-control$|^(surrogate-control|x-accel-expires|edge-control|expires)$/i
const SHARED_DIRECTIVES = /^(public|private|s-maxage|proxy-revalidate|must-understand|immutable)\b/i

/** A copy of a response that no shared cache stores. A browser may keep it for as long as the app says. */
export function asPersonal(response: Response): Response {
  // A response that a protocol switches to, or that is an error, has no copy and is not stored.
  if (response.status < 200) return response
  const copy = new Response(response.body, response)
  const said = copy.headers.get('cache-control')?.split(',').map(trimOws) ?? ['no-cache']
  const own = said.filter((one) => one && !SHARED_DIRECTIVES.test(one))
  copy.headers.set('cache-control', ['private', ...own].join(', '))
  varyByCookie(copy.headers)
  return copy
}

/** Says that the response depends on the cookies, and removes what only shared caches read. */
export function varyByCookie(headers: Headers): void {
  for (const name of [...headers.keys()]) if (CDN_HEADER.test(name)) headers.delete(name)
  if (!/(^|,)[ \t]*(\*|cookie)[ \t]*(,|$)/i.test(headers.get('vary') ?? '')) headers.append('vary', 'Cookie')
}

const HINT =
  'countersign: the app sent another response than the one that `with` resolved to. A renewed session has its ' +
  'cookies there alone and is lost. In Hono: `c.res = undefined; c.res = await sessions.with(…)`.'

/**
 * Reports once that the app uses the response that it gave to `with`, and so loses the cookies of the one that it got:
 * a framework ignores a response that a middleware returns after the next one has answered.
 */
export function noticeUse(given: Response, { checkedConfig, hints }: SharedState): void {
  if (hints.isUseReported || !Object.isExtensible(given)) return
  const { config } = checkedConfig
  for (const name of ['headers', 'body'] as const) {
    const value = given[name]
    const get = () => {
      if (!hints.isUseReported) {
        hints.isUseReported = true
        void callLog(config.log ?? console.warn, HINT)
      }
      return value
    }
    // Without a prototype, which a script may have polluted.
    Object.defineProperty(given, name, Object.assign(Object.create(null), { configurable: true, get }))
  }
}

/** Stops watching a response that the app gives to `with` again. */
export function ignoreUse(given: Response): void {
  for (const name of ['headers', 'body']) {
    if (Object.getOwnPropertyDescriptor(given, name)?.get) Reflect.deleteProperty(given, name)
  }
}
