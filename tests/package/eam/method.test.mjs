// An external authentication method in front of an emulated Entra: the tables of its documentation, row by row.
import assert from 'node:assert/strict'
import { createHash, createHmac } from 'node:crypto'
import test from 'node:test'
import { UnsecuredJWT } from 'jose'
import { load } from '../support/package.mjs'
import { code } from '../support/stage.mjs'
import {
  APP_ID, CLIENT_ID, formOf, GUEST_TENANT, ISSUER, newPair, OTHER_TENANT, SECRET, serveMethod, signingKey, startEntra,
  TENANT, validate,
} from '../support/entra.mjs'

const { createExternalMethod, OidcError } = await load('./eam')
const key = signingKey()

/** A method behind a port, and what was refused. Its step answers with a one-time password. */
async function start(t, settings = {}, options = {}) {
  const entra = await startEntra(t, options)
  const seen = { attempts: [], refusals: [] }
  const method = createExternalMethod({
    issuer: ISSUER,
    appId: APP_ID,
    clientId: CLIENT_ID,
    tenants: [TENANT, GUEST_TENANT],
    signingKeys: [key],
    secret: SECRET,
    clockTolerance: 30,
    fetch: entra.fetch,
    onRefusal: (error) => void seen.refusals.push(error),
    ...settings,
    step(attempt, request) {
      seen.attempts.push(attempt)
      return settings.step?.(attempt, request) ?? { amr: 'otp' }
    },
  })
  const place = await serveMethod(t, (request) => method.handle(request))
  return { entra, method, place, seen }
}

/** Sends a request that must be refused: no step, no cookie. Gives the code, its subject and the response. */
async function refused({ place, seen }, parameters, more) {
  const answer = await place.authorize(parameters, more)
  assert.equal(seen.attempts.length, 0, 'the step was called')
  assert.equal(answer.headers['set-cookie']?.length ?? 0, 0, 'a refused hint left a cookie')
  const [error] = seen.refusals.splice(0)
  assert.ok(OidcError.is(error), answer.text)
  return { is: `${error.code} ${error.at}`, answer }
}

/** The refusal went back to Entra with the state. */
function assertPosted({ answer }, entra, error = 'access_denied') {
  const { action, fields } = formOf(answer)
  assert.equal(action, entra.redirectUri)
  assert.deepEqual(fields, { error, state: 'state+/=<script>&amp;"\'' })
}

/** The refusal is a page here: nothing was posted. */
function assertPage({ answer, is }) {
  assert.equal(answer.status, 400)
  assert.match(answer.text, new RegExp(`^${is.split(' ')[0]}`))
  assert.doesNotMatch(answer.text, /<form/)
}

test('EAM discovery: an explicit Content-Length, and issuer == host of discovery == iss', async (t) => {
  const { place } = await start(t)
  const answer = await place.send('/.well-known/openid-configuration')
  assert.equal(answer.headers['content-length'], String(Buffer.byteLength(answer.text)))
  assert.equal(answer.headers['transfer-encoding'], undefined)
  assert.equal(answer.headers['cache-control'], 'public, max-age=3600, no-transform')
  assert.equal(answer.headers['content-type'], 'application/json')
  const metadata = JSON.parse(answer.text)
  assert.equal(metadata.issuer, ISSUER)
  for (const address of ['authorization_endpoint', 'jwks_uri']) assert.equal(new URL(metadata[address]).origin, ISSUER)
  for (const [name, value] of [
    ['scopes_supported', 'openid'],
    ['response_types_supported', 'id_token'],
    ['response_modes_supported', 'form_post'],
    ['id_token_signing_alg_values_supported', 'RS256'],
    ['claim_types_supported', 'normal'],
    ['subject_types_supported', 'public'],
  ]) {
    assert.deepEqual(metadata[name], [value])
  }
  const head = await place.send('/.well-known/openid-configuration', { method: 'HEAD' })
  assert.deepEqual([head.status, head.headers['content-length']], [200, answer.headers['content-length']])
})

test('EAM discovery: another host than that of the issuer gets nothing', async (t) => {
  const { place, entra } = await start(t)
  const name = 'mfa.workers.example'
  assert.equal((await place.send('/.well-known/openid-configuration', { name })).status, 404)
  assert.equal((await place.send('/keys', { name })).status, 404)
  assert.equal((await place.authorize(await entra.parameters(), { name })).status, 404)
})

