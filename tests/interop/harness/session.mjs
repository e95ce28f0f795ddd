// A session of the person at the app: in its page, or on its server.
import assert from 'node:assert/strict'
import { authState, token } from '../../browser/harness/client-steps.mjs'
import { enter, leave, readFrom, reload, renew, serveSessions, signIn, signOut } from './steps.mjs'

const ENDED = 'OIDC_SESSION_ENDED'

/**
 * The session of the page. `signIn` gives the access token; `signOut` leaves; `hasEnded` finds out by a
 * renewal that the user is signed out.
 */
export const inPage = (stage) => ({
  async signIn(options) {
    await signIn(stage, options)
    return token(stage.page)
  },
  signOut: () => signOut(stage, stage.page),
  async hasEnded() {
    assert.equal(await renew(stage.page), ENDED)
    assert.deepEqual(await authState(stage.page), ['signedOut', null])
    assert.equal(await reload(stage), null)
  },
})

/** The same session on a server. */
export const onServer = (stage) => ({
  async signIn({ settings } = {}) {
    await serveSessions(stage, settings)
    const { user, accessToken } = await enter(stage)
    assert.equal(user?.sub, stage.provider.sub)
    return accessToken
  },
  signOut: () => leave(stage),
  async hasEnded() {
    assert.match(await readFrom(stage, stage.page, '/renew'), new RegExp(ENDED))
    assert.deepEqual(await readFrom(stage, stage.page), { user: null })
  },
})
