// A page at the provider: createClient in Chromium.
import assert from 'node:assert/strict'
import {
  authState, clickPopupSignIn, popupOutcome, rememberApp, start, token,
} from '../../browser/harness/client-steps.mjs'
import {
  idToken, refreshWith, reload, renew, sentRefreshTokens, settingsOf, signIn, signOut,
} from '../harness/steps.mjs'

const isToken = /^(?!OIDC_)/

export const page = [
  {
    id: 'signIn',
    isQuick: true,
    async run(stage) {
      const { page, provider, servers } = stage
      assert.equal(await signIn(stage), provider.sub)
      assert.deepEqual(await authState(page), ['signedIn', provider.sub])
      assert.equal(await page.evaluate(() => location.href), `${servers.app}/`)
      assert.equal(await page.evaluate(() => auth.user.iss), servers.issuer)
      assert.match(await token(page), isToken)
    },
  },
  {
    id: 'popup',
    async run(stage) {
      const { page, popup, provider, servers } = stage
      await page.goto(servers.app)
      assert.equal(await start(page, servers, settingsOf(stage)), null)
      await rememberApp(page, servers, settingsOf(stage))
      // The popup has the focus on a desktop. Without one, Chromium gives it to every page.
      await page.evaluate(() => { document.hasFocus = () => false })
      const window = await popup(page, () => clickPopupSignIn(page))
      await provider.signIn(window, provider.login)
      assert.equal(await popupOutcome(page), provider.sub)
      assert.deepEqual(await authState(page), ['signedIn', provider.sub])
      assert.equal(await page.evaluate(() => location.pathname), '/')
    },
  },
  {
    id: 'userInfo',
    async run(stage) {
      const { page, provider } = stage
      await signIn(stage)
      const claims = await page.evaluate(() => auth.userInfo())
      assert.equal(claims.sub, provider.sub)
      for (const [name, value] of Object.entries(provider.userInfo ?? {})) assert.equal(claims[name], value, name)
    },
  },
  {
    id: 'renewal',
    isQuick: true,
    async run(stage) {
      const { page, provider } = stage
      await provider.setRotation?.(false)
      const sent = sentRefreshTokens(page)
      await signIn(stage)
      await renewTwice(stage)
      assert.equal(await refreshWith(stage, sent[0]), 200, 'the first refresh token still works')
    },
  },
  {
    id: 'rotation',
    async run(stage) {
      const { page, provider } = stage
      await provider.setRotation?.(true)
      const sent = sentRefreshTokens(page)
      try {
        await signIn(stage)
        await renewTwice(stage)
        assert.equal(await reload(stage), provider.sub)
        assert.match(await renew(page), isToken)
        assert.equal(new Set(sent).size, 3, 'each renewal sends another refresh token')
        // Keycloak compares older ones by the second of their issue.
        assert.equal(await refreshWith(stage, sent[2]), 400, 'a used refresh token works no more')
      } finally {
        await provider.setRotation?.(false)
      }
    },
  },
  {
    id: 'reload',
    async run(stage) {
      const { page, provider, newPage, servers } = stage
      await signIn(stage)
      const before = await token(page)
      assert.equal(await reload(stage), provider.sub)
      assert.equal(await token(page), before)
      const tab = await newPage()
      await tab.goto(servers.app)
      assert.equal(await start(tab, servers, settingsOf(stage)), provider.sub)
    },
  },
  {
    id: 'signOut',
    isQuick: true,
    async run(stage) {
      const { page, provider, servers } = stage
      await signIn(stage)
      await signOut(stage, page)
      assert.equal(await start(page, servers, settingsOf(stage)), null)
      // The provider's session has ended, too.
      await page.evaluate(() => void auth.signIn())
      await provider.atSignIn(page)
    },
  },
]

async function renewTwice({ page, provider }) {
  let before = await token(page)
  assert.match(before, isToken)
  const firstId = await idToken(page)
  for (const round of [1, 2]) {
    const renewed = await renew(page)
    assert.match(renewed, isToken, `round ${round}`)
    assert.notEqual(renewed, before)
    before = renewed
  }
  assert.ok(firstId)
  assert.deepEqual(await authState(page), ['signedIn', provider.sub])
}
