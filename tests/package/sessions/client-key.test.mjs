// A client of the edge that signs instead of telling a secret, against a real provider.
import assert from 'node:assert/strict'
import test from 'node:test'
import { advanceClock } from '../support/clock.mjs'
import { app, openApp, settingsAt, startOp } from '../support/edge-app.mjs'
import { load } from '../support/package.mjs'
import { code } from '../support/stage.mjs'

const ALGORITHMS = {
  ES256: { name: 'ECDSA', namedCurve: 'P-256' },
  PS256: { name: 'RSA-PSS', hash: 'SHA-256', modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) },
  RS256: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) },
}

/** A pair of fresh keys as JWKs. */
async function makePair(alg = 'ES256') {
  const pair = await crypto.subtle.generateKey(ALGORITHMS[alg], true, ['sign', 'verify'])
  const [secret, open] = await Promise.all([
    crypto.subtle.exportKey('jwk', pair.privateKey),
    crypto.subtle.exportKey('jwk', pair.publicKey),
  ])
  const { key_ops, ext, ...publicHalf } = open
  return { clientKey: { ...secret, alg, kid: 'edge-1' }, jwk: { ...publicHalf, alg, kid: 'edge-1', use: 'sig' } }
}

const claimsOf = (jwt) => JSON.parse(Buffer.from(jwt.split('.')[1], 'base64url'))
const headerOf = (jwt) => JSON.parse(Buffer.from(jwt.split('.')[0], 'base64url'))

/** A provider that knows the key, and an app that has it; `seen` are the assertions. */
async function setStage(t, { alg, switches, client = {}, ...more } = {}) {
  const { clientKey, jwk } = await makePair(alg)
  const seen = []
  const note = async (ctx, next) => {
    await next()
    const assertion = ctx.oidc?.params?.client_assertion ?? ctx.oidc?.body?.client_assertion
    if (assertion) seen.push({ path: ctx.path, status: ctx.status, assertion, body: ctx.oidc.body })
  }
  const op = await startOp(t, {
    auth: 'private_key_jwt',
    switches,
    use: [note],
    more: { client_secret: undefined, jwks: { keys: [jwk] }, token_endpoint_auth_signing_alg: jwk.alg, ...client },
  })
  const { clientSecret, ...settings } = settingsAt(op.issuer)
  const browser = await openApp({ ...settings, clientKey, ...more })
  return { browser, op, seen, clientKey }
}

for (const alg of Object.keys(ALGORITHMS)) {
  test(`D7, TOK-10: a client assertion with ${alg} is for the issuer, valid for one minute, and unique`, async (t) => {
    const { browser, op, seen } = await setStage(t, { alg, switches: { accessTokenTtl: 1 } })
    await browser.signIn()
    assert.equal((await browser.user()).sub, 'alice@example.com')
    advanceClock(t, 1.1)
    await browser.with(async (session) => Response.json(await session.getAccessToken()))
    await browser.signOut()
    const paths = seen.map(({ path }) => path)
    assert.deepEqual(paths.slice(0, 2), ['/token', '/token'])
    assert.ok(paths.includes('/token/revocation'), `${paths}`)
    assert.ok(seen.every(({ status }) => status === 200))
    for (const { assertion, body } of seen) {
      const { iss, sub, aud, exp, iat } = claimsOf(assertion)
      assert.deepEqual([iss, sub, aud], ['edge:app', 'edge:app', op.issuer])
      assert.ok(exp - iat <= 60 && Math.abs(iat - Date.now() / 1000) < 30)
      assert.deepEqual([headerOf(assertion).alg, headerOf(assertion).kid], [alg, 'edge-1'])
      assert.equal(body.client_secret, undefined)
    }
    const ids = seen.map(({ assertion }) => claimsOf(assertion).jti)
    assert.equal(new Set(ids).size, ids.length)
  })
}

