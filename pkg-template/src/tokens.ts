/** What the session is good for: its access token, and UserInfo. */

import { json } from './config.js'
import { good, type Context } from './context.js'
import { now } from './drive.js'
import { OidcError } from './error.js'
import { readClaims } from './session-state.js'
import type { Start } from './start.js'
import type { AccessToken, ApiNeed, Claims, TokenOptions, Waiting } from './types.js'

/** The access token for a need. */
export async function readToken(
  { config, core, state }: Context,
  { ready }: Start,
  need: ApiNeed,
): Promise<AccessToken> {
  await ready()
  const ask = json(need, 'OIDC_SIGNIN_OPTION_INVALID')
  const end = good(await core('readToken', config(), state.session?.text ?? '', ask, now()))
  if (end.was !== 'token') throw new OidcError('OIDC_INTERNAL', end.was)
  const { accessToken, expiresAt } = end
  return { accessToken, expiresAt }
}

/** Makes `getAccessToken`. */
export function makeGetAccessToken(
  context: Context,
  start: Start,
): (options?: TokenOptions) => Promise<AccessToken> {
  return ({ signal, ...need } = {}) =>
    context.verb(signal, async () => {
      const {
        settings: { renewBefore = 60 },
        state: { session },
      } = context
      const isPlain = need.scope === undefined && need.resource === undefined
      if (session && isPlain && session.expiresAt - now() > renewBefore) {
        const { accessToken, expiresAt } = session
        return { accessToken, expiresAt }
      }
      return readToken(context, start, need)
    })
}

/** Makes `userInfo`. */
export function makeUserInfo(
  context: Context,
  { ready }: Start,
): (options?: Waiting) => Promise<Claims> {
  const { run, state, verb } = context
  return (options) =>
    verb(options?.signal, async (stop) => {
      await ready()
      const session = state.session?.text ?? ''
      const end = await run('userinfo', session, stop)
      if (end.was !== 'claims') throw new OidcError('OIDC_INTERNAL', end.was)
      return readClaims(end.claims)
    })
}