test('EAM discovery: an issuer with a path has its documents below it', async (t) => {
  const { place } = await start(t, { issuer: `${ISSUER}/entra` })
  assert.equal((await place.json('/entra/.well-known/openid-configuration')).issuer, `${ISSUER}/entra`)
  assert.equal((await place.send('/.well-known/openid-configuration')).status, 404)
  assert.equal((await place.send('/entrance/keys')).status, 404)
})

test('EAM keys: each key has x5c, and no private member', async (t) => {
  const other = signingKey({ kid: 'new', publishedAt: 1 })
  const { place } = await start(t, { signingKeys: [{ ...key, kid: 'old', publishedAt: 0 }, other] })
  const answer = await place.send('/keys')
  assert.equal(answer.headers['content-length'], String(Buffer.byteLength(answer.text)))
  const { keys } = JSON.parse(answer.text)
  assert.deepEqual(keys.map(({ kid }) => kid), ['old', 'new'])
  for (const [place, one] of keys.entries()) {
    assert.deepEqual(Object.keys(one), ['kty', 'use', 'alg', 'kid', 'n', 'e', 'x5c'])
    assert.equal(one.n, [key, other][place].key.n)
    assert.deepEqual(one.x5c, [key, other][place].x5c)
  }
})

test('EAM discovery: the methods of the addresses', async (t) => {
  const { place } = await start(t)
  for (const [path, method, allow] of [
    ['/authorize', 'GET', 'POST'],
    ['/keys', 'POST', 'GET, HEAD'],
    ['/.well-known/openid-configuration', 'DELETE', 'GET, HEAD'],
  ]) {
    const answer = await place.send(path, { method })
    assert.deepEqual([answer.status, answer.headers.allow], [405, allow])
  }
  assert.equal((await place.send('/other')).status, 404)
})

test('EAM answer: every claim of the table, by a form that posts itself', async (t) => {
  const { entra, place, seen } = await start(t)
  const claims = entra.claims()
  const parameters = await entra.parameters({ id_token_hint: await entra.hint(claims) })
  const answer = await place.authorize(parameters)
  assert.equal(answer.status, 200)
  const { action, fields } = formOf(answer)
  assert.equal(action, entra.redirectUri)
  // EAM answer id_token, state: these two, and nothing else.
  assert.deepEqual(Object.keys(fields), ['id_token', 'state'])
  const payload = await validate(place, fields, parameters, claims)
  assert.deepEqual(Object.keys(payload).sort(), ['acr', 'amr', 'aud', 'exp', 'iat', 'iss', 'nonce', 'sub'])
  assert.deepEqual([payload.iss, payload.aud, payload.sub], [ISSUER, CLIENT_ID, claims.sub])
  assert.equal(payload.acr, 'possessionorinherence')
  assert.deepEqual(payload.amr, ['otp'])
  assert.equal(payload.exp - payload.iat, 300)
  const [{ hint, methods, acr, requestId }] = seen.attempts
  assert.deepEqual([hint.oid, hint.tid, hint.preferred_username], [claims.oid, TENANT, claims.preferred_username])
  assert.equal(methods.length, 13)
  assert.deepEqual(acr, ['possessionorinherence'])
  assert.equal(requestId, '0fd1a5b3-7a3d-4a0b-9a46-3f9c1d2e4f51')
  // A hint never creates a session.
  assert.equal(answer.headers['set-cookie']?.length ?? 0, 0)
})

test('EAM answer: the page has a strict policy, is not stored, and escapes every field', async (t) => {
  const { entra, place } = await start(t)
  const answer = await place.authorize(await entra.parameters())
  const script = /<script>(.*?)<\/script>/.exec(answer.text)[1]
  const hash = createHash('sha256').update(script).digest('base64')
  assert.equal(
    answer.headers['content-security-policy'],
    `default-src 'none'; script-src 'sha256-${hash}'; base-uri 'none'; frame-ancestors 'none'`,
  )
  assert.match(answer.headers['cache-control'], /no-store/)
  assert.equal(answer.headers['x-content-type-options'], 'nosniff')
  assert.equal(answer.text.match(/<script/g).length, 1)
  assert.doesNotMatch(script, /token|state/)
  assert.equal(formOf(answer).fields.state, 'state+/=<script>&amp;"\'')
})

