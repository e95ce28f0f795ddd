// The `fetch` that the client is given: the platform's, told to the timeline, and broken on request.
import { endJump } from './clock.ts'
import { note } from './timeline.ts'

/** What is broken at the moment. */
export const broken = {
  /** No request leaves the page. */
  offline: false,
  /** The next request with an access token is answered as an API answers an expired one. */
  refused: false,
}

let renewedHere = false

/** Whether this tab had a refresh token answered since this was last asked. */
export function wasRenewedHere(): boolean {
  const was = renewedHere
  renewedHere = false
  return was
}

/** As the platform's. */
export async function watchedFetch(
  input: Request | string | URL,
  init?: RequestInit,
): Promise<Response> {
  const what = nameOf(input, init)
  const began = performance.now()
  const lasted = () => `in ${Math.round(performance.now() - began)} ms`
  endJump()
  try {
    const response = await answer(input, init)
    if (response.ok && what.endsWith(RENEWAL)) renewedHere = true
    note(response.ok ? 'request' : 'trouble', what, `${response.status} ${lasted()}`)
    return response
  } catch (error) {
    note('trouble', what, broken.offline ? 'not sent: you are offline' : `no answer ${lasted()}`)
    throw error
  }
}

const RENEWAL = 'by refresh_token'

// What the platform says of a request that it cannot send.
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

// The path alone, and the grant's type, which is no secret, where there is one.
function nameOf(input: Request | string | URL, init?: RequestInit): string {
  const { pathname } = new URL(input instanceof Request ? input.url : input, location.href)
  const { body } = init ?? {}
  const form = typeof body === 'string' || body instanceof URLSearchParams ? body : ''
  const grant = new URLSearchParams(form).get('grant_type')
  return `${methodOf(input, init)} ${pathname}${grant ? ` by ${grant}` : ''}`
}
