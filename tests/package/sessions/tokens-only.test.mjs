// Sessions with tokens and no user: a server with OAuth 2.0 and no OpenID Connect, or one whose endpoints alone are known.
import assert from 'node:assert/strict'
import test from 'node:test'
import { app, browse, SECRET } from '../support/edge-app.mjs'
import { advanceClock } from '../support/clock.mjs'
import { load } from '../support/package.mjs'
import { signInAt } from '../support/person.mjs'
import { startAuth0 } from '../support/auth0.mjs'
import { code } from '../support/stage.mjs'

const { createSessions } = await load('./sessions')
const codeOf = async (response) => /OIDC_\w+/.exec(await response.text())?.[0]
const own = { clientId: 'console', clientSecret: 'secret-of-the-registration', secret: SECRET, user: false }

/** A browser that signed in, and the parameters that it brought to the provider. */
async function enter(op, settings) {
  const browser = browse(createSessions({ ...own, fetch: op.fetch, ...settings }))
  const away = await browser.handle('/auth/login?returnTo=/inbox')
  const asked = new URL(away.headers.get('location')).searchParams
  const response = await browser.handle(await signInAt(away.headers.get('location'), 'ada', app, op.fetch))
  return { browser, asked, response }
}

const tokenOf = (browser) =>
  browser.with(async (session) => Response.json([session.user, (await session.getAccessToken()).accessToken])).then((one) => one.json())

test('OAuth without OpenID: no ID token is asked for, and the session has tokens alone', async (t) => {
  const op = await startAuth0(t, { ttl: 60 })
  const { browser, asked, response } = await enter(op, { issuer: op.issuer, scope: 'email' })
  assert.equal(response.headers.get('location'), `${app}/inbox`, await response.text())
  assert.deepEqual([asked.get('scope'), asked.get('nonce'), asked.get('code_challenge_method')], ['email', null, 'S256'])
  const [user, first] = await tokenOf(browser)
  assert.equal(user, null)
  const idToken = await browser.with(async (session) => new Response(await session.getIdToken()))
  assert.equal(await codeOf(idToken), 'OIDC_ID_TOKEN_MISSING')
  advanceClock(t, 61)
  const [, second] = await tokenOf(browser)
  assert.notEqual(first, second, 'the session is renewed')
  assert.deepEqual(op.log.map(({ grant, status }) => [grant, status]), [['authorization_code', 200], ['refresh_token', 200]])
  assert.ok(op.asked.every((path) => !path.startsWith('/.well-known/jwks')), 'no keys are fetched')
  const out = await browser.signOut()
  assert.ok(out.headers.get('location').startsWith(`${op.issuer}oidc/logout?`))
  assert.deepEqual([op.asked.filter((path) => path === '/oauth/revoke').length, browser.chunks()], [2, []])
})

test('without a scope none is sent', async (t) => {
  const op = await startAuth0(t)
  const metadata = { authorization_endpoint: `${op.issuer}authorize`, token_endpoint: `${op.issuer}oauth/token` }
  const sessions = createSessions({ ...own, metadata, fetch: op.fetch })
  const away = await browse(sessions).handle('/auth/login?prompt=consent')
  const asked = new URL(away.headers.get('location')).searchParams
  assert.deepEqual([...asked.keys()].sort(),
    ['client_id', 'code_challenge', 'code_challenge_method', 'nonce', 'prompt', 'redirect_uri', 'response_type', 'state'])
  assert.deepEqual(op.asked, [], 'nothing is discovered')
})

test('with two endpoints alone an ID token is passed on, and renewed with the session', async (t) => {
  const op = await startAuth0(t, { ttl: 60 })
  const metadata = { authorization_endpoint: `${op.issuer}authorize`, token_endpoint: `${op.issuer}oauth/token` }
  const { browser } = await enter(op, { metadata, scope: 'openid' })
  const idToken = (options) => browser.with(async (session) => new Response(await session.getIdToken(options))).then((one) => one.text())
  const first = await idToken()
  assert.equal(await idToken(), first)
  advanceClock(t, 5)
  const second = await idToken({ renew: true })
  assert.notEqual(second, first)
  assert.equal(await idToken(), second, 'the cookie has the new one')
  const wrong = await browser.with(async (session) => new Response(await session.getIdToken({ scope: 'x' })))
  assert.equal(await codeOf(wrong), 'OIDC_SIGNIN_OPTION_INVALID')
  assert.deepEqual(op.asked.filter((path) => path.startsWith('/.well-known')), [])
})

test('a session without a user is none of a client with users, nor the reverse', async (t) => {
  const op = await startAuth0(t)
  for (const [before, after] of [[{ user: false, scope: 'openid' }, { user: true }], [{ user: true }, { user: false, scope: 'openid' }]]) {
    const { browser, response } = await enter(op, { issuer: op.issuer, ...before })
    assert.equal(response.status, 302)
    const later = createSessions({ ...own, fetch: op.fetch, issuer: op.issuer, ...after })
    assert.equal(await later.session(browser.request('/')), null)
    assert.notEqual(await browser.sessions.session(browser.request('/')), null)
  }
})

test('getIdToken of a session with a user gives the verified ID token', async (t) => {
  const op = await startAuth0(t)
  const { browser } = await enter(op, { issuer: op.issuer, user: true })
  const response = await browser.with(async (session) => Response.json([session.user.sub, await session.getIdToken()]))
  const [sub, token] = await response.json()
  assert.equal(JSON.parse(Buffer.from(token.split('.')[1], 'base64url')).sub, sub)
})

test('a setting that contradicts the others is refused and named', async (t) => {
  const op = await startAuth0(t)
  const metadata = { authorization_endpoint: `${op.issuer}authorize`, token_endpoint: `${op.issuer}oauth/token` }
  for (const [settings, expected] of [
    [{ metadata, user: true }, 'OIDC_CONFIG_INVALID (issuer)'],
    [{ metadata: { token_endpoint: metadata.token_endpoint } }, 'OIDC_METADATA_INVALID (authorization_endpoint)'],
    [{ metadata: { ...metadata, token_endpoint: 'http://op.example/t' } }, 'OIDC_METADATA_INSECURE (token_endpoint)'],
    [{ metadata, userInfo: true }, 'OIDC_CONFIG_INVALID (userInfo)'],
    [{ metadata, maxAge: 5 }, 'OIDC_CONFIG_INVALID (maxAge)'],
    [{ metadata, pkce: false, requireNonce: false }, 'OIDC_CONFIG_INSECURE (pkce)'],
    [{ metadata, pkce: false, clientSecret: undefined, authMethod: 'none' }, 'OIDC_CONFIG_INSECURE (pkce)'],
    [{ metadata, authMethod: 'none' }, 'OIDC_CONFIG_INVALID (authMethod)'],
    [{ issuer: op.issuer, user: true, nonce: 'n' }, 'OIDC_CONFIG_INVALID (nonce)'],
  ]) {
    const lines = []
    const onError = (error) => void lines.push(`${error.code} (${error.at})`)
    await browse(createSessions({ ...own, onError, ...settings })).handle('/auth/login')
    assert.deepEqual(lines, [expected], JSON.stringify(settings))
  }
  for (const [settings, at] of [[{ user: false }, 'issuer'], [{ issuer: op.issuer, pkce: 'no' }, 'pkce'], [{ issuer: op.issuer, user: 0 }, 'user']]) {
    assert.throws(() => createSessions({ ...own, ...settings }), code('OIDC_CONFIG_INVALID', at))
  }
})
