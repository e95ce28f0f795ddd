/** The fault of a verifier's failure in words. Only the developer sees it. */

import { attempt } from './attempt.js'
import { errorOf, type Failure } from './error.js'
import { unknownAlgorithm } from './unknown-algorithm.js'

/** How much of an issuer is shown. */
const MAX_ISSUER_CHARS = 256

/** Why the core refuses a setting, if its value does not say that. */
const REASONS: Readonly<Record<string, string>> = {
  issuer: 'no absolute https address without a query',
  jwks: 'no keys of one issuer',
  jwksUri: 'no keys of one issuer',
  clockTolerance: 'not 0 to 300',
  cors: 'not exact origins',
}

/**
 * Adds its fault to a failure. `found` reads the issuer of a token or of metadata, `url` is the address of a request
 * that got no response.
 */
export function explain(failure: Failure, settings: object, found?: () => unknown, url?: string): Failure {
  const { code, at } = errorOf(failure)
  const { provider, issuer, [at]: value } = settings as Record<string, any>
  if (url) failure.detail = url.split('?')[0] + (at === 'metadata' ? '; check `issuer`' : '')
  else if (/_ISSUER_MISMATCH$/.test(code)) {
    // As JSON: the text of a stranger makes no new line in a log.
    const text = JSON.stringify(`${attempt(found!)}`.slice(0, MAX_ISSUER_CHARS))
    // An entry of `provider` is a preset or an issuer.
    const expected = [issuer ?? provider].flat().map((one) => one?.verifier?.issuer ?? one)
    failure.detail = `${text} is not "${expected.join('" or "')}"`
  } else if (/_CONFIG_/.test(code)) {
    const shown = (at === 'algorithms' && unknownAlgorithm(value as string[])) || value
    const fault = value === undefined ? 'missing' : `value not allowed: ${JSON.stringify(shown)}`
    failure.detail = code.endsWith('INSECURE') ? 'not https' : (REASONS[at] ?? fault)
  }
  return failure
}
