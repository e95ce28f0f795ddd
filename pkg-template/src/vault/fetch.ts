/** The `fetch` of a page with a vault: what carries a ticket is sent by the worker. */

import type { Link } from './link.js'
import { ticketIn, type Received, type Sent } from './words.js'

/** Makes it. */
export function makeFetch(link: () => Link): typeof globalThis.fetch {
  return async (input, init) => {
    const ticket = ticketIn(new Headers(init?.headers).get('authorization'))
    if (!ticket) return fetch(input, init)
    const request = new Request(input, init)
    const { signal } = request
    signal.throwIfAborted()
    const sent = await pack(request)
    const { ask, number } = link()
    const id = number()
    return new Promise((resolve, reject) => {
      signal.addEventListener('abort', () => {
        reject(signal.reason)
        ask('cancel', [id]).catch(() => {})
      })
      ask('fetch', [ticket, sent], id).then((said) => resolve(unpack(said as Received)), reject)
    })
  }
}

async function pack(request: Request): Promise<Sent> {
  const { url, method, mode, credentials, cache, redirect, referrerPolicy, integrity, keepalive } =
    request
  const headers = [...request.headers].filter(([name]) => name !== 'authorization')
  const asked = { method, mode, credentials, cache, redirect, referrerPolicy, integrity, keepalive }
  const body = await request.arrayBuffer()
  // What has no body may not be given an empty one.
  return { url, init: { ...asked, headers, ...(body.byteLength && { body }) } }
}

function unpack({ body, status, statusText, headers, ...more }: Received): Response {
  // What a page may not look into has no status, and cannot be made otherwise.
  const response = status ? new Response(body, { status, statusText, headers }) : Response.error()
  for (const [name, value] of Object.entries(more)) {
    Object.defineProperty(response, name, { value })
  }
  return response
}
