/** The fault of a setting or a request in words, for the `detail` of an error. */

import type { OidcCode } from './error.js'
import { resolveUrl } from './settings.js'

/** The settings that a detail tells of. */
interface AnySettings {
  readonly apis?: object | undefined
  readonly issuer?: unknown
  readonly metadata?: unknown
}

/**
 * The detail of a failure. `unreachable` is the address of the request that failed. `reasonOf` says why the core refuses a
 * value; without it, the value says that.
 */
export function detailOf(
  settings: AnySettings,
  code: OidcCode,
  at: string,
  unreachable: string | undefined,
  base = '',
  reasonOf: (at: string, value: unknown) => string = (_at, value) => JSON.stringify(value),
): string {
  if (/^OIDC_(NETWORK_|OFFLINE|RESPONSE_)/.test(code) && unreachable) {
    const [address] = unreachable.split('?')
    return at === 'metadata' ? `${address}; check \`issuer\`${base && ', and CORS at the provider'}` : address!
  }
  const { issuer, metadata, apis } = settings
  if (code === 'OIDC_METADATA_ISSUER_MISMATCH') {
    return `"${(metadata as { issuer?: unknown } | undefined)?.issuer}" is not "${issuer}"`
  }
  if (!code.startsWith('OIDC_CONFIG_') || !at) return ''
  if (at === 'apis') {
    const faults = Object.keys(apis ?? {}).map((text) => faultOf(text, base))
    return faults.find(Boolean) ?? 'not { scope, resource }'
  }
  const value = (settings as Record<string, unknown>)[at]
  if (value === undefined) return 'missing'
  // An issuer is compared as text: a relative one names no provider.
  const from = at === 'issuer' ? '' : base
  return (/^issuer$|Uri$/.test(at) && faultOf(`${value}`, from)) || `value not allowed: ${reasonOf(at, value)}`
}

/** The fault of the address in a setting, in words. A relative one is resolved against `base`. */
function faultOf(text: string, base: string): string | undefined {
  const url = resolveUrl(text, base)
  if (!url) return base ? 'no address' : 'no absolute address'
  const { protocol, search, hash, username, password } = new URL(url)
  if (username || password) return 'has a user name or a password'
  if (!/^https?:$/.test(protocol)) return `custom scheme ${protocol}, where only https is safe`
  if (protocol === 'http:') return 'http, where https is required'
  return hash || search ? 'has a query or a fragment' : undefined
}
