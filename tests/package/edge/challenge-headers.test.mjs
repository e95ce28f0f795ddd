// Every `WWW-Authenticate` header that `guard` of the built package writes, byte for byte (RFC 6750
// section 3, RFC 9470 section 3, RFC 9728 section 5.1). A compiler flag once broke the function that
// writes them, in one level of optimization only: these tests run the optimized module.
import assert from 'node:assert/strict'
import { sign } from 'node:crypto'
import test from 'node:test'
import { load } from '../support/package.mjs'
import { jsonToBase64url } from '../../support/json.mjs'
import { generateKeyPairSync } from '../../support/keys.mjs'

const { createVerifier, memoryReplay } = await load('./edge')
const { introspection } = await load('./introspection')

const ISSUER = 'https://op.example'
const API = 'https://api.example/v1'
const NOW = 1_700_000_000
const REALM = `Bearer realm="${API}"`
const METADATA = ', resource_metadata="https://api.example/.well-known/oauth-protected-resource/v1"'

const { privateKey, publicKey } = generateKeyPairSync('ed25519')
const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'k1' }

/** A signed access token; `claims` replaces what it says. */
function makeToken(claims = {}) {
  const all = { iss: ISSUER, aud: API, sub: 'ada', client_id: 'spa', jti: 'j1', iat: NOW, exp: NOW + 60 }
  const input = `${jsonToBase64url({ alg: 'EdDSA', typ: 'at+jwt', kid: 'k1' })}.${jsonToBase64url({ ...all, ...claims })}`
  return `${input}.${sign(null, Buffer.from(input), privateKey).toString('base64url')}`
}

const PUBLISHED = {
  '/.well-known/openid-configuration': {
    issuer: ISSUER,
    jwks_uri: `${ISSUER}/keys`,
    introspection_endpoint: `${ISSUER}/introspect`,
  },
  '/keys': { keys: [jwk] },
  '/introspect': { active: false },
}
const fetchPublished = async (url) => Response.json(PUBLISHED[new URL(url).pathname])

const makeVerifier = (settings = {}) =>
  createVerifier({ issuer: ISSUER, audience: API, fetch: fetchPublished, now: () => NOW, ...settings })

const request = (authorization, init = {}, url = `${API}/inbox`) =>
  new Request(url, { ...init, headers: { ...(authorization && { authorization }), ...init.headers } })

/** Asserts the status, the code of the error, and the exact challenge (`null`: no such header). */
async function assertChallenge(verifier, asked, need, [status, code, challenge]) {
  const pass = await verifier.guard(asked, need)
  assert.equal(pass.ok, false)
  assert.equal(pass.error?.code, code)
  assert.equal(pass.response.status, status)
  assert.equal(pass.response.headers.get('www-authenticate'), challenge)
}

