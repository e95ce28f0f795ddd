// The cases of a system, one for each column of the table.
import assert from 'node:assert/strict'
import { advanceClock } from '../../package/support/clock.mjs'
import { load } from '../../package/support/package.mjs'
import { apiClient, app, clientId, clientSecret, discoveryOf, metadataOf, presetOf, startEmulator } from './emulator.mjs'
import { ACCESS_TOKEN_FAULTS, ID_TOKEN_FAULTS, QUIRKS } from '../../../www/emulators/engine/faults.js'
import { mint } from '../../../www/emulators/engine/shapes.js'
import { isNamed } from './named.mjs'
import { openApp } from './stage.mjs'
import { keySetOf, now, readToken } from '../../../www/emulators/engine/tokens.js'

const [{ createVerifier }, { introspection }] = await Promise.all(['./edge', './introspection'].map((entry) => load(entry)))

/** The members without which no user can sign in. */
const REQUIRED = ['issuer', 'authorization_endpoint', 'token_endpoint', 'jwks_uri']

const matches = (code, expected) => (expected instanceof RegExp ? expected.test(code) : code === expected)

/** The claim that a code is about. Other codes have it in `at`. */
const CLAIMS = {
  OIDC_ISSUER_MISMATCH: 'iss', OIDC_AUDIENCE_MISMATCH: 'aud', OIDC_TOKEN_EXPIRED: 'exp', OIDC_NONCE_MISMATCH: 'nonce', OIDC_AZP_MISMATCH: 'azp',
}

/** Fails unless the work ends with this error, whose code or `at` names the claim `at`. */
async function refused(work, { name, code, at }) {
  const error = await work.then(() => undefined, (cause) => cause)
  assert.ok(error, `${name}: was accepted`)
  const said = `${name}: ${error.code ?? error.stack} at ${error.at}`
  assert.ok(matches(error.code, code), `${said}, and not ${code}`)
  if (at) assert.equal(error.at || CLAIMS[error.code], at, said)
}

/**
 * Metadata with any one optional member missing serves for a sign-in, a renewal and a sign-out. That of another issuer does not.
 * At the systems that are not named, every fourth member has the whole round, and the others have the begin of a sign-in.
 */
export async function discovery(t, system) {
  if (system.serves === 'verifier') return discoveryAtEdge(t, system)
  const emulator = await startEmulator(t, system)
  const all = metadataOf(system)
  const members = [undefined, ...Object.keys(all).filter((name) => !REQUIRED.includes(name))]
  for (const [place, member] of members.entries()) {
    const { [member]: _missing, ...rest } = all
    emulator.metadata = rest
    emulator.asked.length = 0
    const isWhole = isNamed(system) || place % 4 === 0
    emulator.fault = isWhole ? {} : { authorization: { error: 'access_denied' } }
    if (isWhole) await useWithout(t, system, emulator, member)
    else await refused(openApp(t, emulator).signIn(), { name: `without ${member}`, code: 'OIDC_SIGNIN_REFUSED', at: 'error' })
    const [{ url }, sent] = emulator.asked
    assert.equal(new URL(url).href, new URL(discoveryOf(system)).href)
    assert.equal(sent.endpoint, 'authorize')
    const { extra = {} } = presetOf(system)[system.serves]
    for (const [name, value] of Object.entries(extra)) assert.equal(sent.params.get(name), value, name)
  }
  emulator.metadata = { ...all, issuer: 'https://evil.example' }
  await refused(openApp(t, emulator).signIn(), { name: 'another issuer', code: 'OIDC_METADATA_ISSUER_MISMATCH', at: 'issuer' })
}

