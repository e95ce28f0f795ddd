// Refusals of providers, and the preset's way around them: each test shows that the emulator is as strict as the provider.
import assert from 'node:assert/strict'
import test from 'node:test'
import { advanceClock } from '../package/support/clock.mjs'
import { load } from '../package/support/package.mjs'
import { code } from '../package/support/stage.mjs'
import { systems } from '../../www/emulators/data/index.js'
import { app, clientId, presetOf, startEmulator } from './engine/emulator.mjs'
import { mint } from '../../www/emulators/engine/shapes.js'
import { openApp } from './engine/stage.mjs'
import { jwkOf, keyFor, keySetOf, now } from '../../www/emulators/engine/tokens.js'

const { createVerifier } = await load('./edge')
const named = (title) => systems.find((system) => system.title === title)

async function setStage(t, title, { changes, ...more } = {}) {
  const system = { ...named(title), ...changes }
  const emulator = await startEmulator(t, system)
  return { system, emulator, stage: openApp(t, emulator, more) }
}

/** A preset of a provider without any quirk. */
const plain = (system) => {
  const { issuer, discoveryUrl, refresh } = presetOf(system)[system.serves]
  return { name: 'plain', [system.serves]: { issuer, discoveryUrl, refresh } }
}

/** Sends the newest refresh token that is not replaced, or the one given. */
async function refresh(emulator, token) {
  const body = new URLSearchParams({ grant_type: 'refresh_token', refresh_token: token, client_id: clientId })
  const response = await emulator.fetch(emulator.metadata.token_endpoint, { method: 'POST', body, headers: { origin: app } })
  return { status: response.status, ...(await response.json()) }
}
const firstRefreshToken = ({ front }) => [...front.refreshTokens.keys()][0]

test('LinkedIn refuses PKCE of an app without that right: invalid_client', async (t) => {
  const { stage } = await setStage(t, 'LinkedIn', { changes: { token: { auth: 'client_secret_post', given: 'never', refuses: ['code_verifier'] } } })
  await assert.rejects(stage.signIn(), (error) => code('OIDC_PROVIDER_ERROR', 'token_endpoint')(error) && error.cause.error === 'invalid_client')
})

test('Entra ID refuses a page whose redirect URI is not of the type spa: AADSTS9002326', async (t) => {
  const { stage, emulator } = await setStage(t, 'Entra ID, one tenant', { changes: { token: { given: 'asked', spa: false } } })
  await assert.rejects(stage.signIn(), (error) => /^OIDC_PROVIDER_/.test(error.code))
  assert.equal(emulator.count('token'), 1)
})

test('Entra ID refuses a server that redeems the code of a page: AADSTS9002327', async (t) => {
  const { stage } = await setStage(t, 'Entra ID, an app on a server', { changes: { token: { given: 'asked', spa: true } } })
  await assert.rejects(stage.signIn(), (error) => code('OIDC_PROVIDER_ERROR', 'token_endpoint')(error) && /AADSTS9002327/.test(error.cause.error_description))
})

test('Entra ID: a key of the consumer tenant does not verify the token of a work tenant', async (t) => {
  const jwk = { issuer: 'https://login.microsoftonline.com/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0' }
  const { stage } = await setStage(t, 'Entra ID, many tenants', { changes: { jwk } })
  await assert.rejects(stage.signIn(), code('OIDC_KEY_NOT_FOUND'))
})

const consumers = '9188040d-6c67-4c5b-b112-36a304b66dad'
const ofConsumers = { tid: consumers, iss: `https://login.microsoftonline.com/${consumers}/v2.0` }
/** The keys that sign for personal accounts alone. `common` has them in its key set, and `organizations` has not, as recorded. */
const consumerKey = () => ({ ...keyFor('RS256', 'consumers'), kid: 'consumers' })

for (const [title, tenant] of [['Entra ID, work accounts', 'organizations'], ['Entra ID, many tenants', 'common']]) {
  test(`Entra ID: with ${tenant} and no list of tenants, the key set decides about personal accounts`, async (t) => {
    const isOpen = tenant === 'common'
    const otherKeys = isOpen ? [jwkOf(consumerKey(), { issuer: ofConsumers.iss })] : []
    const preset = presetOf(named(title), { tenant })
    const { stage, emulator } = await setStage(t, title, { preset, changes: { otherKeys, options: { tenant } } })
    Object.assign(emulator.fault, { key: consumerKey(), idToken: (claims) => Object.assign(claims, ofConsumers) })
    if (isOpen) assert.equal((await stage.signIn()).tid, consumers)
    else await assert.rejects(stage.signIn(), code('OIDC_KEY_NOT_FOUND'))
    const context = { client: clientId, sub: 'alice', scope: '', params: new URLSearchParams(), signedInAt: now(), jti: 'j', claims: {} }
    const token = mint(emulator.front, context, { claims: ofConsumers, key: consumerKey() })
    const verifier = createVerifier({ provider: preset, audience: 'https://api.example/', fetch: emulator.fetch })
    if (isOpen) assert.equal((await verifier.verify(token)).tid, consumers)
    else await assert.rejects(verifier.verify(token), code('OIDC_KEY_NOT_FOUND'))
  })
}