test('EAM answer: without state and nonce in the request, the answer has none', async (t) => {
  const { entra, place } = await start(t)
  const claims = entra.claims()
  const parameters = await entra.parameters({ id_token_hint: await entra.hint(claims), state: undefined, nonce: undefined })
  const { fields } = formOf(await place.authorize(parameters))
  assert.deepEqual(Object.keys(fields), ['id_token'])
  assert.equal('nonce' in (await validate(place, fields, parameters, claims)), false)
})

// The rows of the answer table: the form, and the claims of the token.
for (const [row, words, check] of [
  ['id_token', 'three parts, signed with RS256', ({ head, fields }) => {
    assert.equal(fields.id_token.split('.').length, 3)
    assert.deepEqual([head.alg, head.typ], ['RS256', 'JWT'])
  }],
  ['state', 'that of the request', ({ fields, sent }) => assert.equal(fields.state, sent.state)],
  ['iss', 'the issuer of discovery', async ({ payload, place }) => assert.equal(payload.iss, (await place.json('/.well-known/openid-configuration')).issuer)],
  ['aud', 'the client_id of the request, as a text', ({ payload, sent }) => assert.equal(payload.aud, sent.client_id)],
  ['exp', 'five minutes after iat', ({ payload }) => assert.equal(payload.exp, payload.iat + 300)],
  ['iat', 'the time of the answer', ({ payload, at }) => assert.ok(Math.abs(payload.iat - at) <= 2, `${payload.iat} ${at}`)],
  ['sub', 'that of the hint', ({ payload, claims }) => assert.equal(payload.sub, claims.sub)],
  ['nonce', 'that of the request', ({ payload, sent }) => assert.equal(payload.nonce, sent.nonce)],
  ['acr', 'one of the requested values, as a text', ({ payload, sent }) => {
    const { values } = JSON.parse(sent.claims).id_token.acr
    assert.ok(values.includes(payload.acr), payload.acr)
  }],
  ['amr', 'a list of exactly one method', ({ payload }) => assert.deepEqual(payload.amr, ['otp'])],
]) {
  test(`EAM answer ${row}: ${words}`, async (t) => {
    const { entra, place } = await start(t)
    const claims = entra.claims()
    const parameters = await entra.parameters({ id_token_hint: await entra.hint(claims) })
    const { fields } = formOf(await place.authorize(parameters))
    const [head, payload] = fields.id_token.split('.').slice(0, 2).map((part) => JSON.parse(Buffer.from(part, 'base64url')))
    await check({ head, payload, fields, claims, place, sent: Object.fromEntries(parameters), at: Math.floor(Date.now() / 1000) })
  })
}

for (const [amr, type] of Object.entries({
  face: 'inherence', fido: 'possession', fpt: 'inherence', hwk: 'possession', iris: 'inherence', otp: 'possession',
  pop: 'possession', retina: 'inherence', sc: 'possession', sms: 'possession', swk: 'possession', tel: 'possession',
  vbm: 'inherence',
})) {
  test(`EAM amr ${amr}: one method, and an acr of its type ${type}`, async (t) => {
    const { entra, place } = await start(t, { step: () => ({ amr }) })
    for (const [values, acr] of [
      [['possessionorinherence'], 'possessionorinherence'],
      [['knowledge', type], type],
      [[`knowledgeor${type}`, type], `knowledgeor${type}`],
      [['knowledgeorpossessionorinherence'], 'knowledgeorpossessionorinherence'],
    ]) {
      const hint = entra.claims()
      const claims = JSON.stringify({ id_token: { acr: { essential: true, values }, amr: { essential: true, values: [amr] } } })
      const parameters = await entra.parameters({ id_token_hint: await entra.hint(hint), claims })
      const payload = await validate(place, formOf(await place.authorize(parameters)).fields, parameters, hint)
      assert.deepEqual([payload.acr, payload.amr], [acr, [amr]])
    }
  })
}

for (const error of ['access_denied', 'temporarily_unavailable']) {
  test(`EAM answer Error: ${error} with the state, and no token`, async (t) => {
    const { entra, place } = await start(t, { step: () => ({ error }) })
    assertPosted({ answer: await place.authorize(await entra.parameters()) }, entra, error)
  })
}

