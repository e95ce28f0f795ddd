/** The routes: to the provider, back from there, and out. */

import { OidcError } from '../error.js'
import type { SessionsConfig } from './types.js'
import type { Visit } from './visit.js'

/** What answers at one path. */
export interface Route {
  readonly method: 'GET' | 'POST'
  answer(visit: Visit, request: Request): Promise<Response>
}

/** The routes by their names below `basePath`. */
export const routes: ReadonlyMap<string, Route> = new Map<string, Route>([
  ['/login', { method: 'GET', answer: login }],
  ['/callback', { method: 'GET', answer: callback }],
  ['/logout', { method: 'POST', answer: logout }],
])

async function login(visit: Visit, request: Request): Promise<Response> {
  const returnTo = await placeOf(visit, request)
  await visit.run('login', JSON.stringify({ returnTo }))
  return go(302, visit.to)
}

async function callback(visit: Visit, request: Request): Promise<Response> {
  const about = addressOf(visit, request)
  return go(302, await visit.arrive(about, () => arrive(visit, about)))
}

/** Where the person goes on whose response this is. */
async function arrive(visit: Visit, about: string): Promise<string> {
  const end = await visit.run('start', '', { about })
  // A session that cannot be read is no news of this response.
  const notice = visit.notices.find(({ code }) => code !== 'OIDC_SESSION_UNREADABLE')
  if (end.was === 'signedIn' && (end.fresh || !notice || notice.code === 'OIDC_STATE_USED')) {
    return end.returnTo ?? `${visit.place.origin}/`
  }
  throw notice ?? new OidcError('OIDC_STATE_MISSING')
}

async function logout(visit: Visit, request: Request): Promise<Response> {
  if (!isFromHere(request, visit.place.origin)) throw new OidcError('OIDC_REQUEST_FORBIDDEN')
  const returnTo = await placeOf(visit, request)
  await visit.run('leave', visit.session())
  return go(303, visit.to ?? returnTo)
}

/** Where the request asks to return to, as the core judges it. */
async function placeOf(visit: Visit, request: Request): Promise<string> {
  const end = await visit.run('return-to', '', { about: addressOf(visit, request) })
  return (end.was === 'signedOut' && end.returnTo) || `${visit.place.origin}/`
}

/** The request's address as people see it, whatever is in front of this server. */
function addressOf({ place }: Visit, request: Request): string {
  const { pathname, search } = new URL(request.url)
  return `${place.origin}${pathname}${search}`
}

/**
 * Whether a page of this origin sent the request, or the person by themselves. A browser says so in
 * `Sec-Fetch-Site` or `Origin`, which no page can write; who says neither is not believed.
 */
function isFromHere({ headers }: Request, ours: string): boolean {
  const [site, origin] = [headers.get('sec-fetch-site'), headers.get('origin')]
  if (site === null) return origin === ours
  // A page without a referrer has the origin `null`.
  const isOurs = origin === null || origin === 'null' || origin === ours
  return isOurs && ['same-origin', 'none'].includes(site)
}

/** A redirect. */
function go(status: 302 | 303, location: string | undefined): Response {
  if (!location) throw new OidcError('OIDC_INTERNAL', 'leave')
  return new Response(null, { status, headers: { location, 'cache-control': 'no-store' } })
}

/** The answer for a method that a route does not have. */
export const otherMethod = (allow: string): Response =>
  new Response(null, { status: 405, headers: { allow, 'cache-control': 'no-store' } })

/** The answer for a failure: the app's own, or a page of plain text. */
export async function refuse(
  { onError }: SessionsConfig,
  error: OidcError,
  request: Request,
): Promise<Response> {
  const answer = await onError?.(error, request)
  if (answer) return answer
  const headers: Record<string, string> = {
    'content-type': 'text/plain; charset=utf-8',
    'content-security-policy': "default-src 'none'",
    'x-content-type-options': 'nosniff',
    'cache-control': 'private, no-store',
  }
  if (error.blame === 'Host') headers['retry-after'] = '5'
  return new Response(`${error.message}\n`, { status: statusOf(error), headers })
}

function statusOf({ code, blame }: OidcError): number {
  if (code === 'OIDC_REQUEST_FORBIDDEN') return 403
  if (blame === 'Bug') return 500
  return { User: 401, Host: 503, App: 400, Provider: 400 }[blame]
}
