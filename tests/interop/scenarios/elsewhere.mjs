// The effect of what happens elsewhere: in another app, and by an administrator.
import assert from 'node:assert/strict'
import { authState, token } from '../../browser/harness/bare-page.mjs'
import { askingVerifierAt, reload, renew, settingsOf, signIn, signOut, verdict } from '../harness/steps.mjs'
import { makeClient } from '../../browser/harness/steps.mjs'

const ENDED = 'OIDC_SESSION_ENDED'

/** A renewal finds that the session has ended: the user is signed out, also after a reload. */
async function assertEnded(stage) {
  assert.equal(await renew(stage.page), ENDED)
  assert.deepEqual(await authState(stage.page), ['signedOut', null])
  assert.equal(await reload(stage), null)
}

export const elsewhere = [
  {
    id: 'otherApp',
    title: 'another application of the same person',
    async run(stage) {
      const { newPage, page, provider } = stage
      await signIn(stage)
      const other = await newPage()
      assert.equal(await signIn(stage, { page: other, name: 'other', silently: true }), provider.sub)
      // The first one is as it was.
      assert.match(await renew(page), /^(?!OIDC_)/)
      assert.deepEqual(await authState(page), ['signedIn', provider.sub])
    },
  },
  {
    id: 'silent',
    title: '`prompt=none` at another application',
    async run(stage) {
      const { newPage, provider } = stage
      await signIn(stage)
      const other = await newPage()
      const how = { prompt: 'none' }
      assert.equal(await signIn(stage, { page: other, name: 'other', silently: true, how }), provider.sub)
    },
  },
  {
    id: 'signOutThere',
    title: 'sign-out in another application',
    async run(stage) {
      const { newPage } = stage
      await signIn(stage)
      const other = await newPage()
      await signIn(stage, { page: other, name: 'other', silently: true })
      await signOut(stage, other, 'other')
      await assertEnded(stage)
    },
  },
  {
    id: 'administrator',
    title: 'an administrator ends the session',
    async run(stage) {
      const { page, provider } = stage
      await signIn(stage)
      const verifier = provider.lacks?.introspection ? undefined : await askingVerifierAt(stage)
      const accessToken = await token(page)
      if (verifier) assert.equal(await verdict(verifier, accessToken), 'passed')
      await provider.endSessions(provider.login)
      if (verifier) assert.equal(await verdict(verifier, accessToken), 'OIDC_TOKEN_INACTIVE')
      await assertEnded(stage)
    },
  },
  {
    id: 'disabled',
    title: 'an account disabled',
    async run(stage) {
      const { page, provider, servers } = stage
      const login = provider.otherLogin
      const sub = await signIn(stage, { login })
      assert.notEqual(sub, provider.sub)
      await provider.setEnabled(login, false)
      try {
        await assertEnded(stage)
        await makeClient(page, servers, settingsOf(stage))
        await page.evaluate(() => void auth.signIn({ prompt: 'login' }))
        await provider.signIn(page, login)
        await provider.atRefusal(page)
      } finally {
        await provider.setEnabled(login, true)
      }
    },
  },
]