test('Entra ID: organizations refuses a personal account also if a key of all tenants signs for it', async (t) => {
  const preset = presetOf(named('Entra ID, work accounts'), { tenant: 'organizations' })
  const { stage, emulator } = await setStage(t, 'Entra ID, work accounts', { preset, changes: { options: { tenant: 'organizations' } } })
  emulator.fault.idToken = (claims) => Object.assign(claims, ofConsumers)
  await assert.rejects(stage.signIn(), code('OIDC_TENANT_FORBIDDEN', 'tid'))
  const context = { client: clientId, sub: 'alice', scope: '', params: new URLSearchParams(), signedInAt: now(), jti: 'j', claims: {} }
  const token = mint(emulator.front, context, { claims: ofConsumers })
  const verifier = createVerifier({ provider: preset, audience: 'https://api.example/', fetch: emulator.fetch })
  await assert.rejects(verifier.verify(token), code('OIDC_TENANT_FORBIDDEN', 'tid'))
})

test('Entra ID: a personal account is refused where work accounts alone are listed, and accepted where it is listed', async (t) => {
  const system = named('Entra ID, many tenants')
  const preset = presetOf(system, { tenant: 'common', tenants: [consumers] })
  const { stage, emulator } = await setStage(t, 'Entra ID, many tenants', { preset })
  emulator.fault.idToken = (claims) => Object.assign(claims, ofConsumers)
  assert.equal((await stage.signIn()).tid, consumers)
})

test('Entra ID: no API but Graph verifies a token for Graph', async (t) => {
  const { system, emulator } = await setStage(t, 'Entra ID, v1 access tokens')
  const context = { client: clientId, sub: 'alice', scope: '', params: new URLSearchParams(), signedInAt: now(), jti: 'j', claims: {} }
  const token = mint(emulator.front, context, { header: { nonce: 'n' } })
  // The signature is over a header with the hash of that nonce, so it is another one.
  const [, claims, signature] = token.split('.')
  const header = Buffer.from(JSON.stringify({ alg: 'RS256', typ: 'JWT', kid: emulator.key.kid, nonce: 'other' })).toString('base64url')
  const verifier = createVerifier({ provider: presetOf(system), audience: 'https://api.example/', fetch: emulator.fetch })
  await assert.rejects(verifier.verify(`${header}.${claims}.${signature}`), code('OIDC_SIGNATURE_INVALID'))
})

test('Google refuses a token request without a secret, PKCE or not', async (t) => {
  const { emulator } = await setStage(t, 'Google')
  const body = new URLSearchParams({ grant_type: 'authorization_code', code: 'x', code_verifier: 'y', client_id: clientId })
  const response = await emulator.fetch(emulator.metadata.token_endpoint, { method: 'POST', body, headers: { origin: app } })
  assert.deepEqual(await response.json(), { error: 'invalid_request', error_description: 'client_secret is missing.' })
  assert.equal(response.headers.get('access-control-allow-origin'), null)
})

test('Google: without accessType offline there is no refresh token', async (t) => {
  const preset = presetOf(named('Google'), { hostedDomain: 'a.example' })
  const { stage } = await setStage(t, 'Google', { preset })
  await stage.signIn()
  await assert.rejects(stage.accessToken({ renew: true }), code('OIDC_RENEW_UNAVAILABLE'))
})

test('Amazon Cognito refuses the logout of the standard; its preset sends logout_uri', async (t) => {
  const system = named('Amazon Cognito')
  const { page } = plain(system)
  const metadataOverlay = { end_session_endpoint: 'https://micronautguides.auth.eu-west-1.amazoncognito.com/logout' }
  const { stage } = await setStage(t, 'Amazon Cognito', { preset: { name: 'plain', page: { ...page, metadataOverlay } } })
  await stage.signIn()
  const { status, page: text } = await stage.signOut()
  assert.deepEqual([status, text], [400, '<p>logout_uri is missing</p>'])
})