/** Signs a user in with metadata without this member, renews, and signs the user out. */
async function useWithout(t, system, emulator, member) {
  const stage = openApp(t, emulator)
  const user = await stage.signIn(system.signInOptions).catch((error) => assert.fail(`without ${member}: ${error.stack}`))
  assert.ok(user?.sub, `without ${member}: there is no user`)
  advanceClock(t, 5)
  if (!system.reasons?.renewal) {
    if (system.token.keepsAccessToken) advanceClock(t, 3700)
    const { accessToken } = await stage.accessToken({ renew: !system.token.keepsAccessToken })
    assert.ok(accessToken && emulator.count('token', 'refresh_token') === 1, `without ${member}: no renewal`)
    assert.equal((await stage.user()).sub, user.sub)
  }
  const isAnnounced = emulator.metadata.end_session_endpoint !== undefined
  const logout = isAnnounced || Object.values(emulator.addresses).includes('logout')
  const where = await stage.signOut()
  assert.equal(Boolean(where.isLocal), !logout, `without ${member}: ${where.url}`)
  if (logout) assert.equal(where.url?.split('?')[0], `${app}/`, `without ${member}: ${where.page}`)
  assert.equal(await stage.user(), null, `without ${member}: there is still a user`)
  stage.auth?.close()
}

async function discoveryAtEdge(t, system) {
  const emulator = await startEmulator(t, system)
  const all = metadataOf(system)
  for (const member of [undefined, ...Object.keys(all).filter((name) => !['issuer', 'jwks_uri'].includes(name))]) {
    const { [member]: _missing, ...rest } = all
    emulator.metadata = rest
    await verifierOf(system, emulator).ready()
  }
}

/** A sign-in, the claims of the user, UserInfo, and a reload. */
export async function signIn(t, system) {
  const emulator = await startEmulator(t, system)
  const stage = openApp(t, emulator)
  const user = await stage.signIn(system.signInOptions)
  assert.ok(user?.sub, 'there is no user')
  assert.equal(user.iss, system.issuers ? user.iss : emulator.issuer)
  assert.deepEqual([user.aud].flat()[0], clientId)
  const { params } = emulator.asked.find(({ endpoint }) => endpoint === 'authorize')
  assert.equal(params.has('code_challenge'), !system.lacksPkce)
  const { userInfo } = stage
  const isOpen = emulator.metadata.userinfo_endpoint && !system.userinfo?.refuses
  if (isOpen && system.serves === 'page') assert.equal((await userInfo()).sub, user.sub)
  for (const issuer of system.issuers ?? []) {
    emulator.fault.idToken = (claims) => { claims.iss = issuer }
    assert.equal((await openApp(t, emulator).signIn(system.signInOptions)).iss, issuer)
  }
  await checkRefusedOptions(t, system, emulator)
}

const VALUES = {
  acrValues: 'loa', uiLocales: 'en', claims: { id_token: { email: null } }, maxAge: 60, display: 'page', prompt: 'login', loginHint: 'a@b.example', idTokenHint: 'x.y.z', resource: 'https://api.example/',
}

/** An option that the provider refuses is refused before a request. */
async function checkRefusedOptions(t, system, emulator) {
  const { refusedOptions = [] } = presetOf(system)[system.serves]
  if (system.serves !== 'page') return
  for (const option of refusedOptions.filter((name) => name !== 'refresh')) {
    const count = emulator.count('authorize')
    const work = openApp(t, emulator).go({ [option]: VALUES[option] })
    await refused(work, { name: option, code: 'OIDC_SIGNIN_OPTION_INVALID', at: ['display', 'idTokenHint'].includes(option) ? undefined : option })
    assert.equal(emulator.count('authorize'), count)
  }
}