test('EAM answer amr: a method that was not requested, or of another type, is access_denied', async (t) => {
  const { entra, place, seen } = await start(t, { step: () => ({ amr: 'sms' }) })
  const claims = JSON.stringify({ id_token: { acr: { values: ['possession'] }, amr: { values: ['otp'] } } })
  assertPosted({ answer: await place.authorize(await entra.parameters({ claims })) }, entra)
  assert.deepEqual(seen.refusals.map(({ code, at }) => [code, at]), [['OIDC_ACR_MISMATCH', 'amr']])
})

test('EAM answer: an outcome that does not exist is an error of the app', async (t) => {
  for (const outcome of [{ amr: 'pwd' }, { amr: ['otp'] }, { done: true }, {}, { error: 'server_error' }]) {
    const { entra, method } = await start(t, { step: () => outcome })
    const body = new URLSearchParams(await entra.parameters())
    await assert.rejects(method.handle(new Request(`${ISSUER}/authorize`, { method: 'POST', body })), code('OIDC_EXPECTED_INVALID'))
  }
})

for (const cloud of ['login.microsoftonline.com', 'login.microsoftonline.us', 'login.partner.microsoftonline.cn']) {
  test(`EAM request redirect_uri: exactly that of ${cloud}`, async (t) => {
    const started = await start(t, { cloud }, { cloud })
    const { entra, place } = started
    const path = '/common/federation/externalauthprovider'
    const { action, fields } = formOf(await place.authorize(await entra.parameters()))
    assert.equal(action, `https://${cloud}${path}`)
    assert.ok(fields.id_token)
    started.seen.attempts.length = 0
    const others = ['login.microsoftonline.com', 'login.microsoftonline.us', 'login.partner.microsoftonline.cn']
    for (const redirect_uri of [
      ...others.filter((other) => other !== cloud).map((other) => `https://${other}${path}`),
      `https://${cloud}${path}/`,
      `https://${cloud}${path}?a`,
      `http://${cloud}${path}`,
      `https://${cloud}/common/federation/OAuth2ClaimsProvider`,
      `https://${cloud}.evil.example${path}`,
      'https://evil.example/',
    ]) {
      const found = await refused(started, await entra.parameters({ redirect_uri }))
      assert.equal(found.is, 'OIDC_REQUEST_INVALID redirect_uri')
      assertPage(found)
    }
  })
}

// The rows of the request table: what must be there, and with which value. A fault goes back to Entra, except one of
// client_id and redirect_uri: then the answer has no safe address.
const invalid = (name) => `OIDC_REQUEST_INVALID ${name}`
for (const [name, values, expected = invalid(name)] of [
  ['scope', [undefined, '', 'profile', 'openidx']],
  ['response_type', [undefined, 'code', 'id_token token']],
  ['response_mode', [undefined, 'fragment', 'query']],
  ['id_token_hint', [undefined, '']],
  ['claims', [undefined, '', 'x', '[]', '{}', '{"id_token":1}']],
  ['claims', ['{"id_token":{}}', '{"id_token":{"acr":{"values":["knowledge"]},"amr":{"values":["otp"]}}}'], 'OIDC_ACR_MISMATCH claims'],
]) {
  test(`EAM request ${name}: ${expected}`, async (t) => {
    const started = await start(t)
    for (const value of values) {
      const found = await refused(started, await started.entra.parameters({ [name]: value }))
      assert.equal(found.is, expected, `${value}`)
      assertPosted(found, started.entra)
    }
  })
}

test('EAM request client_id: ours alone, and an answer to another one has no safe address', async (t) => {
  const started = await start(t)
  for (const client_id of [undefined, '', 'fabrikam', CLIENT_ID.toUpperCase()]) {
    const found = await refused(started, await started.entra.parameters({ client_id }))
    assert.equal(found.is, invalid('client_id'), `${client_id}`)
    assertPage(found)
  }
})

for (const [name, valueOf] of [['nonce', ({ payload }) => payload.nonce], ['state', ({ fields }) => fields.state]]) {
  test(`EAM request ${name}: any text comes back as it is, and none is needed`, async (t) => {
    const { entra, place } = await start(t)
    for (const text of ['a', '"><script>', '%00&=+ /?#', 'é日本', 'x'.repeat(1000), undefined]) {
      const { fields } = formOf(await place.authorize(await entra.parameters({ [name]: text })))
      const payload = JSON.parse(Buffer.from(fields.id_token.split('.')[1], 'base64url'))
      assert.equal(valueOf({ fields, payload }), text)
    }
  })
}

