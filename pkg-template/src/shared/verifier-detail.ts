/** The fault of a verifier's failure in words. Only the developer sees it. */

import { attempt } from './attempt.js'
import { errorOf, type Failure } from './error.js'
import { unknownAlgorithm } from './unknown-algorithm.js'

/** How much of an issuer or of an audience is shown. */
const MAX_STATED_CHARS = 256

/** Why the core refuses a setting, if its value does not say that. */
const REASONS: Readonly<Record<string, string>> = {
  issuer: 'no absolute https address without a query, or `iss` fits two',
  provider: '`iss` fits two',
  jwks: 'no keys of one issuer',
  jwksUri: 'no keys of one issuer',
  issuerAliases: 'not of one issuer',
  discoveryUrl: 'not of one issuer',
  trustAccessTokenIssuer: 'not of one issuer',
  clockTolerance: 'not 0 to 300',
  cors: 'not exact origins',
}

/** The settings that hold in a preset and in an app together. */
const RESTRICTIONS = /^(tenants|refusedTenants|requiredClaims)$/

/** Reads a claim of a token that was refused. Metadata have an issuer for `iss`. */
export type ReadStated = (claim: 'iss' | 'aud') => unknown

/** Adds its fault to a failure. `url` is the address of a request that got no response. */
export function explain(failure: Failure, settings: object, readStated?: ReadStated, url?: string): Failure {
  const { code, at } = errorOf(failure)
  const { provider, issuer, audience, [at]: value } = settings as Record<string, any>
  if (url) failure.detail = url.split('?')[0] + (at === 'metadata' ? '; check `issuer`' : '')
  else if (/_(ISSUER|AUDIENCE)_MISMATCH$/.test(code)) {
    const isAudience = code === 'OIDC_AUDIENCE_MISMATCH'
    const stated = attempt(() => readStated!(isAudience ? 'aud' : 'iss'))
    // An entry of `provider` is a preset or an issuer.
    const expected = [isAudience ? audience : (issuer ?? provider)].flat().map((one) => one?.verifier?.issuer ?? one)
    failure.detail = `${shortText(stated)} is not "${expected.join('" or "')}"`
  } else if (/_CONFIG_/.test(code)) {
    // The value of the app may be right: the fault may be that of its preset.
    const preset = RESTRICTIONS.test(at) && [provider].flat().find((one) => one?.verifier?.[at] !== undefined)
    const shown = preset ? preset.verifier[at] : (at === 'algorithms' && unknownAlgorithm(value as string[])) || value
    const fault = shown === undefined ? 'missing' : `value not allowed: ${JSON.stringify(shown)}`
    failure.detail = code.endsWith('INSECURE') ? 'not https' : (REASONS[at] ?? fault)
  }
  return failure
}

/** The beginning of a value of a token, as JSON: the text of a stranger makes no new line in a log. */
function shortText(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, MAX_STATED_CHARS))
  return (JSON.stringify(value) ?? 'none').slice(0, MAX_STATED_CHARS)
}