/** A renewal at once, one after the token has expired, and one after a reload. */
export async function renewal(t, system) {
  const emulator = await startEmulator(t, system)
  const stage = openApp(t, emulator)
  const user = await stage.signIn(system.signInOptions)
  const before = (await stage.accessToken()).accessToken
  const count = () => emulator.count('token', 'refresh_token')
  advanceClock(t, 5)
  if (!system.token.keepsAccessToken) {
    const renewed = (await stage.accessToken({ renew: true })).accessToken
    assert.notEqual(renewed, before)
    assert.equal(count(), 1)
  } else {
    // The provider's answer has the same token, so a renewal that is asked for brings nothing new.
    await refused(stage.accessToken({ renew: true }), { name: 'a renewal before the end', code: 'OIDC_RENEW_UNAVAILABLE' })
    assert.equal((await stage.accessToken()).accessToken, before)
  }
  const early = count()
  advanceClock(t, 3700)
  const next = (await stage.accessToken(system.token.drops ? { renew: true } : {})).accessToken
  assert.notEqual(next, before)
  assert.equal(count(), early + 1)
  const after = await stage.user()
  assert.deepEqual([after.sub, after.iss], [user.sub, user.iss])
  // A session that the provider ended is over here too.
  for (const held of emulator.front.refreshTokens.values()) held.family.isEnded = true
  advanceClock(t, 3700)
  const { endedCode = 'OIDC_SESSION_ENDED' } = system.token
  await refused(stage.accessToken({ renew: true }), { name: 'a session that the provider ended', code: endedCode })
  if (endedCode === 'OIDC_SESSION_ENDED') assert.equal(await stage.user(), null, 'there is a user of a session that has ended')
  if (system.token.refreshEnds) await checkEnd(t, system)
}

/** Refresh tokens of a page at Entra ID end a day after the sign-in, however often they are used. */
async function checkEnd(t, system) {
  const emulator = await startEmulator(t, system)
  const stage = openApp(t, emulator)
  await stage.signIn(system.signInOptions)
  for (let hours = 4; hours < 24; hours += 4) {
    advanceClock(t, 4 * 3600)
    await stage.accessToken({ renew: true })
  }
  advanceClock(t, 4 * 3600 + 60)
  await refused(stage.accessToken({ renew: true }), { name: 'after a day', code: 'OIDC_SESSION_ENDED' })
}

/** A sign-out in the dialect of the provider, which then has no session either. */
export async function signOut(t, system) {
  const emulator = await startEmulator(t, system)
  const stage = openApp(t, emulator)
  await stage.signIn(system.signInOptions)
  const where = await stage.signOut()
  assert.ok(!where.isLocal, 'the user stays at the app')
  assert.equal(where.url?.split('?')[0], `${app}/`, where.page)
  assert.equal(emulator.count('logout'), 1)
  assert.equal(await stage.user(), null)
  const { redirectParameter = 'post_logout_redirect_uri', refuses = [] } = system.logout ?? {}
  const { params } = emulator.asked.find(({ endpoint }) => endpoint === 'logout')
  assert.equal(params.get(redirectParameter), `${app}/`)
  for (const name of refuses) assert.equal(params.has(name), false, name)
  // The session at the provider is over: a sign-in without the user is refused there.
  if (system.authorize?.promptNone !== 'page') await checkNoSession(stage, emulator)
}

/** Asks the provider with `prompt=none`, with the request of the sign-in. */
async function checkNoSession({ agent }, emulator) {
  const { url } = emulator.asked.find(({ endpoint }) => endpoint === 'authorize')
  const silent = new URL(url)
  silent.searchParams.set('prompt', 'none')
  const answer = await agent.go(silent.href)
  const params = answer.form ?? new URL(answer.url).searchParams
  assert.equal(params.get('error'), 'login_required')
}

/** Without a logout at the provider, the app ends its own session and revokes the tokens. */
export async function localSignOut(t, system) {
  const emulator = await startEmulator(t, system)
  const stage = openApp(t, emulator)
  await stage.signIn(system.signInOptions)
  assert.deepEqual(await stage.signOut(), { isLocal: true })
  assert.equal(await stage.user(), null)
  if (emulator.metadata.revocation_endpoint) assert.ok(emulator.count('revoke') > 0, 'nothing was revoked')
}

