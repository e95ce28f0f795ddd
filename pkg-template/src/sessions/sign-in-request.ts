/** What a request to the route `/login` asks for. */

import { OidcError } from '../shared/error.js'
import type { RequestContext } from './request-context.js'

/** The options of a sign-in that its address can have, by the parameters of the authorization request. */
const OPTIONS: Readonly<Record<string, string>> = {
  prompt: 'prompt',
  login_hint: 'loginHint',
  acr_values: 'acrValues',
  ui_locales: 'uiLocales',
  max_age: 'maxAge',
  claims: 'claims',
}

/**
 * The options of the sign-in. `iss` and `target_link_uri` come from a provider where the sign-in began (OpenID Connect
 * Core 4). Throws `OIDC_REQUEST_FORBIDDEN` for another provider's `iss`.
 */
export function signInOptions(context: RequestContext, request: Request): Record<string, unknown> {
  const { searchParams } = new URL(request.url)
  const options: Record<string, unknown> = {}
  for (const [parameter, option] of Object.entries(OPTIONS)) {
    const values = [...searchParams.getAll(parameter), ...(option === parameter ? [] : searchParams.getAll(option))]
    // Of two, it is unclear which one is meant.
    if (values.length > 1) throw new OidcError('OIDC_SIGNIN_OPTION_INVALID', option)
    if (values[0]) options[option] = readValue(option, values[0])
  }
  const iss = searchParams.getAll('iss')
  if (iss.some((one) => one !== context.issuer)) throw new OidcError('OIDC_REQUEST_FORBIDDEN', 'iss')
  return options
}

function readValue(option: string, text: string): unknown {
  if (option === 'maxAge') return /^\d{1,9}$/.test(text) ? Number(text) : text
  if (option !== 'claims') return text
  try {
    return JSON.parse(text)
  } catch {
    // The core refuses it, and names the option.
    return text
  }
}

/** Whether a browser sent the request for anything but a page that the user visits. */
export function isBackground({ headers }: Request): boolean {
  const purpose = headers.get('sec-purpose') ?? headers.get('purpose') ?? ''
  const destination = headers.get('sec-fetch-dest') ?? 'document'
  return purpose.includes('prefetch') || !['document', 'iframe', 'frame', 'empty'].includes(destination)
}
