/** `fetch`: the token goes to the addresses that the settings name, and nowhere else. */

import { resolve, type Settings } from '../page/config.js'
import type { Context } from '../page/context.js'
import { pageUrl } from '../host/browser/navigation.js'
import type { ReadToken } from '../page/tokens.js'
import type { ApiNeed } from '../page/types.js'

/** What of a client `fetch` needs; renewal alone needs the rest. */
export type FetchContext = (Context | { renewal?: undefined }) &
  Pick<Context, 'run' | 'verb' | 'fetch' | 'hint'> & { settings: Pick<Settings, 'apis'> }

/** Makes `fetch`. */
export function makeFetch(context: FetchContext, readToken: ReadToken): typeof globalThis.fetch {
  const {
    run,
    settings: { apis = {} },
    verb,
  } = context
  let hinted = false

  /** What the address needs. The core decides; it is not loaded for an origin nobody named. */
  async function choose(url: string, stop: AbortSignal): Promise<ApiNeed | undefined> {
    const { origin } = new URL(url)
    if (!Object.keys(apis).some((prefix) => resolve(prefix, '')?.startsWith(origin)))
      return undefined
    const end = await run('api', url, stop)
    return end.was === 'api' ? end.need : undefined
  }

  function hint(url: string): void {
    if (hinted) return
    hinted = true
    // The origin alone: there may be secrets in the rest.
    const where = new URL(url).origin
    context.hint(
      `countersign: no token goes to ${where}, which no prefix in \`apis\` covers.`,
      (text) => {
        console.info(text)
      },
    )
  }

  /** What the request needs; nothing when it goes as it is. */
  async function needOf(
    url: string,
    headers: Headers,
    stop: AbortSignal,
  ): Promise<ApiNeed | undefined> {
    if (headers.has('authorization')) return undefined
    const need = await choose(url, stop)
    if (need === undefined) hint(url)
    return need
  }

  return async (input, init) => {
    // By its shape: a frame or a polyfill has a `Request` of its own.
    const request = typeof input === 'object' && 'url' in input ? input : undefined
    const url = request?.url ?? resolve(String(input), globalThis.document?.baseURI ?? pageUrl())
    const signal = init?.signal ?? request?.signal
    const headers = new Headers(init?.headers ?? request?.headers)
    // Called off, it rejects as the platform's own does.
    const waiting = <T>(work: (stop: AbortSignal) => Promise<T>) =>
      verb(signal, work).catch((error) => {
        throw signal?.aborted ? signal.reason : error
      })
    const need = await waiting(async (stop) => (url ? needOf(url, headers, stop) : undefined))
    if (!url || !need) return context.fetch()(input, init)
    const redirect = init?.redirect ?? (request?.redirect === 'manual' ? 'manual' : refusal())
    const send = async (refused?: string) => {
      const { accessToken } = await waiting((stop) => readToken(need, stop, refused))
      headers.set('authorization', `Bearer ${accessToken}`)
      const fetch = context.fetch(accessToken)
      // The address that was judged, not one that is resolved anew after the wait.
      return [await fetch(request ?? url, { ...init, headers, redirect }), accessToken] as const
    }
    return context.renewal?.exchange(context, send, waiting, request, init) ?? (await send())[0]
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