/** Without a refresh token a session ends with its token, and the code says so. */
export async function noRenewal(t, system) {
  const emulator = await startEmulator(t, system)
  const stage = openApp(t, emulator)
  await stage.signIn(system.signInOptions)
  await refused(stage.accessToken({ renew: true }), { name: 'a renewal', code: 'OIDC_RENEW_UNAVAILABLE' })
}

/** The system with keys that name no issuer, so that the claims alone decide. */
const withoutOwners = (system) => ({ ...system, jwk: { ...system.jwk, issuer: undefined } })

/** Faults of the provider, and what other providers do. */
export async function negative(t, system) {
  const emulator = await startEmulator(t, withoutOwners(system))
  const own = (quirk) => quirk.of !== undefined && [system.preset].includes(quirk.of)
  const all = [...ID_TOKEN_FAULTS, ...QUIRKS.filter((quirk) => !own(quirk)), ...(system.negative ?? [])]
  for (const one of all) {
    emulator.fault = { idToken: one.idToken, key: one.key?.(emulator), isAbsent: one.isAbsent, iss: one.iss }
    const stage = openApp(t, emulator)
    await refused(stage.signIn(system.signInOptions), one)
    assert.equal(await stage.user(), null, `${one.name}: there is a user`)
  }
  emulator.fault = {}
  assert.ok(await openApp(t, emulator).signIn(system.signInOptions), 'the same emulator without a fault')
}

const audienceOf = ({ edge }) => edge.audience ?? 'https://api.example/'

const verifierOf = (system, emulator, more) =>
  createVerifier({ provider: presetOf(system), audience: audienceOf(system), fetch: emulator.fetch, ...more })

/** The access tokens of the provider at an API: right ones, wrong ones, and those of other providers and tenants. */
export async function edge(t, system) {
  const emulator = await startEmulator(t, system)
  const { scope, refused: own = [], isClientNamed = true } = system.edge
  const { token, idToken, context } = await tokensOf(t, system, emulator)
  const verifier = verifierOf(system, emulator)
  const claims = await verifier.verify(token)
  assert.equal(claims.iss, readToken(token)[1].iss)
  const guard = async (more, need) => verifierOf(system, emulator, more).guard(new Request('https://api.example/', { headers: { authorization: `Bearer ${token}` } }), need)
  if (scope) {
    assert.equal((await guard({}, { scope })).ok, true)
    assert.equal((await guard({}, { scope: 'admin' })).response.status, 403)
  }
  if (isClientNamed && system.edge.clients !== false) {
    assert.equal((await guard({ authorizedParties: [clientId] })).ok, true, 'the client is not found')
    assert.equal((await guard({ authorizedParties: ['other'] })).error?.code, 'OIDC_AZP_MISMATCH')
  }
  const isOwn = ({ of }) => of === system.preset
  const bare = await startEmulator(t, withoutOwners(system))
  for (const one of [...ACCESS_TOKEN_FAULTS.filter((fault) => !isOwn(fault)), ...own]) {
    const wrong = typeof one.claims === 'function' ? one.claims() : one.claims
    const bad = mint(emulator.front, context, { claims: wrong, header: one.header, key: one.key?.(emulator) })
    await refused(verifierOf(system, bare).verify(bad), one)
  }
  if (idToken) await refused(verifierOf(system, emulator).verify(idToken), { name: 'an ID token', code: /^OIDC_(AUDIENCE_MISMATCH|ACCESS_TOKEN_EXPECTED|TYP_FORBIDDEN)$/ })
  if (system.otherOptions) {
    // The other tenant has the same keys, so its issuer alone tells its tokens from these.
    const other = createVerifier({ provider: presetOf(system, system.otherOptions), audience: audienceOf(system), jwks: keySetOf(bare) })
    const [code, at] = system.otherCode ?? ['OIDC_ISSUER_MISMATCH', 'iss']
    await refused(other.verify(token), { name: 'a verifier of another tenant', code, at })
  }
}