test('EAM request: response_type is id_token in any case, and scope has openid', async (t) => {
  const { entra, place } = await start(t)
  for (const more of [{ response_type: 'id_token' }, { response_type: 'Id_token' }, { scope: 'openid profile' }]) {
    assert.ok(formOf(await place.authorize(await entra.parameters(more))).fields.id_token)
  }
})

test('EAM request: parameters that the table does not have are ignored', async (t) => {
  const { entra, place } = await start(t)
  const parameters = [...(await entra.parameters()), ['canary', 'a'], ['canary', 'b'], ['cxh_inclusive', 'False'], ['prompt', 'none']]
  assert.ok(formOf(await place.authorize(parameters)).fields.id_token)
})

test('EAM request client-request-id: only a GUID reaches the app', async (t) => {
  const { entra, place, seen } = await start(t)
  for (const id of [undefined, 'x\r\nSet-Cookie: a=b', '0fd1a5b3-7a3d-4a0b-9a46-3f9c1d2e4f5']) {
    await place.authorize(await entra.parameters({ 'client-request-id': id }))
    assert.equal(seen.attempts.pop().requestId, undefined)
  }
})

test('EAM request: a body that is no form is refused', async (t) => {
  const started = await start(t)
  for (const [parameters, type] of [
    [await started.entra.parameters(), 'text/plain'],
    [await started.entra.parameters(), 'multipart/form-data; boundary=x'],
    [[['claims', 'x'.repeat(70_000)]], undefined],
    [[['%', '%']], undefined],
  ]) {
    assertPage(await refused(started, parameters, { type }))
  }
})

test('EAM request: a body that breaks off, was read, or does not end is refused', async (t) => {
  const { method, seen } = await start(t)
  const type = { 'content-type': 'application/x-www-form-urlencoded' }
  const requestOf = (body) => new Request(`${ISSUER}/authorize`, { method: 'POST', duplex: 'half', headers: type, body })
  const broken = requestOf(new ReadableStream({
    start(controller) {
      controller.enqueue(new TextEncoder().encode('a=b'))
      controller.error(new Error('aborted'))
    },
  }))
  const read = requestOf('a=b')
  await read.text()
  const locked = requestOf('a=b')
  locked.body.getReader()
  const endless = requestOf(new ReadableStream({}))
  const growing = requestOf(new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(1024)) }))
  for (const request of [broken, read, locked, endless, growing]) {
    const started = Date.now()
    const answer = await method.handle(request)
    assert.equal(answer.status, 400)
    assert.match(await answer.text(), /^OIDC_REQUEST_INVALID \(body\)/)
    assert.ok(Date.now() - started < 5000)
    const error = seen.refusals.pop()
    assert.equal(`${error.code} ${error.at}`, 'OIDC_REQUEST_INVALID body')
  }
})