test('D7, REQ-13: the authorization request is a signed object, beside response_type and scope alone', async (t) => {
  const { browser, op } = await setStage(t, {
    requireSignedRequestObject: true,
    client: { require_signed_request_object: true, request_object_signing_alg: 'ES256' },
  })
  const away = await browser.handle('/auth/login?returnTo=/inbox')
  const url = new URL(away.headers.get('location'))
  assert.deepEqual([...url.searchParams.keys()], ['client_id', 'request', 'response_type', 'scope'])
  const request = url.searchParams.get('request')
  for (const name of ['response_type', 'scope']) {
    assert.equal(url.searchParams.get(name), claimsOf(request)[name], name)
  }
  const { aud, iss, sub, exp, iat, state, redirect_uri } = claimsOf(request)
  assert.deepEqual([aud, iss, sub], [op.issuer, 'edge:app', undefined])
  assert.ok(exp - iat <= 300 && state && redirect_uri === `${app}/auth/callback`)
  assert.equal(headerOf(request).typ, 'oauth-authz-req+jwt')
  const { response } = await browser.signIn()
  assert.deepEqual([response.status, response.headers.get('location')], [302, `${app}/inbox`])
  assert.equal((await browser.user()).sub, 'alice@example.com')
})

test('D7, REQ-13, REQ-14: an authenticated client pushes a signed request, with nothing of it beside the object', async (t) => {
  const { browser, seen } = await setStage(t, {
    switches: { requirePushes: true },
    requireSignedRequestObject: true,
    client: { require_signed_request_object: true, request_object_signing_alg: 'ES256' },
  })
  await browser.signIn()
  assert.equal((await browser.user()).sub, 'alice@example.com')
  assert.deepEqual(seen.map(({ path, status }) => [path, status]), [['/request', 201], ['/token', 200]])
  // RFC 9126, section 3: no parameter of the request is outside the object.
  assert.deepEqual(Object.keys(seen[0].body).sort(), ['client_assertion', 'client_assertion_type', 'client_id', 'request'])
})

test('D7: the audience of assertions is the issuer, the token endpoint or both, by setting', async (t) => {
  for (const audienceOf of [(op) => `${op.issuer}/token`, (op) => [op.issuer, `${op.issuer}/token`], (op) => [op.issuer]]) {
    const { browser, op, seen, clientKey } = await setStage(t)
    const { clientSecret, ...settings } = settingsAt(op.issuer)
    const own = await openApp({ ...settings, clientKey, assertionAudience: audienceOf(op) })
    await own.signIn()
    assert.equal((await own.user()).sub, 'alice@example.com')
    assert.deepEqual(seen.map(({ assertion, status }) => [claimsOf(assertion).aud, status]), [[audienceOf(op), 200]])
    assert.equal(await browser.user(), null)
  }
})

test('TOK-10: a client key that the provider refuses, or that cannot sign, has a code', async (t) => {
  const { browser } = await setStage(t)
  const other = (await makePair()).clientKey
  const stranger = await setStage(t, { clientKey: other })
  const { response } = await stranger.browser.signIn()
  assert.match(await response.text(), /^OIDC_PROVIDER_ERROR/)
  assert.equal(await stranger.browser.user(), null)
  const { d, ...publicHalf } = (await makePair()).clientKey
  const unable = await setStage(t, { clientKey: publicHalf })
  const refused = await unable.browser.signIn()
  assert.match(await refused.response.text(), /^OIDC_CONFIG_INVALID/)
  assert.equal(await browser.user(), null)
})

test('TOK-10: the private key is never sent, and a client has either a secret or a key', async (t) => {
  const { clientKey } = await makePair()
  const { clientSecret, ...settings } = settingsAt('https://op.example')
  const { createSessions } = await load('./sessions')
  for (const [more, at] of [
    [{}, 'clientSecret'],
    [{ clientKey, clientSecret: 's' }, 'clientKey'],
    [{ clientKey: { ...clientKey, alg: undefined } }, 'clientKey'],
    [{ clientKey: { ...clientKey, alg: 'HS256' } }, 'clientKey'],
    [{ clientKey, authMethod: 'client_secret_post' }, 'authMethod'],
    [{ clientSecret: 's', requireSignedRequestObject: true }, 'clientKey'],
  ]) {
    const look = async () => createSessions({ ...settings, ...more }).session(new Request(`${app}/`))
    await assert.rejects(look(), code('OIDC_CONFIG_INVALID', at), JSON.stringify(Object.keys(more)))
  }
  const { browser, seen } = await setStage(t)
  await browser.signIn()
  const said = JSON.stringify([...browser.jar, ...seen])
  assert.ok(!said.includes(clientKey.d))
})