/** At an API that asks the provider about each access token (RFC 7662): only the provider knows what the token is for. */
export async function edgeByIntrospection(t, system) {
  const emulator = await startEmulator(t, system)
  const { audience, required, scope, isOwnClient, isClientNamed = true, refreshToken, takesIdTokens } = system.introspection
  const { token, idToken } = await tokensOf(t, system, emulator)
  const own = isOwnClient ? { clientId, clientSecret } : apiClient
  // A preset whose access tokens cannot be verified serves no API, which then names the issuer.
  const provider = presetOf(system)
  const issuer = provider.verifier ? { provider } : { issuer: emulator.issuer }
  // A new verifier each time: another one remembers what the provider said.
  const guard = ({ asks, bearer = token, need, ...more } = {}) =>
    createVerifier({
      ...issuer, audience, fetch: emulator.fetch, introspection: introspection({ ...own, jwts: true, required, ...asks }), ...more,
    }).guard(new Request('https://api.example/', { headers: { authorization: `Bearer ${bearer}` } }), need)
  const check = async (name, outcome, code, at) => {
    const { ok, error } = await outcome
    assert.equal(ok, false, `${name}: was accepted`)
    assert.deepEqual([error.code, at && error.at], [code, at], name)
  }
  const pass = await guard()
  assert.equal(pass.ok, true, pass.error?.stack)
  assert.equal(emulator.count('introspect'), 1)
  if (scope) {
    assert.equal((await guard({ need: { scope } })).ok, true)
    await check('a scope that was not granted', guard({ need: { scope: 'admin' } }), 'OIDC_TOKEN_SCOPE_MISSING')
  }
  if (isClientNamed) {
    assert.equal((await guard({ authorizedParties: [clientId] })).ok, true, 'the client is not found')
    await check('another client', guard({ authorizedParties: ['other'] }), 'OIDC_AZP_MISMATCH')
  }
  await check('a token that the provider does not know', guard({ bearer: `${token}x` }), 'OIDC_TOKEN_INACTIVE')
  await check('a wrong secret', guard({ asks: { clientSecret: 'wrong' } }), 'OIDC_RESPONSE_STATUS', 'introspection_endpoint')
  if (isOwnClient) await check('another client asks', guard({ asks: apiClient }), 'OIDC_TOKEN_INACTIVE')
  if (refreshToken) await check('a refresh token', guard({ bearer: [...emulator.front.refreshTokens.keys()][0] }), 'OIDC_ACCESS_TOKEN_EXPECTED')
  if (takesIdTokens) assert.equal((await guard({ bearer: idToken })).ok, true)
  else await check('an ID token', guard({ bearer: idToken }), 'OIDC_TOKEN_INACTIVE')
  emulator.fault = { introspection: { aud: 'https://other.example/' } }
  await check('a token for another API', guard(), 'OIDC_AUDIENCE_MISMATCH')
  emulator.fault = { introspection: { iss: 'https://evil.example' } }
  await check('a token of another issuer', guard(), 'OIDC_ISSUER_MISMATCH')
  emulator.fault = { introspection: { aud: undefined } }
  await check('an answer without an audience', guard({ asks: { required: undefined } }), 'OIDC_CLAIM_INVALID', 'aud')
  emulator.fault = {}
  emulator.front.accessTokens.get(token).family.isEnded = true
  await check('a token of a session that is over', guard(), 'OIDC_TOKEN_INACTIVE')
}

/** An access token and an ID token of a sign-in, or those that an app without a sign-in here has. */
async function tokensOf(t, system, emulator) {
  if (system.serves === 'verifier') {
    const context = { client: clientId, sub: 'alice', scope: '', params: new URLSearchParams(), signedInAt: now(), jti: 'j', claims: {} }
    return { token: mint(emulator.front, context, {}), context }
  }
  const stage = openApp(t, emulator)
  await stage.signIn(system.signInOptions)
  const token = (await stage.accessToken()).accessToken
  return { token, idToken: [...emulator.front.idTokens.keys()][0], context: emulator.front.accessTokens.get(token).context }
}