// One negative for each check of the hint, and of the request around it.
const other = newPair()
for (const [number, what, parametersOf, expected, isPage] of [
  ['01', 'another client_id', (entra) => entra.parameters({ client_id: 'fabrikam' }), invalid('client_id'), true],
  ['02', 'a redirect_uri that is not published', (entra) => entra.parameters({ redirect_uri: 'https://evil.example/' }), invalid('redirect_uri'), true],
  ['03', 'a hint with the signature of another key', async (entra) => entra.parameters({ id_token_hint: await entra.hint({}, { key: other.privateKey }) }), 'OIDC_SIGNATURE_INVALID '],
  ['04', 'a hint that is not signed', (entra) => entra.parameters({ id_token_hint: new UnsecuredJWT(entra.claims()).encode() }), 'OIDC_ALG_FORBIDDEN '],
  ['05', 'a hint of another issuer', (entra) => entra.parameters({}, { iss: `https://login.example/${TENANT}/v2.0` }), 'OIDC_ISSUER_MISMATCH '],
  ['06', 'a hint whose iss is of a tenant that is not on the list', (entra) => entra.parameters({}, { iss: `https://login.microsoftonline.com/${OTHER_TENANT}/v2.0` }), 'OIDC_TENANT_FORBIDDEN iss'],
  ['07', 'a hint whose tid is not on the list', (entra) => entra.parameters({}, { tid: OTHER_TENANT }), 'OIDC_TENANT_FORBIDDEN tid'],
  ['08', 'a hint for another application', (entra) => entra.parameters({}, { aud: OTHER_TENANT }), 'OIDC_AUDIENCE_MISMATCH '],
  ['09', 'a hint older than 300 s and the tolerance', (entra) => entra.parameters({}, aged(332)), 'OIDC_TOKEN_AGE_EXCEEDED iat'],
  ['10', 'a hint of the future', (entra) => entra.parameters({}, aged(-40)), 'OIDC_TOKEN_NOT_YET_VALID '],
  ['11', 'a hint of version 1.0', (entra) => entra.parameters({}, { ver: '1.0' }), 'OIDC_CLAIM_INVALID ver'],
  ['12', 'a hint without sub', (entra) => entra.parameters({}, { sub: undefined }), 'OIDC_CLAIM_INVALID sub'],
  ['13', 'a hint without oid', (entra) => entra.parameters({}, { oid: undefined }), 'OIDC_CLAIM_INVALID oid'],
  ['14', 'a hint without tid', (entra) => entra.parameters({}, { tid: undefined }), 'OIDC_CLAIM_INVALID tid'],
  ['15', 'a hint signed by HS256 with the public key', async (entra) => entra.parameters({ id_token_hint: confused(entra) }), 'OIDC_ALG_FORBIDDEN '],
  ['16', 'a hint whose iat is missing', (entra) => entra.parameters({}, { iat: undefined }), 'OIDC_CLAIM_INVALID iat'],
  ['17', 'a hint of a key that Entra does not have', async (entra) => entra.parameters({ id_token_hint: await entra.hint({}, { header: { kid: 'x' } }) }), 'OIDC_KEY_NOT_FOUND '],
  ['18', 'a repeated parameter', async (entra) => [...(await entra.parameters()), ['nonce', 'another']], invalid('nonce'), true],
  ['19', 'a hint that is no JWT', (entra) => entra.parameters({ id_token_hint: 'x' }), 'OIDC_TOKEN_MALFORMED '],
  ['20', 'a hint for several audiences', (entra) => entra.parameters({}, { aud: [APP_ID, OTHER_TENANT] }), 'OIDC_CLAIM_INVALID aud'],
  ['21', 'a hint that was issued to another client', (entra) => entra.parameters({}, { azp: OTHER_TENANT }), 'OIDC_AZP_MISMATCH '],
  ['22', 'an access token of another application', (entra) => entra.parameters({}, { appid: OTHER_TENANT, scp: 'x' }), 'OIDC_AZP_MISMATCH '],
  ['23', 'an access token of the application itself', (entra) => entra.parameters({}, { azp: APP_ID, scp: 'x' }), 'OIDC_TYP_FORBIDDEN '],
  ['24', 'a hint with a scope', (entra) => entra.parameters({}, { scope: 'openid' }), 'OIDC_TYP_FORBIDDEN '],
  ['25', 'a token that says it is an access token', (entra) => entra.parameters({}, { token_use: 'access' }), 'OIDC_TYP_FORBIDDEN '],
  ['26', 'a token that says it is a Bearer token', (entra) => entra.parameters({}, { typ: 'Bearer' }), 'OIDC_TYP_FORBIDDEN '],
  ['27', 'a logout token', (entra) => entra.parameters({}, { events: {} }), 'OIDC_CLAIM_INVALID events'],
]) {
  test(`EAM negative ${number}: ${what} is refused`, async (t) => {
    const started = await start(t)
    const found = await refused(started, await parametersOf(started.entra))
    assert.equal(found.is, expected)
    // A replica of Entra may not have the newest key yet.
    const isTemporary = expected.startsWith('OIDC_KEY_NOT_FOUND')
    if (isPage) assertPage(found)
    else assertPosted(found, started.entra, isTemporary ? 'temporarily_unavailable' : 'access_denied')
  })
}

function aged(seconds) {
  const iat = Math.floor(Date.now() / 1000) - seconds
  return { iat, nbf: iat, exp: iat - 1 }
}

