/** `fetch`: the token goes to the addresses that the settings name, and nowhere else. */

import { resolve } from './config.js'
import { good, type Context } from './context.js'
import { pageUrl } from './host/browser.js'
import type { Start } from './start.js'
import { readToken } from './tokens.js'
import type { ApiNeed } from './types.js'

/** Makes `fetch`. */
export function makeFetch(context: Context, start: Start): typeof globalThis.fetch {
  const {
    core,
    settings: { apis = {} },
    verb,
  } = context
  let hinted = false

  /** What the address needs. The core decides; it is not loaded for an origin nobody named. */
  async function choose(url: string): Promise<ApiNeed | undefined> {
    const { origin } = new URL(url)
    if (!Object.keys(apis).some((prefix) => resolve(prefix, '')?.startsWith(origin)))
      return undefined
    const end = good(await core('chooseApi', context.config(), url))
    return end.was === 'api' ? end.need : undefined
  }

  function hint(url: string): void {
    if (hinted) return
    hinted = true
    // The origin alone: there may be secrets in the rest.
    const where = new URL(url).origin
    context.hint(
      `countersign: no token goes to ${where}: no prefix in \`apis\` covers it.`,
      (text) => {
        console.info(text)
      },
    )
  }

  /** The headers with the token in them; nothing when the request goes as it is. */
  async function authorize(url: string, headers: Headers): Promise<Headers | undefined> {
    if (headers.has('authorization')) return undefined
    const need = await choose(url)
    if (need === undefined) return void hint(url)
    const { accessToken } = await readToken(context, start, need)
    headers.set('authorization', `Bearer ${accessToken}`)
    return headers
  }

  return async (input, init) => {
    // By its shape: a frame or a polyfill has a `Request` of its own.
    const request = typeof input === 'object' && 'url' in input ? input : undefined
    const url = request?.url ?? resolve(String(input), globalThis.document?.baseURI ?? pageUrl())
    const signal = init?.signal ?? request?.signal
    const given = new Headers(init?.headers ?? request?.headers)
    const headers = await verb(signal, async () => url && authorize(url, given)).catch((error) => {
      // Called off, it rejects as the platform's own does.
      throw signal?.aborted ? signal.reason : error
    })
    const fetch = context.fetch()
    if (!url || !headers) return fetch(input, init)
    const redirect = init?.redirect ?? (request?.redirect === 'manual' ? 'manual' : refusal())
    // The address that was judged, not one that is resolved anew after the wait.
    return fetch(request ?? url, { ...init, headers, redirect })
  }
}

/** How this runtime refuses redirects: Workers know no `error`, but hand the redirect over. */
function refusal(): RequestRedirect {
  try {
    return new Request('https://redirect.invalid/', { redirect: 'error' }).redirect
  } catch {
    return 'manual'
  }
}
