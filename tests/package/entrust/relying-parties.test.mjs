// Relying parties that take a client id, a secret and an issuer from Entrust IDaaS, with no preset of ours.
import assert from 'node:assert/strict'
import test from 'node:test'
import { browse } from '../support/edge-app.mjs'
import { app, clientSecret, issuer, startEntrust } from '../support/entrust.mjs'
import { openAgent } from '../../../www/emulators/engine/agent.js'
import { load } from '../support/package.mjs'

const { createSessions } = await load('./sessions')

/** Signs a user in at a relying party that knows these settings alone. */
async function signInAt(emulator, settings) {
  const party = browse(createSessions({ secret: 'a secret for the cookies of these tests', fetch: emulator.fetch, ...settings }))
  const away = await party.handle('/auth/login')
  assert.equal(away.status, 302, await away.text())
  const { url } = await openAgent(emulator, app).go(away.headers.get('location'))
  const back = await party.handle(url)
  assert.equal(back.status, 302, await back.text())
  return party.user()
}

test('ConnectWise 1: a relying party with client id, secret and issuer signs a user in', async (t) => {
  const emulator = await startEntrust(t)
  const user = await signInAt(emulator, { issuer, clientId: 'server', clientSecret })
  assert.deepEqual([user.iss, user.sub, user.aud], [issuer, 'alice@example.com', 'server'])
  assert.equal(emulator.asked[0].url, `${issuer}/.well-known/openid-configuration`)
})

const { relyingParty } = await load('./entrust')

/** The metadata of the provider, as its discovery address answers. */
const metadataOf = async (emulator) => (await emulator.fetch(`${issuer}/.well-known/openid-configuration`)).json()

/** Registers the application at the provider as the helper says, and signs a user in at the relying party. */
async function register(t, config) {
  const first = await startEntrust(t)
  const party = await relyingParty({ metadata: await metadataOf(first), clientId: 'server', clientSecret, ...config })
  const { registration, redirectUri } = party
  assert.deepEqual(registration.redirect_uris, [redirectUri])
  const { redirect_uris, response_types, token_endpoint_auth_method } = registration
  const emulator = await startEntrust(t, { server: { redirect_uris, response_types, token_endpoint_auth_method } })
  return { party, emulator }
}

/** Signs in at a relying party whose callback is anywhere. */
async function signInAsParty(emulator, { redirectUri }, settings) {
  const { origin, pathname } = new URL(redirectUri)
  const sessions = createSessions({ secret: 'a secret for the cookies of these tests', fetch: emulator.fetch, redirectUri: pathname, baseUrl: origin, ...settings })
  const browser = browse(sessions, origin)
  const away = await browser.handle('/auth/login')
  assert.equal(away.status, 302, await away.text())
  const { url } = await openAgent(emulator, origin).go(away.headers.get('location'))
  const back = await browser.handle(url)
  assert.equal(back.status, 302, await back.text())
  return browser.user()
}

test('ConnectWise 2: the helper gives what both sides need, and a user signs in with it', async (t) => {
  const { party, emulator } = await register(t, { system: 'connectwise', redirectUri: 'https://home.connectwise.example/sso/callback' })
  assert.equal(party.discoveryUrl, `${issuer}/.well-known/openid-configuration`)
  assert.deepEqual(Object.keys(party.configuration), ['clientId', 'clientSecret', 'issuer'])
  const user = await signInAsParty(emulator, party, party.configuration)
  assert.deepEqual([user.iss, user.sub], [issuer, 'alice@example.com'])
})

test('ForgeRock: AM as a relying party gets the fields of its social identity provider, and signs a user in', async (t) => {
  const { party, emulator } = await register(t, { system: 'forgerock', redirectUri: 'https://am.example/login' })
  const { configuration } = party
  assert.equal(configuration.issuerComparisonCheckType, 'EXACT')
  assert.deepEqual([configuration.scopes, configuration.pkceMethod], [['openid', 'profile', 'email'], 'S256'])
  const metadata = await metadataOf(emulator)
  assert.deepEqual(
    [configuration.authorizationEndpoint, configuration.tokenEndpoint, configuration.jwksUriEndpoint],
    [metadata.authorization_endpoint, metadata.token_endpoint, metadata.jwks_uri],
  )
  const { clientId, clientSecret: secret, issuer: named } = configuration
  const user = await signInAsParty(emulator, party, { issuer: named, clientId, clientSecret: secret })
  assert.equal(user.sub, 'alice@example.com')
})

test('Salesforce: an Auth. Provider gets its fields, and its callback follows from My Domain and the suffix', async (t) => {
  const { party, emulator } = await register(t, { system: 'salesforce', domain: 'example.my.salesforce.com', urlSuffix: 'Entrust' })
  assert.equal(party.redirectUri, 'https://example.my.salesforce.com/services/authcallback/Entrust')
  const { configuration } = party
  assert.deepEqual([configuration.providerType, configuration.idTokenIssuer, configuration.sendClientCredentialsInHeader], ['OpenIdConnect', issuer, true])
  const { consumerKey, consumerSecret, idTokenIssuer } = configuration
  const user = await signInAsParty(emulator, party, { issuer: idTokenIssuer, clientId: consumerKey, clientSecret: consumerSecret, authMethod: 'client_secret_basic' })
  assert.equal(user.sub, 'alice@example.com')
})

test('a field of a relying party that is unknown, missing or wrong is named', async (t) => {
  const metadata = await metadataOf(await startEntrust(t))
  const good = { system: 'forgerock', metadata, clientId: 'c', clientSecret: 's', redirectUri: 'https://am.example/' }
  for (const [change, expected, at] of [
    [{ system: 'other' }, 'OIDC_CONFIG_INVALID', 'system'],
    [{ clientId: undefined }, 'OIDC_CONFIG_INVALID', 'clientId'],
    [{ clientSecret: 1 }, 'OIDC_CONFIG_INVALID', 'clientSecret'],
    [{ redirectUri: 'http://am.example/' }, 'OIDC_CONFIG_INVALID', 'redirectUri'],
    [{ other: 1 }, 'OIDC_CONFIG_INVALID', 'other'],
    [{ metadata: {} }, 'OIDC_METADATA_INVALID', 'issuer'],
    [{ metadata: { ...metadata, token_endpoint: 'http://evil.example' } }, 'OIDC_METADATA_INSECURE', 'token_endpoint'],
  ]) {
    await assert.rejects(relyingParty({ ...good, ...change }), (error) => {
      assert.deepEqual([error.code, error.at], [expected, at])
      return true
    })
  }
})