test('Okta shows an error page for a logout without a hint, and the preset sends one', async (t) => {
  const { stage, emulator } = await setStage(t, 'Okta, a custom authorization server')
  await stage.signIn()
  const { asked } = await stage.signOut()
  assert.ok(asked.searchParams.has('id_token_hint'))
  asked.searchParams.delete('id_token_hint')
  assert.equal((await emulator.fetch(asked)).status, 400)
})

test('Okta: a replaced refresh token works for 30 seconds; later its use ends the newest one too', async (t) => {
  const { stage, emulator } = await setStage(t, 'Okta, a custom authorization server')
  await stage.signIn()
  const first = firstRefreshToken(emulator)
  assert.equal((await refresh(emulator, first)).status, 200)
  advanceClock(t, 20)
  const again = await refresh(emulator, first)
  assert.equal(again.status, 200)
  advanceClock(t, 20)
  assert.equal((await refresh(emulator, first)).error, 'invalid_grant')
  assert.equal((await refresh(emulator, again.refresh_token)).error, 'invalid_grant')
})

test('Salesforce: a logout leads to the address of the registration, whatever the request says', async (t) => {
  const { stage, emulator } = await setStage(t, 'Salesforce')
  await stage.signIn()
  const { asked, url } = await stage.signOut()
  assert.equal(asked.href.split('?')[0], 'https://example.my.salesforce.com/services/auth/idp/oidc/logout')
  assert.equal(url, `${app}/`)
  asked.searchParams.set('post_logout_redirect_uri', 'https://other.example/')
  assert.equal((await stage.agent.go(asked.href)).url, `${app}/`)
  assert.equal(emulator.count('logout'), 2)
})

test('Auth0: the reuse of a refresh token ends its whole family, and the page says that the session ended', async (t) => {
  const { stage, emulator } = await setStage(t, 'Auth0')
  await stage.signIn()
  const first = firstRefreshToken(emulator)
  advanceClock(t, 5)
  await stage.accessToken({ renew: true })
  advanceClock(t, 5)
  const reused = await refresh(emulator, first)
  assert.deepEqual([reused.status, reused.error], [403, 'invalid_grant'])
  await assert.rejects(stage.accessToken({ renew: true }), code('OIDC_SESSION_ENDED'))
})

test('Auth0: an audience that is not registered brings access_denied', async (t) => {
  const preset = presetOf(named('Auth0'), { domain: 'samples.auth0.com', audience: 'https://unknown.example/' })
  const { stage } = await setStage(t, 'Auth0', { preset })
  await assert.rejects(stage.signIn(), (error) => code('OIDC_SIGNIN_REFUSED', 'error')(error) && error.cause.error === 'access_denied')
})

test('Auth0: without audience the access token is opaque, and the verifier says so', async (t) => {
  const preset = presetOf(named('Auth0'), { domain: 'samples.auth0.com' })
  const { stage, system, emulator } = await setStage(t, 'Auth0', { preset })
  await stage.signIn()
  const { accessToken } = await stage.accessToken()
  const verifier = createVerifier({ provider: presetOf(system), audience: 'https://api.example/', fetch: emulator.fetch })
  await assert.rejects(verifier.verify(accessToken), (error) => /^OIDC_(TOKEN|CREDENTIAL)_/.test(error.code))
})

test('AD FS: UserInfo refuses a token for another resource', async (t) => {
  const { stage } = await setStage(t, 'AD FS')
  await stage.signIn()
  await assert.rejects(stage.userInfo(), (error) => /^OIDC_/.test(error.code))
})

test('AD FS: without resource the access token is for UserInfo, and no API accepts it', async (t) => {
  const preset = presetOf(named('AD FS'), { host: 'fs.fabidentity.com' })
  const { stage, system, emulator } = await setStage(t, 'AD FS', { preset })
  await stage.signIn()
  const { accessToken } = await stage.accessToken()
  const verifier = createVerifier({ provider: presetOf(system), audience: 'https://api.example/', fetch: emulator.fetch })
  await assert.rejects(verifier.verify(accessToken), code('OIDC_AUDIENCE_MISMATCH'))
})

test('Apple refuses the names without form_post, and the preset asks for it', async (t) => {
  const { stage } = await setStage(t, 'Apple', { settings: { responseMode: 'query' } })
  await assert.rejects(stage.signIn(), (error) => error.cause?.error === 'invalid_request')
})

test('Apple refuses a secret that is no JWT of the team', async (t) => {
  const { stage } = await setStage(t, 'Apple', { changes: { clientSecret: () => 'e30.e30.AAAA' } })
  await assert.rejects(stage.signIn(), (error) => error.cause?.error === 'invalid_client')
})

