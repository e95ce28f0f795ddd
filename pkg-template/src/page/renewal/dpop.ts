/** Requests that prove the client's key (DPoP, RFC 9449). */

import type { Context } from '../context.js'
import type { End } from '../../core/page.js'
import { OidcError } from '../../shared/error.js'
import { read } from '../../host/http.js'
import { canRepeat } from './step-up.js'

type Fetch = typeof globalThis.fetch

/** What a client's proofs are made with. */
export interface Prover {
  /** Runs a flow about a proof, to its good end. */
  ask(flow: 'prove' | 'nonce', text: string): Promise<End>
  /** What is known of the device's clock. */
  clock(): { slow: number; fast: number } | undefined
  /** The nonce that each server gave last, by its origin. */
  nonces: Map<string, string>
}

/** Of so many servers the nonces are kept; a page talks to a few. */
const MOST = 64
/** An answer that asks for a nonce is no longer, in bytes. */
const LONGEST = 64 * 1024

/**
 * A `fetch` whose requests prove the client's key, for an access token (empty: for none). One that is
 * refused for the lack of a nonce is sent once more with it, where its body can be.
 */
export function proving(fetch: Fetch, { ask, clock, nonces }: Prover, token: string): Fetch {
  return async (input, init) => {
    const request = typeof input === 'object' && 'url' in input ? input : undefined
    const method = init?.method ?? request?.method ?? 'GET'
    const url = request?.url ?? String(input)
    const { origin } = new URL(url)

    async function send(): Promise<[response: Response, isNew: boolean]> {
      const nonce = nonces.get(origin)
      // As a browser sends it (Fetch, 4.1: these are put in capitals, and no others).
      const htm = /^(delete|get|head|options|post|put)$/i.test(method) ? method.toUpperCase() : method
      const { slow, fast } = clock() ?? {}
      const about = { method: htm, url, token, nonce, slow, fast }
      const end = await ask('prove', JSON.stringify(about))
      if (end.was !== 'proof') throw new OidcError('OIDC_INTERNAL', end.was)
      const headers = new Headers(init?.headers ?? request?.headers)
      headers.set('dpop', end.proof)
      // Its scheme, whatever the caller thought (RFC 9449 section 7.1).
      if (token) headers.set('authorization', `DPoP ${token}`)
      const response = await fetch(input, { ...init, headers })
      const given = response.headers.get('dpop-nonce')
      if (given) keep(nonces, origin, given)
      return [response, !!given && given !== nonce]
    }

    const [response, isNew] = await send()
    const { status } = response
    if (!isNew || status !== (token ? 401 : 400) || !canRepeat(request, init)) return response
    const challenge = response.headers.get('www-authenticate') ?? ''
    // An API says it in its challenge: its body may take for ever.
    const bytes = token ? undefined : await read(response.clone(), LONGEST).catch(() => undefined)
    const body = new TextDecoder().decode(bytes)
    const { was } = await ask('nonce', JSON.stringify({ status, challenge, body }))
    return was === 'again' ? (await send())[0] : response
  }
}

const provers = new WeakMap<Context, Prover>()

/** The same, of a client whose tokens are bound to a key; nothing of any other, or for no request of ours. */
export function provingOf(context: Context, fetch: Fetch, token?: string): Fetch | undefined {
  const { run, settings, state } = context
  if (!settings.dpop || token === undefined) return undefined
  const never = new AbortController().signal
  const fresh = () => ({
    ask: (flow: 'prove' | 'nonce', text: string) => run(flow, text, never),
    clock: () => state.session,
    nonces: new Map(),
  })
  const prover = provers.get(context) ?? fresh()
  provers.set(context, prover)
  return proving(fetch, prover, token)
}

function keep(nonces: Prover['nonces'], origin: string, nonce: string): void {
  // Whose turn was the longest ago is the first in the map, and goes first.
  nonces.delete(origin)
  nonces.set(origin, nonce)
  for (const oldest of nonces.keys()) {
    if (nonces.size <= MOST) break
    nonces.delete(oldest)
  }
}
