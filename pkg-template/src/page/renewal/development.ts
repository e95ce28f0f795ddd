/** Help after a failure, and for developers: reasons of errors, hints, and a reminder of `start`. */

import { refreshHint } from '../../client/refresh-hint.js'
import type { ClientState } from '../client-state.js'
import type { Context } from '../context.js'
import type { Host } from '../../core/drive.js'
import type { End } from '../../core/page.js'
import type { PageUrl } from '../../generated/flows.js'
import { pageUrl } from '../../host/browser/navigation.js'
import { errorOf, type OidcError } from '../../shared/error.js'
import { resolveUrl } from '../../shared/settings.js'

/** How long an app may take to call `start`, in milliseconds. */
const START_REMINDER_MS = 5000

/** Whether the page is on the developer's machine. */
const isLocal = (): boolean =>
  /^(.*\.)?localhost$|^127\.|^\[::1\]$/.test(globalThis.location?.hostname ?? '')

/** The default of the setting `log`: the console, on the developer's machine. */
export const log = (hint: string): void => {
  if (isLocal()) console.info(hint)
}

/** Reminds of `start`, without which no sign-in is finished and no session is restored. */
export async function remindOfStart({ hint, state }: Context): Promise<void> {
  // Making a client touches nothing global, and what follows it in the app comes first.
  for (let turn = 0; turn < 3; turn += 1) await undefined
  if (!isLocal()) return
  setTimeout(() => {
    if (state.status === 'loading') {
      hint('countersign: start() was not called. It finishes a sign-in and restores the session.')
    }
  }, START_REMINDER_MS)
}

/** The address of the page when its last sign-in failed. */
const failedAt = new WeakMap<ClientState, PageUrl>()

/** The address that a sign-in returns to: this page, or after a failure the address that was to be returned to. */
export function returnTo(state: ClientState): PageUrl {
  const here = pageUrl()
  return ((failedAt.get(state) === here && state.error?.returnTo) || here) as PageUrl
}

/** Observes the requests of a flow. Returns the function that explains its end: it throws a failure, with details. */
export function observe(context: Context, host: Host): (end: End) => void {
  let unreachable: string | undefined
  const { send } = host
  host.send = async (request, signal) => {
    const answer = await send(request, signal)
    if (answer.length < 2) unreachable = request.url
    return answer
  }
  return (end) => {
    const { hint, settings, state } = context
    if (end.kind === 'error') {
      const { failure, returnTo } = end
      if (returnTo) failedAt.set(state, pageUrl())
      const detail = end.detail ?? detailOf(context, errorOf(failure), unreachable)
      throw Object.assign(errorOf(failure, detail), returnTo && { returnTo })
    }
    const text = refreshHint(end, settings.refresh)
    if (text) hint(text)
  }
}

/** `unreachable` is the address of the request that failed. */
function detailOf({ settings }: Context, { code, at }: OidcError, unreachable: string | undefined): string {
  if (/^OIDC_(NETWORK_|OFFLINE|RESPONSE_)/.test(code) && unreachable) {
    const [address] = unreachable.split('?')
    return at === 'metadata' ? `${address}; check \`issuer\`, and CORS at the provider` : address!
  }
  const { issuer, metadata } = settings
  if (code === 'OIDC_METADATA_ISSUER_MISMATCH') return `"${metadata?.['issuer']}" is not "${issuer}"`
  if (!code.startsWith('OIDC_CONFIG_') || !at) return ''
  if (at === 'apis') return Object.keys(settings.apis!).map(faultOf).find(Boolean) ?? 'not { scope, resource }'
  return (/^issuer$|Uri$/.test(at) && faultOf(`${settings[at as 'issuer']}`)) || 'value not allowed'
}

/** The fault of the address in a setting, in words. */
function faultOf(text: string): string | undefined {
  const url = resolveUrl(text, pageUrl())
  if (!url) return 'no address'
  const { protocol, search, hash } = new URL(url)
  if (!/^https?:$/.test(protocol)) return `custom scheme ${protocol}, where only https is safe`
  if (protocol === 'http:') return 'http, where https is required'
  return hash || search ? 'has a query or a fragment' : undefined
}
