/** What an app gives beside a request or a token, as a text for the core. */

import { OidcError } from '../shared/error.js'

/** A longer text is no token, in characters. */
const LONGEST = 256 * 1024

/** Expectations or needs as JSON text; empty where there are none. A name that nobody knows is refused. */
export function jsonOf(asked: object | undefined, names: readonly string[]): string {
  if (asked === undefined) return ''
  for (const name of Object.keys(asked ?? {})) {
    if (!names.includes(name)) throw new OidcError('OIDC_EXPECTED_INVALID', name)
  }
  try {
    return JSON.stringify(asked) ?? 'null'
  } catch (cause) {
    throw new OidcError('OIDC_EXPECTED_INVALID', '', cause)
  }
}

/**
 * The token, or a text that is not much longer than one may be and of which a core says the same: a
 * module's memory never shrinks, so nothing longer comes into it.
 */
export function shortened(token: string): string {
  if (token.length <= LONGEST) return token
  // Its form is judged before its size: a letter that no token has, and how many parts there are.
  if (/[^\w.-]/.test(token)) return ''
  return token.split('.', 6).map((part) => part.slice(0, LONGEST)).join('.')
}