function confused(entra) {
  const parts = [{ typ: 'JWT', alg: 'HS256', kid: 'entra-1' }, entra.claims()]
  const input = parts.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')
  const secret = entra.pair.publicKey.export({ type: 'spki', format: 'pem' })
  return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`
}

test('EAM hint: the client that it was issued to may be its audience', async (t) => {
  const { entra, place } = await start(t)
  assert.ok(formOf(await place.authorize(await entra.parameters({}, { azp: APP_ID }))).fields.id_token)
})

test('EAM answer: a step without an outcome is an error of the app', async (t) => {
  const entra = await startEntra(t)
  for (const outcome of [undefined, null, {}]) {
    const method = createExternalMethod({
      issuer: ISSUER, appId: APP_ID, clientId: CLIENT_ID, tenants: [TENANT], signingKeys: [key], secret: SECRET,
      fetch: entra.fetch, step: () => outcome,
    })
    const body = new URLSearchParams(await entra.parameters())
    const asked = method.handle(new Request(`${ISSUER}/authorize`, { method: 'POST', body }))
    await assert.rejects(asked, code('OIDC_EXPECTED_INVALID', 'outcome'))
  }
})

test('onRefusal: only a response replaces the answer', async (t) => {
  for (const answer of [true, 'text', {}]) {
    const { entra, place } = await start(t, { onRefusal: () => answer })
    assert.equal(formOf(await place.authorize(await entra.parameters({ scope: 'x' }))).fields.error, 'access_denied')
  }
})

test('EAM hint: exp is in the past by design; the age counts, up to 300 s and the tolerance', async (t) => {
  const { entra, place } = await start(t)
  for (const seconds of [0, 299, 325]) {
    const { fields } = formOf(await place.authorize(await entra.parameters({}, aged(seconds))))
    assert.ok(fields.id_token, `${seconds} s`)
  }
  // The default tolerance is 300 s, so that a hint of ten minutes is the oldest one.
  const usual = await start(t, { clockTolerance: undefined })
  assert.ok(formOf(await usual.place.authorize(await usual.entra.parameters({}, aged(595)))).fields.id_token)
  usual.seen.attempts.length = 0
  const found = await refused(usual, await usual.entra.parameters({}, aged(602)))
  assert.equal(found.is, 'OIDC_TOKEN_AGE_EXCEEDED iat')
})

test('EAM hint: iss and tid of a guest name two tenants, both on the list', async (t) => {
  const { entra, place, seen } = await start(t)
  const claims = entra.claims({ iss: `https://login.microsoftonline.com/${GUEST_TENANT}/v2.0` })
  const parameters = await entra.parameters({ id_token_hint: await entra.hint(claims) })
  await validate(place, formOf(await place.authorize(parameters)).fields, parameters, claims)
  assert.equal(seen.attempts[0].hint.tid, TENANT)
})

test('EAM hint: Entra is asked for its keys once, and a failure of it is temporarily_unavailable', async (t) => {
  const { entra, place } = await start(t)
  for (let n = 0; n < 3; n += 1) await place.authorize(await entra.parameters())
  assert.deepEqual(entra.asked, ['/common/v2.0/.well-known/openid-configuration', '/common/discovery/v2.0/keys'])
  const broken = await start(t)
  broken.entra.isDown = true
  const found = await refused(broken, await broken.entra.parameters())
  assertPosted(found, broken.entra, 'temporarily_unavailable')
})

test('EAM rollover: the old key signs for two days after the new one is published, then the new one', async (t) => {
  const day = 24 * 60 * 60
  const published = Math.floor(Date.now() / 1000)
  const clock = { now: published }
  const keys = [signingKey({ kid: 'old', publishedAt: published - 90 * day }), signingKey({ kid: 'new', publishedAt: published })]
  const { entra, place } = await start(t, { signingKeys: keys, now: () => clock.now })
  for (const [time, kid] of [
    [published, 'old'],
    [published + 2 * day - 1, 'old'],
    [published + 2 * day, 'new'],
  ]) {
    clock.now = time
    const claims = entra.claims({ iat: time, nbf: time, exp: time - 1 })
    const parameters = await entra.parameters({ id_token_hint: await entra.hint(claims) })
    const { id_token } = formOf(await place.authorize(parameters)).fields
    assert.equal(JSON.parse(Buffer.from(id_token.split('.')[0], 'base64url')).kid, kid)
    const { keys } = await place.json('/keys')
    assert.deepEqual(keys.map(({ kid }) => kid), ['old', 'new'])
  }
})

