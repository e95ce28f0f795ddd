/** Help for developers: details of errors, hints, and a reminder of `start`. */

import { refreshHint } from '../../client/refresh-hint.js'
import type { Context } from '../context.js'
import type { DeveloperHelp } from './help.js'
import { pageUrl } from '../../host/browser/navigation.js'
import { errorOf, type OidcError } from '../../shared/error.js'
import { resolveUrl } from '../../shared/settings.js'

/** How long an app may take to call `start`, in milliseconds. */
const START_REMINDER_MS = 5000

/** Whether the page is on the developer's machine. */
const isLocal = (): boolean =>
  /^(.*\.)?localhost$|^127\.|^\[::1\]$/.test(globalThis.location?.hostname ?? '')

/** Reminds of `start`, without which no sign-in is finished and no session is restored. */
async function remindOfStart({ hint, state }: Context): Promise<void> {
  // Making a client touches nothing global, and what follows it in the app comes first.
  for (let turn = 0; turn < 3; turn += 1) await undefined
  if (!isLocal()) return
  setTimeout(() => {
    if (state.status === 'loading') {
      hint('countersign: start() was not called. It finishes a sign-in and restores the session.')
    }
  }, START_REMINDER_MS)
}

/** The help of `countersign`, and of `countersign/renewal` after `explainErrors()`. */
export const development: DeveloperHelp = {
  log(hint) {
    if (isLocal()) console.info(hint)
  },
  clientMade: (context) => void remindOfStart(context),
  observe(context, host) {
    let unreachable: string | undefined
    const { send } = host
    host.send = async (request, signal) => {
      const answer = await send(request, signal)
      if (answer.length < 2) unreachable = request.url
      return answer
    }
    return (end) => {
      if (end.kind === 'error') return detailOf(context, errorOf(end.failure), unreachable)
      const text = refreshHint(end, context.settings.refresh)
      if (text) context.hint(text)
      return undefined
    }
  },
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
