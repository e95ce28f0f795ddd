// A login of a Cognigy.AI installation: its configuration makes the settings of sessions, at a provider like Auth0.
import assert from 'node:assert/strict'
import test from 'node:test'
import { exportJWK, generateKeyPair } from 'jose'
import { app, browse, SECRET } from '../support/edge-app.mjs'
import { advanceClock } from '../support/clock.mjs'
import { load } from '../support/package.mjs'
import { signInAt } from '../support/person.mjs'
import { startAuth0 } from '../support/auth0.mjs'

const { createSessions } = await load('./sessions')
const { fromCognigy, cognigyUser } = await load('./cognigy')
const ROLE = 'https://cognigy.example/role'
const codeOf = async (response) => /OIDC_\w+/.exec(await response.text())?.[0]

const configOf = (idpIssuer, more) => ({
  idpType: 'oidc',
  idpIssuer,
  idpClientId: 'console',
  idpClientSecret: 'secret-of-the-registration',
  idpIdTokenSignedResponseAlg: 'RS256',
  idpTokenEndpointAuthMethod: 'client_secret_basic',
  ...more,
})

/** A browser in front of an app with this configuration. */
async function open(op, config, more = {}, options = undefined) {
  const browser = browse(createSessions({ ...(await fromCognigy(config, options)), secret: SECRET, fetch: op.fetch, ...more }))
  browser.enter = async (path = '/auth/login?returnTo=/inbox') => {
    const away = await browser.handle(path)
    if (away.status !== 302) return away
    return browser.handle(await signInAt(away.headers.get('location'), 'ada', app, op.fetch))
  }
  return browser
}

test("C1: the issuer of the provider's document wins, in whichever form it was configured", async (t) => {
  const slash = await startAuth0(t)
  const bare = await startAuth0(t, { issuer: 'https://login.example' })
  for (const op of [slash, bare]) {
    const { host } = new URL(op.issuer)
    for (const form of [host, `${host}/`, `https://${host}`, `https://${host}/`]) {
      const browser = await open(op, configOf(form))
      const response = await browser.enter()
      assert.equal(response.headers.get('location'), `${app}/inbox`, `${form}: ${await response.text()}`)
      assert.equal((await browser.user()).iss, op.issuer, form)
      // A sign-in that begins at the provider's side names the issuer in its own form.
      const theirs = await browser.handle(`/auth/login?iss=${encodeURIComponent(op.issuer)}`)
      assert.equal(theirs.status, 302, form)
    }
  }
  const other = await open(slash, configOf('tenant.eu.auth0.example/other'))
  assert.equal(await codeOf(await other.enter()), 'OIDC_RESPONSE_STATUS')
})

test('C1: a document of another issuer is refused', async (t) => {
  const op = await startAuth0(t)
  const elsewhere = async (input, init) => {
    const response = await op.fetch(input, init)
    if (!new URL(new Request(input).url).pathname.startsWith('/.well-known/openid')) return response
    return Response.json({ ...(await response.json()), issuer: 'https://tenant.eu.auth0.example//' })
  }
  const browser = await open(op, configOf('tenant.eu.auth0.example'), { fetch: elsewhere })
  assert.equal(await codeOf(await browser.enter()), 'OIDC_METADATA_ISSUER_MISMATCH')
})

test('C1: a token with another algorithm than the pinned one is refused', async (t) => {
  const op = await startAuth0(t, { client: { id_token_signed_response_alg: 'ES256' } })
  const { host } = new URL(op.issuer)
  assert.equal(await codeOf(await (await open(op, configOf(host))).enter()), 'OIDC_ALG_FORBIDDEN')
  const missing = configOf(host, { idpIdTokenSignedResponseAlg: undefined })
  assert.equal(await codeOf(await (await open(op, missing)).enter()), 'OIDC_ALG_FORBIDDEN', 'RS256 if none is named')
  const right = await open(op, configOf(host, { idpIdTokenSignedResponseAlg: 'ES256' }))
  assert.equal((await right.enter()).headers.get('location'), `${app}/inbox`)
})

