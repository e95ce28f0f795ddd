// The whole way at a real provider (npm's oidc-provider) over sockets. Only the tab is made up.
import assert from 'node:assert/strict'
import test from 'node:test'
import { startProvider } from '../../../www/provider/index.js'
import { openBrowser } from '../support/browser.mjs'
import { load } from '../support/package.mjs'
import { signInAt } from '../support/person.mjs'

const app = 'https://app.example'
const { createClient } = await load()

async function setStage(t, settings) {
  const provider = await startProvider({ port: 0, appOrigin: app })
  t.after(() => provider.close())
  const browser = openBrowser()
  const open = (url) => {
    const page = browser.visit(url)
    const auth = createClient({
      issuer: provider.issuer,
      clientId: 'demo-spa',
      redirectUri: '/callback',
      postLogoutRedirectUri: '/',
      allowLoopbackIssuer: true,
      store: 'session',
      ...settings,
    })
    t.after(() => auth.close())
    return { page, auth }
  }
  return { browser, open, provider }
}

async function signIn(stage, options) {
  const here = stage.open(`${app}/inbox?page=2#top`)
  assert.equal(await here.auth.start(), null)
  here.auth.signIn(options).catch(() => {})
  const callback = await signInAt(await here.page.left, 'alice@example.com', app)
  const back = stage.open(callback)
  return { ...back, callback, user: await back.auth.start() }
}

test('a sign-in at a real provider is verified and returns to where it began', async (t) => {
  const stage = await setStage(t)
  const { auth, page, user, callback } = await signIn(stage)
  assert.equal(user.sub, 'alice@example.com')
  assert.equal(user.iss, stage.provider.issuer)
  assert.equal(auth.status, 'signedIn')
  assert.equal(page.href, `${app}/inbox?page=2#top`)
  assert.deepEqual(page.state, { kept: 'by a router' })
  assert.ok(
    page.rewritten.every((url) => !url.includes('code=')),
    'the code left the address first',
  )
  assert.equal(auth.evidence.alg, 'RS256')
  assert.ok(auth.evidence.checks.includes('signature') || auth.evidence.checks.length > 5)
  assert.ok(Math.abs(auth.evidence.checkedAt - Date.now() / 1000) < 60)

  const { accessToken, expiresAt } = await auth.getAccessToken()
  assert.ok(accessToken.length > 10 && expiresAt > Date.now() / 1000)
  assert.equal((await auth.userInfo()).email, 'alice@example.com')

  // A reload stays signed in; the used response is left alone.
  const reloaded = stage.open(`${app}/inbox`)
  assert.equal((await reloaded.auth.start()).sub, user.sub)
  const again = stage.open(callback)
  const seen = []
  again.auth.addEventListener('error', (event) => seen.push(event.error.code))
  assert.equal((await again.auth.start()).sub, user.sub)
  assert.deepEqual(seen, ['OIDC_STATE_USED'])
})

test('TOK-21, LOG-14: signing out forgets here, revokes there, and ends the session at the provider', async (t) => {
  const stage = await setStage(t)
  const { auth, page } = await signIn(stage)
  const { accessToken } = await auth.getAccessToken()
  auth.signOut().catch(() => {})
  const url = new URL(await page.left)
  assert.equal(url.origin, stage.provider.issuer)
  assert.equal(url.searchParams.get('post_logout_redirect_uri'), `${app}/`)
  assert.ok(url.searchParams.get('id_token_hint'))
  assert.equal(auth.user, null)
  assert.equal(await stage.open(`${app}/`).auth.start(), null)
  const answer = await fetch(`${stage.provider.issuer}/me`, {
    headers: { authorization: `Bearer ${accessToken}` },
  })
  assert.equal(answer.status, 401)
})

test('B10: a signing key that the provider does not publish is refused', async (t) => {
  const stage = await setStage(t, {
    fetch: async (url, init) => {
      const response = await fetch(url, init)
      if (!String(url).endsWith('/jwks')) return response
      const {
        keys: [rsa],
      } = await response.json()
      const swapped = `${rsa.n[0] === 'z' ? 'y' : 'z'}${rsa.n.slice(1)}`
      return Response.json({ keys: [{ ...rsa, n: swapped }] })
    },
  })
  await assert.rejects(signIn(stage), { code: 'OIDC_SIGNATURE_INVALID' })
})
