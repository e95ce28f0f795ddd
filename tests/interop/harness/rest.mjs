// A provider's interface for administrators.

/**
 * Requests below `base`, with JSON. `headers()` gives the headers that name the administrator. A request
 * that is refused fails with the answer.
 */
export function rest(base, headers) {
  const ask = async (method, path, body) => {
    const answer = await fetch(base + path, {
      method,
      headers: { ...(await headers()), ...(body !== undefined && { 'content-type': 'application/json' }) },
      body: body === undefined ? undefined : JSON.stringify(body),
    })
    const text = await answer.text()
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text.slice(0, 500)}`)
    return answer.headers.get('content-type')?.includes('json') && text ? JSON.parse(text) : text
  }
  return {
    /** The address to which a request is redirected. */
    async location(path) {
      const answer = await fetch(base + path, { headers: await headers(), redirect: 'manual' })
      return new URL(answer.headers.get('location'), base)
    },
    get: (path) => ask('GET', path),
    post: (path, body) => ask('POST', path, body),
    put: (path, body) => ask('PUT', path, body),
    delete: (path) => ask('DELETE', path),
  }
}