test('a CryptoKey that cannot be exported signs', async (t) => {
  const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }
  const own = await crypto.subtle.importKey('jwk', key.key, algorithm, false, ['sign'])
  const { entra, place } = await start(t, { signingKeys: [{ key: own, x5c: key.x5c }] })
  const claims = entra.claims()
  const parameters = await entra.parameters({ id_token_hint: await entra.hint(claims) })
  await validate(place, formOf(await place.authorize(parameters)).fields, parameters, claims)
})

test('the certificate of another key is found before an answer leaves', async (t) => {
  const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }
  const own = await crypto.subtle.importKey('jwk', signingKey().key, algorithm, false, ['sign'])
  const { entra, place, seen } = await start(t, { signingKeys: [{ key: own, x5c: key.x5c }] })
  assertPosted({ answer: await place.authorize(await entra.parameters()) }, entra, 'temporarily_unavailable')
  assert.deepEqual(seen.refusals.map(({ code, at }) => [code, at]), [['OIDC_CONFIG_INVALID', 'x5c']])
  const jwk = await start(t, { signingKeys: [{ key: signingKey().key, x5c: key.x5c }] })
  await assert.rejects(jwk.method.handle(new Request(`${ISSUER}/keys`)), code('OIDC_CONFIG_INVALID', 'x5c'))
})

test('a wrong setting is named', async () => {
  const good = { issuer: ISSUER, appId: APP_ID, clientId: CLIENT_ID, tenants: [TENANT], signingKeys: [key], secret: SECRET, step: () => ({ amr: 'otp' }) }
  for (const [more, at] of [
    [{ issuer: undefined }, 'issuer'],
    [{ tenants: 'common' }, 'tenants'],
    [{ step: undefined }, 'step'],
    [{ secret: 'short' }, 'secret'],
    [{ secret: [] }, 'secret'],
    [{ signingKeys: {} }, 'signingKeys'],
    [{ clientID: 'x' }, 'clientID'],
    [{ replay: true }, 'replay'],
  ]) {
    assert.throws(() => createExternalMethod({ ...good, ...more }), code('OIDC_CONFIG_INVALID', at))
  }
  for (const [more, at] of [
    [{ issuer: 'http://mfa.example' }, 'issuer'],
    [{ appId: 'contoso' }, 'appId'],
    [{ tenants: ['common'] }, 'tenants'],
    [{ cloud: 'login.microsoftonline.de' }, 'cloud'],
    [{ profile: 'mfa' }, 'profile'],
    [{ clockTolerance: 301 }, 'clockTolerance'],
    [{ signingKeys: [] }, 'signingKeys'],
    [{ signingKeys: [1] }, 'signingKeys'],
    [{ signingKeys: [{ x5c: key.x5c }] }, 'key'],
    [{ signingKeys: [{ key: { kty: 'EC', d: 'x' }, x5c: key.x5c }] }, 'key'],
    [{ signingKeys: [{ key: key.key }] }, 'x5c'],
    [{ signingKeys: [{ ...key, use: 'sig' }] }, 'use'],
    [{ signingKeys: [key, signingKey()] }, 'publishedAt'],
  ]) {
    const method = createExternalMethod({ ...good, ...more })
    const issuer = more.issuer ?? ISSUER
    await assert.rejects(method.handle(new Request(`${issuer}/keys`)), code('OIDC_CONFIG_INVALID', at), at)
  }
})

test('settings may be a function of the bindings', async (t) => {
  const entra = await startEntra(t)
  const method = createExternalMethod((env) => ({
    issuer: ISSUER, appId: APP_ID, clientId: CLIENT_ID, tenants: [TENANT], signingKeys: [key], secret: env.SECRET,
    fetch: entra.fetch, step: () => ({ amr: 'otp' }),
  }))
  await assert.rejects(method.handle(new Request(`${ISSUER}/keys`)), code('OIDC_ENV_MISSING'))
  const answer = await method.handle(new Request(`${ISSUER}/keys`), { env: { SECRET } })
  assert.equal(answer.status, 200)
})
