// `fetch` of a page, with the rules of CORS: what a provider does not allow, the page does not see.

const SIMPLE_TYPES = ['application/x-www-form-urlencoded', 'multipart/form-data', 'text/plain']
const SIMPLE_HEADERS = ['accept', 'accept-language', 'content-language', 'content-type']

/** The `fetch` of a page of `origin`. */
export function pageFetch(emulator, origin) {
  return async (input, init) => {
    const request = new Request(input, init)
    const names = [...request.headers.keys()].filter((name) => !SIMPLE_HEADERS.includes(name))
    const [type] = (request.headers.get('content-type') ?? 'text/plain').split(';')
    if (!SIMPLE_TYPES.includes(type)) names.push('content-type')
    if (names.length) await preflight(emulator, request, names, origin)
    const headers = new Headers(request.headers)
    headers.set('origin', origin)
    const body = request.method === 'GET' ? undefined : await request.text()
    const response = await emulator.fetch(request.url, { method: request.method, headers, body, redirect: 'manual' })
    if (!isAllowed(response, origin)) throw new TypeError(`Failed to fetch: ${request.url} does not allow ${origin}`)
    return response
  }
}

async function preflight(emulator, { method, url }, names, origin) {
  const headers = { origin, 'access-control-request-method': method, 'access-control-request-headers': names.join() }
  const response = await emulator.fetch(url, { method: 'OPTIONS', headers })
  const allowed = (response.headers.get('access-control-allow-headers') ?? '').toLowerCase().split(/, */)
  const isOpen = response.ok && isAllowed(response, origin) && names.every((name) => allowed.includes(name))
  if (!isOpen) throw new TypeError(`Failed to fetch: the preflight of ${url} does not allow ${names.join()}`)
}

const isAllowed = (response, origin) => ['*', origin].includes(response.headers.get('access-control-allow-origin'))