test('C1: the secret arrives by the configured method, with any characters', async (t) => {
  const secret = 'a:b%c+d e&f=~'
  for (const [method, by] of [['client_secret_basic', 'Basic'], ['client_secret_post', '']]) {
    const op = await startAuth0(t, { client: { client_secret: secret, token_endpoint_auth_method: method } })
    const config = configOf(op.issuer, { idpClientSecret: secret, idpTokenEndpointAuthMethod: method })
    assert.equal((await (await open(op, config)).enter()).status, 302, method)
    assert.deepEqual(op.log.map((one) => [one.by, one.status]), [[by, 200]], method)
  }
})

test('C1: a client without a secret and one with a key sign in', async (t) => {
  const open1 = await startAuth0(t, { client: { client_secret: undefined, token_endpoint_auth_method: 'none' } })
  const config = configOf(open1.issuer, { idpClientSecret: '', idpTokenEndpointAuthMethod: 'none' })
  assert.equal((await (await open(open1, config)).enter()).status, 302)
  assert.ok(open1.log[0].params.code_verifier, 'PKCE protects the code')
  assert.equal(open1.log[0].params.client_secret, undefined)

  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true })
  const jwks = { keys: [{ ...(await exportJWK(publicKey)), alg: 'ES256', kid: 'k' }] }
  const keyed = await startAuth0(t, { client: { client_secret: undefined, token_endpoint_auth_method: 'private_key_jwt', jwks } })
  const clientKey = { ...(await exportJWK(privateKey)), alg: 'ES256', kid: 'k' }
  const withKey = configOf(keyed.issuer, { idpClientSecret: undefined, idpTokenEndpointAuthMethod: 'private_key_jwt' })
  assert.equal((await (await open(keyed, withKey, {}, { clientKey })).enter()).status, 302)
})

test('C4: a login creates the user from claims, with the role of the administrator', async (t) => {
  const next = { login: 'ada' }
  const op = await startAuth0(t, { next, claims: (login) => (login === 'eve' ? {} : { [ROLE]: [login === 'ada' ? 'admin' : 'unknown'] }) })
  const users = new Map()
  const rules = { roleClaim: ROLE, roles: ['admin', 'editor'] }
  const onSignIn = async ({ user }) => {
    const record = await cognigyUser(user, rules)
    users.set(`${record.issuer} ${record.subject}`, record)
  }
  const enter = async (login) => {
    next.login = login
    const browser = await open(op, configOf(new URL(op.issuer).host), { onSignIn, keepClaims: [ROLE, 'email', 'email_verified', 'given_name', 'name'] })
    return [browser, await browser.enter()]
  }
  const [browser, response] = await enter('ada')
  assert.equal(response.headers.get('location'), `${app}/inbox`)
  assert.deepEqual([...users.values()].map((one) => ({ ...one })), [{
    issuer: op.issuer, subject: 'ada', email: 'ada@example.com', firstName: 'ada', name: 'ada', emailVerified: true, roles: ['admin'],
  }])
  assert.deepEqual((await cognigyUser(await browser.user(), rules)).roles, ['admin'], 'the session keeps the claim')
  await enter('ada')
  assert.equal(users.size, 1, 'a second login is the same user')
  for (const login of ['bob', 'eve']) {
    const [, refused] = await enter(login)
    assert.equal(await codeOf(refused), 'OIDC_CLAIM_INVALID', login)
  }
  assert.equal(users.size, 1)
})

test('C5: a login outlives many access tokens without another login', async (t) => {
  const op = await startAuth0(t, { ttl: 60 })
  const browser = await open(op, configOf(op.issuer), { refresh: true })
  await browser.enter()
  const tokens = new Set()
  for (let minute = 0; minute < 30; minute += 1) {
    const response = await browser.with(async (session) => new Response((await session.getAccessToken()).accessToken))
    assert.equal(response.status, 200, `minute ${minute}`)
    tokens.add(await response.text())
    assert.equal((await browser.user()).sub, 'ada')
    advanceClock(t, 61)
  }
  assert.equal(tokens.size, 30, 'each token was an own one')
  assert.deepEqual(op.log.slice(1).map(({ grant, status }) => `${grant} ${status}`), Array(29).fill('refresh_token 200'))
  assert.equal(op.asked.filter((path) => path.startsWith('/authorize?')).length, 1, 'one login')
})