const withMetadata = { resourceMetadata: { resource_name: 'Inbox' } }
const FORM = { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' } }
const brokenBody = () =>
  new ReadableStream({ pull: (controller) => controller.error(new Error('the connection broke')) })

test('ATJ-09: a challenge without a token has the realm and the scope, and no error', async () => {
  const scopes = { scope: ['read', 'write'] }
  for (const [authorization, settings, need, expected] of [
    [undefined, {}, undefined, REALM],
    [undefined, {}, scopes, `${REALM}, scope="read write"`],
    [undefined, withMetadata, undefined, `${REALM}${METADATA}`],
    [undefined, withMetadata, scopes, `${REALM}, scope="read write"${METADATA}`],
    // The step-up parameters need a token.
    [undefined, {}, { acrValues: 'gold', maxAge: 60 }, REALM],
    // Another scheme is no bearer token: neither Basic nor DPoP (RFC 9449 section 7.1).
    ['Basic YTpi', {}, scopes, `${REALM}, scope="read write"`],
    [`DPoP ${makeToken()}`, withMetadata, undefined, `${REALM}${METADATA}`],
  ]) {
    const answer = [401, 'OIDC_CREDENTIAL_MISSING', expected]
    await assertChallenge(makeVerifier(settings), request(authorization), need, answer)
  }
})

test('ATJ-06: more than one token, or one in the wrong place, is an invalid request', async () => {
  const invalid = `${REALM}, error="invalid_request"`
  const scoped = `${invalid}, scope="read"${METADATA}`
  const form = { ...FORM, body: 'x=1&access_token=a' }
  for (const [asked, settings, need, expected] of [
    [request('Bearer a, Bearer b'), {}, undefined, invalid],
    [request('Bearer '), withMetadata, { scope: 'read' }, scoped],
    [request('Bearer a', {}, `${API}?access_token=a`), {}, undefined, invalid],
    [request('Bearer a', form), withMetadata, undefined, `${invalid}${METADATA}`],
    [request(undefined, form), {}, { scope: 'read' }, `${invalid}, scope="read"`],
    [
      request(undefined, { ...FORM, body: brokenBody(), duplex: 'half' }),
      withMetadata,
      { scope: 'read' },
      `${invalid}, error_description="OIDC_CREDENTIAL_INVALID", scope="read"${METADATA}`,
    ],
  ]) {
    const answer = [400, 'OIDC_CREDENTIAL_INVALID', expected]
    await assertChallenge(makeVerifier(settings), asked, need, answer)
  }
})

test('ATJ-09: a token that is refused is an invalid_token, with the code of the reason', async () => {
  const good = makeToken()
  const forged = `${good.slice(0, -86)}${good.at(-86) === 'A' ? 'B' : 'A'}${good.slice(-85)}`
  for (const [token, code] of [
    ['a', 'OIDC_TOKEN_MALFORMED'],
    [forged, 'OIDC_SIGNATURE_INVALID'],
    [makeToken({ iat: NOW - 900, exp: NOW - 600 }), 'OIDC_TOKEN_EXPIRED'],
    [makeToken({ aud: 'https://other.example' }), 'OIDC_AUDIENCE_MISMATCH'],
    // Bound to a key (RFC 9449 section 6): as a bearer token it proves nothing.
    [makeToken({ cnf: { jkt: 'A'.repeat(43) } }), 'OIDC_PROOF_MISSING'],
  ]) {
    const invalid = `${REALM}, error="invalid_token", error_description="${code}"`
    const asked = () => request(`Bearer ${token}`)
    await assertChallenge(makeVerifier(), asked(), undefined, [401, code, invalid])
    const full = [401, code, `${invalid}, scope="read write"${METADATA}`]
    await assertChallenge(makeVerifier(withMetadata), asked(), { scope: 'read write' }, full)
  }
})

test('with a replay store, a token is an invalid_token the second time', async () => {
  const verifier = makeVerifier({ replay: memoryReplay() })
  const token = makeToken()
  assert.equal((await verifier.guard(request(`Bearer ${token}`))).ok, true)
  const code = 'OIDC_TOKEN_REPLAYED'
  const challenge = `${REALM}, error="invalid_token", error_description="${code}"`
  await assertChallenge(verifier, request(`Bearer ${token}`), undefined, [401, code, challenge])
})

test('UIN-10: a token that is not active at the issuer is an invalid_token', async () => {
  const settings = { introspection: introspection({ clientId: 'api', clientSecret: 'a long secret' }) }
  const code = 'OIDC_TOKEN_INACTIVE'
  const challenge = `${REALM}, error="invalid_token", error_description="${code}"${METADATA}`
  const verifier = makeVerifier({ ...settings, ...withMetadata })
  await assertChallenge(verifier, request('Bearer opaque'), undefined, [401, code, challenge])
})

test('ATJ-09: a missing scope is named', async () => {
  const asked = request(`Bearer ${makeToken({ scope: 'read' })}`)
  const challenge = `${REALM}, error="insufficient_scope", scope="read write"${METADATA}`
  const answer = [403, 'OIDC_TOKEN_SCOPE_MISSING', challenge]
  await assertChallenge(makeVerifier(withMetadata), asked, { scope: ['read', 'write'] }, answer)
})

test('ATJ-10: a weak or an old sign-in gets a step-up challenge', async () => {
  const stepUp = `${REALM}, error="insufficient_user_authentication"`
  const [old, weak] = ['OIDC_AUTH_TIME_TOO_OLD', 'OIDC_ACR_MISMATCH']
  const both = { acrValues: ['gold', 'silver'], maxAge: 60 }
  for (const [claims, need, code, parameters] of [
    [{ auth_time: NOW - 3600 }, { maxAge: 60 }, old, ', max_age="60"'],
    [{ auth_time: NOW - 3600 }, { maxAge: 0 }, old, ', max_age="0"'],
    [{}, { maxAge: 4_294_967_296 }, old, ', max_age="4294967296"'],
    [{ acr: 'bronze' }, { acrValues: 'gold' }, weak, ', acr_values="gold"'],
    [{ acr: 'gold', auth_time: NOW - 3600 }, both, old, ', acr_values="gold silver", max_age="60"'],
    [{ acr: 'bronze', auth_time: NOW }, both, weak, ', acr_values="gold silver", max_age="60"'],
    // The scope is there already, so a challenge to step up does not repeat it.
    [{ scope: 'read' }, { scope: 'read', acrValues: 'gold' }, weak, ', acr_values="gold"'],
  ]) {
    const asked = () => request(`Bearer ${makeToken(claims)}`)
    await assertChallenge(makeVerifier(), asked(), need, [401, code, `${stepUp}${parameters}`])
    const full = [401, code, `${stepUp}${parameters}${METADATA}`]
    await assertChallenge(makeVerifier(withMetadata), asked(), need, full)
  }
})

test('the realm is the first audience, and resource_metadata is of the first audience that is an address', async () => {
  const wellKnown = '/.well-known/oauth-protected-resource'
  for (const [audience, realm, address] of [
    ['inbox', 'inbox', undefined],
    [['inbox', 'https://api.example'], 'inbox', `https://api.example${wellKnown}`],
    ['https://api.example/', 'https://api.example/', `https://api.example${wellKnown}`],
    ['https://api.example:8443/a?b=c', 'https://api.example:8443/a?b=c', `https://api.example:8443${wellKnown}/a?b=c`],
  ]) {
    const parameter = address ? `, resource_metadata="${address}"` : ''
    const answer = [401, 'OIDC_CREDENTIAL_MISSING', `Bearer realm="${realm}"${parameter}`]
    await assertChallenge(makeVerifier({ ...withMetadata, audience }), request(), undefined, answer)
  }
})

test('ATJ-09: no setting can end a quoted string or the header', async () => {
  for (const [audience, realm] of [
    ['a"b', 'a\\"b'],
    ['a\\', 'a\\\\'],
    ['a", error="x', 'a\\", error=\\"x'],
    ['a\r\nset-cookie: b', 'a??set-cookie: b'],
    ['größe', 'gr??e'],
    ['\u{1f511}', '?'],
    ['~ !', '~ !'],
    ['x'.repeat(300), 'x'.repeat(300)],
  ]) {
    const answer = [401, 'OIDC_CREDENTIAL_MISSING', `Bearer realm="${realm}"`]
    await assertChallenge(makeVerifier({ audience }), request(), undefined, answer)
  }
  const need = { scope: 'a"b c\\d é', acrValues: 'x"y' }
  const missing = [401, 'OIDC_CREDENTIAL_MISSING', `${REALM}, scope="a\\"b c\\\\d ?"`]
  await assertChallenge(makeVerifier(), request(), need, missing)
  const parameters = ', error="insufficient_user_authentication", acr_values="x\\"y"'
  const weak = [401, 'OIDC_ACR_MISMATCH', `${REALM}${parameters}`]
  await assertChallenge(makeVerifier(), request(`Bearer ${makeToken()}`), { acrValues: 'x"y' }, weak)
})

test('a response that another token would not change has no challenge', async () => {
  const asked = () => request(`Bearer ${makeToken()}`)
  const unreachable = makeVerifier({ ...withMetadata, fetch: async () => { throw new TypeError('refused') } })
  await assertChallenge(unreachable, asked(), { scope: 'read' }, [503, 'OIDC_NETWORK_FAILED', null])
  const page = 'https://app.example'
  const open = makeVerifier({ ...withMetadata, cors: { origins: [page] } })
  const preflight = { method: 'OPTIONS', headers: { origin: page, 'access-control-request-method': 'GET' } }
  await assertChallenge(open, request(undefined, preflight), undefined, [204, undefined, null])
  const metadata = 'https://api.example/.well-known/oauth-protected-resource/v1'
  await assertChallenge(open, request(undefined, {}, metadata), undefined, [200, undefined, null])
})
