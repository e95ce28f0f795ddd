/** The fault of a verifier's failure in words. Only the developer sees it. */

import { attempt } from './attempt.js'
import { errorOf, type Failure, type OidcCode } from './error.js'

/** How much of an issuer is shown. */
const MAX_ISSUER_CHARS = 256

/**
 * Adds its fault to a failure. `found` reads the issuer of a token or of metadata, `url` is the address of a request
 * that got no response.
 */
export function explain(
  failure: Failure,
  { issuer }: { readonly issuer?: unknown },
  found?: (code: OidcCode) => unknown,
  url?: string,
): Failure {
  const { code, at } = errorOf(failure)
  if (url) failure.detail = url.replace(/\?.*/, '') + (at === 'metadata' ? '; check `issuer`' : '')
  else if (/_ISSUER_MISMATCH$/.test(code)) {
    // As JSON: the text of a stranger makes no new line in a log.
    const text = JSON.stringify(`${attempt(() => found?.(code))}`.slice(0, MAX_ISSUER_CHARS))
    failure.detail = `${text} is not "${[issuer].flat().join('" or "')}"`
  } else if (/_CONFIG_/.test(code)) {
    const fault = at === 'issuer' ? 'no absolute https address without a query' : 'value not allowed'
    failure.detail = code.endsWith('INSECURE') ? 'no https address' : fault
  }
  return failure
}
