// The `fetch` of the client: the browser's, with a row in the timeline for each request. The buttons
// of the panel make it fail.
import { note } from './timeline.ts'

/** The failures that are switched on. */
export const broken = {
  /** No request is sent. */
  offline: false,
  /** The next request with an access token gets the status 401, as with an expired token. */
  refused: false,
}

let renewedHere = false

/** Whether this tab renewed its tokens since the last call of this function. */
export function wasRenewedHere(): boolean {
  const result = renewedHere
  renewedHere = false
  return result
}

/** Like the browser's `fetch`. */
export async function watchedFetch(
  input: Request | string | URL,
  init?: RequestInit,
): Promise<Response> {
  const name = nameOf(input, init)
  const startedAt = performance.now()
  const duration = () => `in ${Math.round(performance.now() - startedAt)} ms`
  try {
    const response = await answer(input, init)
    if (response.ok && name.endsWith(RENEWAL)) renewedHere = true
    note(response.ok ? 'request' : 'trouble', name, `${response.status} ${duration()}`)
    return response
  } catch (error) {
    note('trouble', name, broken.offline ? 'not sent: you are offline' : `no answer ${duration()}`)
    throw error
  }
}

const RENEWAL = 'by refresh_token'

// The error of a browser for a request that it cannot send.
const unsent = () => new TypeError('Failed to fetch')

async function answer(input: Request | string | URL, init?: RequestInit): Promise<Response> {
  if (broken.offline) throw unsent()
  if (broken.refused && hasToken(input, init) && methodOf(input, init) === 'GET') {
    broken.refused = false
    return new Response(null, { status: 401 })
  }
  return globalThis.fetch(input, init)
}

function hasToken(input: Request | string | URL, init?: RequestInit): boolean {
  const headers = init?.headers ?? (input instanceof Request ? input.headers : undefined)
  return new Headers(headers).has('authorization')
}

function methodOf(input: Request | string | URL, init?: RequestInit): string {
  return init?.method ?? (input instanceof Request ? input.method : 'GET')
}

// The method, the path and the grant type. None of them is a secret; the query and the body may be.
function nameOf(input: Request | string | URL, init?: RequestInit): string {
  const { pathname } = new URL(input instanceof Request ? input.url : input, location.href)
  const { body } = init ?? {}
  const form = typeof body === 'string' || body instanceof URLSearchParams ? body : ''
  const grant = new URLSearchParams(form).get('grant_type')
  return `${methodOf(input, init)} ${pathname}${grant ? ` by ${grant}` : ''}`
}
