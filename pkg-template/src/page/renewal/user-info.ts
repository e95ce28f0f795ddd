/** The user beyond the claims: UserInfo, and the ID token as the provider signed it. */

import type { ReadToken } from '../../client/api-fetch.js'
import { readClaims } from '../../client/claims.js'
import { onlyEnd } from '../../client/outcome.js'
import type { Context, Start } from '../context.js'
import type { Abortable, Claims } from '../../shared/types.js'

/** Makes `userInfo`. */
export function makeUserInfo(
  { run, settings, state, runMethod }: Context,
  readToken: ReadToken,
): (options?: Abortable) => Promise<Claims> {
  return (options) =>
    runMethod(options, undefined, async (signal) => {
      await readToken({}, signal)
      const end = await run(['userinfo', state.session?.text ?? '', ''], signal)
      return readClaims(onlyEnd(end, 'claims').claims, settings.booleansAsText)
    })
}

/** Makes `getIdToken`. */
export function makeGetIdToken(
  { run, state, runMethod }: Context,
  { ready }: Start,
): (options?: Abortable) => Promise<string> {
  return (options) =>
    runMethod(options, undefined, async (signal) => {
      await ready()
      const end = await run(['id-token', state.session?.text ?? '', ''], signal)
      return onlyEnd(end, 'proof').proof
    })
}
