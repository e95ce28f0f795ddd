/** Requests that the vault sends for a page, with a token that the page does not see. */

import type { Received, Sent } from './words.js'

/** The requests for one page. */
export interface Errands {
  /** Sends a request and gives its response away. Throws what `fetch` throws. */
  run(
    id: number,
    fetch: typeof globalThis.fetch,
    url: string,
    init: Sent['init'],
    token: string,
    give: (response: Received, transfer?: Transferable[]) => void,
  ): Promise<void>
  /** Calls a request off, also while its response is read. */
  cancel(id: unknown): void
}

/** How many can be called off: the newest. */
const MOST = 256

/** Makes them. */
export function makeErrands(): Errands {
  const running = new Map<unknown, AbortController>()
  return {
    async run(id, fetch, url, init, token, give) {
      const out = new AbortController()
      running.set(id, out)
      for (const oldest of running.keys()) {
        if (running.size <= MOST) break
        running.delete(oldest)
      }
      const headers = new Headers(init.headers)
      headers.set('authorization', `Bearer ${token}`)
      const response = await fetch(url, { ...init, headers, signal: out.signal })
      await bring(response, give)
    },
    cancel: (id) => running.get(id)?.abort(),
  }
}

async function bring(
  response: Response,
  give: (response: Received, transfer?: Transferable[]) => void,
): Promise<void> {
  const { body, status, statusText, url, redirected, type } = response
  const received = { status, statusText, url, redirected, type, headers: [...response.headers] }
  try {
    give({ ...received, body }, body ? [body] : [])
  } catch {
    // Not every engine hands a stream over to another thread.
    give({ ...received, body: await response.arrayBuffer() })
  }
}
