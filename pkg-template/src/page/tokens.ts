/** What the session is good for: its access tokens, and UserInfo. */

import { unless } from '../shared/abort.js'
import { json } from './config.js'
import type { Context } from './context.js'
import type { Token } from '../core/page.js'
import { now } from '../core/drive.js'
import { OidcError } from '../shared/error.js'
import { readClaims } from './client-state.js'
import type { Start } from './start.js'
import type { AccessToken, ApiNeed, Claims, TokenOptions, Waiting } from './types.js'

/** Gives the access token for a need; a new one, where an API refused the one it had. */
export type ReadToken = (need: ApiNeed, stop: AbortSignal, refused?: string) => Promise<AccessToken>

/** Makes what gives access tokens. */
export function makeReadToken(
  { renewal, run, state }: Context,
  { ready, lookAgain }: Start,
): ReadToken {
  const never = new AbortController().signal
  const running = new Map<string, Promise<AccessToken>>()

  async function renew(about: string, refused: boolean): Promise<AccessToken> {
    await ready()
    const { turns, user } = state
    const end = await run('renew', state.session?.text ?? '', never, { about })
    const isOfNow = !renewal || (await renewal.agree(state, lookAgain, { turns, user }, end))
    if (end.was !== 'token') throw new OidcError('OIDC_INTERNAL', end.was)
    if (isOfNow && !refused) state.tokens.set(about, end)
    return given(end)
  }

  return async (need, stop, refused) => {
    const about = json({ ...need, refused }, 'OIDC_SIGNIN_OPTION_INVALID')
    const known = state.tokens.get(about)
    if (known && (!known.oldAt || now() < known.oldAt)) return given(known)
    // Called off, a renewal goes on unseen: others may wait for it, and its answer must not be lost.
    let work = running.get(about)
    if (!work) {
      running.set(about, (work = renew(about, !!refused).finally(() => running.delete(about))))
      work.catch(() => {})
    }
    return unless(stop, work)
  }
}

const given = ({ accessToken, expiresAt }: Token): AccessToken => ({ accessToken, expiresAt })

/** Makes `getAccessToken`. */
export function makeGetAccessToken(
  { verb }: Context,
  readToken: ReadToken,
): (options?: TokenOptions) => Promise<AccessToken> {
  return ({ signal, scope, resource } = {}) =>
    verb(signal, (stop) => readToken({ ...(scope && { scope }), ...(resource && { resource }) }, stop))
}

/** Makes `userInfo`. */
export function makeUserInfo(
  { run, state, verb }: Context,
  readToken: ReadToken,
): (options?: Waiting) => Promise<Claims> {
  return (options) =>
    verb(options?.signal, async (stop) => {
      await readToken({}, stop)
      const end = await run('userinfo', state.session?.text ?? '', stop)
      if (end.was !== 'claims') throw new OidcError('OIDC_INTERNAL', end.was)
      return readClaims(end.claims)
    })
}
