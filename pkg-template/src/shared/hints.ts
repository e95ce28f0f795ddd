import { allHints } from '../generated/hints/all.js'
import { isCodeLoaded } from './error.js'

/**
 * The hint of a code in sentences, for the entries that are loaded. If two of them differ, the hint has the advice of
 * both. Returns `undefined` if no loaded entry has the code.
 */
export function hintOf(number: number): string | undefined {
  const [summary, page, verifier, sessions] = allHints[number] ?? []
  const inVerifier = isCodeLoaded('OIDC_NOT_READY') && verifier
  // Sessions know the codes of a page too.
  const inSessions = isCodeLoaded('OIDC_SESSION_SENT') && sessions
  const other = inSessions || (isCodeLoaded('OIDC_CLOSED') && page)
  if (inVerifier && other && inVerifier !== other) {
    return `${summary} In ${inSessions ? 'sessions' : 'a page'}: ${other} In a verifier: ${inVerifier}`
  }
  const advice = inVerifier || other
  return advice ? `${summary} ${advice}` : undefined
}
