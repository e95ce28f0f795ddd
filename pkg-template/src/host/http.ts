/** Requests, granted by `fetch`: no cookies, no redirects, a limit on size and on time. */

import type { Answer, Send } from '../core/page.js'

/** Sends a request and reads its answer, whole. Never rejects. */
export async function send(
  fetch: typeof globalThis.fetch,
  request: Send,
  stop: AbortSignal,
): Promise<Answer> {
  if (globalThis.navigator?.onLine === false) return ['offline']
  const out = new AbortController()
  const abort = () => out.abort()
  stop.addEventListener('abort', abort)
  let timer: ReturnType<typeof setTimeout> | undefined
  // A race, since a `fetch` of the app's own may not look at the signal.
  const late = new Promise<Answer>((resolve) => {
    timer = setTimeout(() => resolve(['timeout']), request.timeoutMs)
  })
  try {
    return await Promise.race([exchange(fetch, request, out.signal), late])
  } catch {
    return ['network']
  } finally {
    clearTimeout(timer)
    stop.removeEventListener('abort', abort)
    abort()
  }
}

async function exchange(
  fetch: typeof globalThis.fetch,
  request: Send,
  signal: AbortSignal,
): Promise<Answer> {
  const response = await fetch(request.url, initOf(request, signal))
  const { status } = response
  if (
    response.type === 'opaqueredirect' ||
    response.redirected ||
    (status >= 300 && status < 400)
  ) {
    return ['redirected']
  }
  const body = await read(response, request.maxBytes)
  if (!body) return ['too-large']
  const header = (name: string) => response.headers.get(name) ?? ''
  const headers = ['content-type', 'cache-control', 'retry-after'].map(header)
  return ['response', headers.join('\n'), body, status]
}

function initOf({ method, headers, body, fresh }: Send, signal: AbortSignal): RequestInit {
  // Without a prototype: nothing that somebody hung there becomes a member of the request.
  const init: RequestInit = Object.create(null)
  Object.assign(init, { method, headers, signal, redirect: 'manual' })
  if (body !== undefined) init.body = body
  // Some Workers runtimes throw at members that mean nothing to them.
  const wanted: RequestInit = { credentials: 'omit', referrerPolicy: 'no-referrer' }
  if (fresh || method === 'POST') wanted.cache = 'no-store'
  for (const [name, value] of Object.entries(wanted)) {
    if (name in Request.prototype) Object.assign(init, { [name]: value })
  }
  return init
}

/** The body, or nothing when it has more bytes than `most`. */
export async function read(response: Response, most: number): Promise<Uint8Array | undefined> {
  if (Number(response.headers.get('content-length')) > most) return
  const chunks: Uint8Array[] = []
  let size = 0
  const reader = response.body?.getReader()
  for (let part; reader && !(part = await reader.read()).done;) {
    size += part.value.length
    if (size > most) return void reader.cancel().catch(() => {})
    chunks.push(part.value)
  }
  const body = new Uint8Array(size)
  size = 0
  for (const chunk of chunks) {
    body.set(chunk, size)
    size += chunk.length
  }
  return body
}