test('Apple: an empty key set once is no end, and the next sign-in is verified', async (t) => {
  const { stage, emulator } = await setStage(t, 'Apple')
  emulator.fault.answers = { keys: () => ({ status: 200, headers: { 'content-type': 'application/json' }, text: '' }) }
  await assert.rejects(stage.signIn(), code('OIDC_RESPONSE_EMPTY', 'jwks_uri'))
  emulator.fault = {}
  advanceClock(t, 60)
  assert.ok(await openApp(t, emulator).signIn())
})

test('Azure AD B2C: openid alone brings no access token; the client id as a scope brings one', async (t) => {
  const { document } = named('Azure AD B2C')
  const changes = { settings: {}, document: { ...document, overlay: { userinfo_endpoint: undefined } } }
  const { stage, emulator } = await setStage(t, 'Azure AD B2C', { changes })
  assert.ok((await stage.signIn()).sub)
  await assert.rejects(stage.accessToken(), (error) => /^OIDC_/.test(error.code))
  const other = openApp(t, emulator, { settings: { scope: `openid ${clientId}` } })
  await other.signIn()
  assert.ok((await other.accessToken()).accessToken)
})

test('Azure AD B2C: with UserInfo in the metadata an answer without an access token is refused', async (t) => {
  const { stage } = await setStage(t, 'Azure AD B2C', { changes: { settings: {} } })
  await assert.rejects(stage.signIn(), code('OIDC_TOKEN_RESPONSE_INVALID', 'access_token'))
})

test('Azure AD B2C: Forgot password comes as access_denied with AADB2C90118', async (t) => {
  const { stage, emulator } = await setStage(t, 'Azure AD B2C')
  emulator.fault.authorization = { error: 'access_denied', error_description: 'AADB2C90118: The user has forgotten their password.' }
  await assert.rejects(stage.signIn(), (error) => code('OIDC_SIGNIN_REFUSED', 'error')(error) && /AADB2C90118/.test(error.cause.error_description))
})

test('Cloudflare Access refuses a refresh after a change of its policy', async (t) => {
  const { stage, emulator } = await setStage(t, 'Cloudflare Access')
  await stage.signIn()
  emulator.fault.answers = { token: () => ({ status: 400, headers: { 'content-type': 'application/json', 'access-control-allow-origin': app }, text: '{"error":"invalid_grant"}' }) }
  await assert.rejects(stage.accessToken({ renew: true }), code('OIDC_SESSION_ENDED'))
})

test('Keycloak: an access token without the mapper is for account, and the API refuses it', async (t) => {
  const { system, emulator } = await setStage(t, 'Keycloak')
  const context = { client: clientId, sub: 'alice', scope: 'openid', params: new URLSearchParams(), signedInAt: now(), jti: 'j', claims: {} }
  const token = mint(emulator.front, context, { claims: { aud: 'account' } })
  const verifier = createVerifier({ provider: presetOf(system), audience: 'https://api.example/', fetch: emulator.fetch })
  await assert.rejects(verifier.verify(token), code('OIDC_AUDIENCE_MISMATCH'))
})

test('dialects of several providers at one verifier stay apart', async (t) => {
  const adfs = await setStage(t, 'AD FS')
  const okta = await setStage(t, 'Okta, a custom authorization server')
  const fetch = async (input, init) => {
    const url = String(input.url ?? input)
    return (url.includes('fabidentity') ? adfs : okta).emulator.fetch(input, init)
  }
  const verifier = createVerifier({ provider: [presetOf(adfs.system), presetOf(okta.system)], audience: ['https://api.example/', 'api://default'], fetch })
  const context = { client: clientId, sub: 'alice', scope: 'openid', params: new URLSearchParams({ resource: 'https://api.example/' }), signedInAt: now(), jti: 'j', claims: {} }
  const of = ({ emulator }, claims) => mint(emulator.front, context, { claims })
  assert.equal((await verifier.verify(of(adfs))).iss, 'http://fs.fabidentity.com/adfs/services/trust')
  assert.equal((await verifier.verify(of(okta))).cid, clientId)
  // The issuer that AD FS has for access tokens has a counterpart at no other issuer.
  await assert.rejects(verifier.verify(of(okta, { iss: 'http://dev-265911.oktapreview.com/oauth2/default/services/trust' })), code('OIDC_ISSUER_MISMATCH'))
  assert.ok(keySetOf(okta.emulator).keys.length)
})
