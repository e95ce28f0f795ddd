// The effect of what happens elsewhere: in another app, and by an administrator.
import assert from 'node:assert/strict'
import { atCallback, authState } from '../../browser/harness/client-steps.mjs'
import { inPage, onServer } from '../harness/session.mjs'
import { askingVerifierAt, renew, settingsOf, signIn, signOut, verdict } from '../harness/steps.mjs'
import { makeClient } from '../../browser/harness/steps.mjs'

/** A session in the app's page, or on its server where a page cannot read why a renewal failed. */
const sessionOf = (stage) => (stage.provider.hidesErrors ? onServer(stage) : inPage(stage))

export const elsewhere = [
  {
    id: 'otherApp',
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
    async run(stage) {
      const { newPage, provider } = stage
      await signIn(stage)
      const other = await newPage()
      // A provider may ask once whether this application may know the person.
      await signIn(stage, { page: other, name: 'other', silently: true })
      const how = { prompt: 'none' }
      assert.equal(await signIn(stage, { page: other, name: 'other', silently: true, how }), provider.sub)
    },
  },
  {
    id: 'noSession',
    async run(stage) {
      const { page, servers } = stage
      await page.goto(servers.app)
      await makeClient(page, servers, settingsOf(stage))
      await page.evaluate(() => void auth.signIn({ prompt: 'none' }))
      await atCallback(page, servers)
      await makeClient(page, servers, settingsOf(stage))
      const code = await page.evaluate(() => auth.start().then(() => 'no error', ({ code }) => code))
      assert.equal(code, 'OIDC_INTERACTION_REQUIRED')
      assert.deepEqual(await authState(page), ['signedOut', null])
    },
  },
  {
    id: 'signOutThere',
    async run(stage) {
      const { newPage } = stage
      const session = sessionOf(stage)
      await session.signIn()
      const other = await newPage()
      await signIn(stage, { page: other, name: 'other', silently: true })
      await signOut(stage, other, 'other')
      await session.hasEnded()
    },
  },
  {
    id: 'administrator',
    async run(stage) {
      const { provider } = stage
      const session = stage.provider.introspectsOwnTokens ? onServer(stage) : sessionOf(stage)
      const accessToken = await session.signIn({ settings: provider.opaqueSettings })
      const verifier = stage.lacks.introspection ? undefined : await askingVerifierAt(stage)
      if (verifier) assert.equal(await verdict(verifier, accessToken), 'passed')
      await provider.endSessions(provider.login)
      if (verifier) assert.equal(await verdict(verifier, accessToken), 'OIDC_TOKEN_INACTIVE')
      await session.hasEnded()
    },
  },
  {
    id: 'disabled',
    async run(stage) {
      const { page, provider, servers } = stage
      const login = provider.otherLogin
      const session = inPage(stage)
      await session.signIn({ login })
      assert.notEqual(await page.evaluate(() => auth.user.sub), provider.sub)
      await provider.setEnabled(login, false)
      try {
        await session.hasEnded()
        await makeClient(page, servers, settingsOf(stage))
        await page.evaluate(() => void auth.signIn({ prompt: 'login' }))
        await provider.isRefused(page, login)
      } finally {
        await provider.setEnabled(login, true)
      }
    },
  },
]
