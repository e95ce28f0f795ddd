/** The OAuth API script of an entity: a hook around the requests to its provider. */

import type { ApiScript } from './types.js'

/** A `fetch` that lets a script change each request and each response. */
export const scriptedFetch =
  (fetch: typeof globalThis.fetch, script: ApiScript): typeof globalThis.fetch =>
  async (url, init) => {
    const written = new Request(url, init)
    const request = (await script.request?.(written)) ?? written
    const response = await fetch(request)
    return (await script.response?.(response, request)) ?? response
  }
