// A verifier as an API uses it, against an issuer that answers over HTTP.
import assert from 'node:assert/strict'
import { sign } from 'node:crypto'
import { createServer } from 'node:http'
import test from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { advanceClock } from '../support/clock.mjs'
import { makeGate } from '../support/gate.mjs'
import { addressOf, load, trapFolder } from '../support/package.mjs'
import { jsonToBase64url } from '../../support/json.mjs'
import { generateKeyPairSync } from '../../support/keys.mjs'

const { createVerifier, memoryCache, memoryReplay, OidcError } = await load('./edge')

const seconds = () => Math.floor(Date.now() / 1000)

/** A key of an issuer, and tokens signed with it. */
function makeKey(kid, type = 'rsa', options = { modulusLength: 2048 }) {
  const { privateKey, publicKey } = generateKeyPairSync(type, options)
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid, use: 'sig' }
  const how = type === 'ec' ? { key: privateKey, dsaEncoding: 'ieee-p1363' } : privateKey
  return {
    jwk,
    sign(header, claims) {
      const input = `${jsonToBase64url({ kid, ...header })}.${jsonToBase64url(claims)}`
      const hash = header.alg.startsWith('Ed') ? null : `sha${header.alg.slice(2)}`
      return `${input}.${sign(hash, Buffer.from(input), how).toString('base64url')}`
    },
  }
}

const key = makeKey('k1')

/** An issuer: what it publishes can be changed, what it is asked is counted. */
async function startIssuer(t) {
  const asked = []
  const issuer = { asked, keys: [key.jwk], status: 200, delay: 0, gate: undefined }
  const server = createServer((request, response) => {
    asked.push(request.url)
    const metadata = { issuer: issuer.url, jwks_uri: `${issuer.url}/keys` }
    const body = request.url === '/keys' ? { keys: issuer.keys } : metadata
    Promise.all([issuer.gate, sleep(issuer.delay)]).then(() => {
      response.writeHead(issuer.status, { 'content-type': 'application/json' })
      response.end(JSON.stringify(body))
    })
  })
  await new Promise((ready) => server.listen(0, '127.0.0.1', ready))
  t.after(() => server.close().closeAllConnections())
  issuer.url = `http://127.0.0.1:${server.address().port}`
  issuer.claims = (more) => ({
    ...{ iss: issuer.url, aud: 'api', sub: 'ada', client_id: 'spa', jti: crypto.randomUUID() },
    ...{ iat: seconds(), exp: seconds() + 600 },
    ...more,
  })
  issuer.token = (more, header, by = key) =>
    by.sign({ alg: 'RS256', typ: 'at+jwt', ...header }, issuer.claims(more))
  issuer.settings = { issuer: issuer.url, audience: 'api', allowLoopbackIssuer: true }
  return issuer
}

const refusal = (work) =>
  Promise.resolve()
    .then(work)
    .then(
      () => assert.fail('nothing was refused'),
      (error) => {
        assert.ok(OidcError.is(error), String(error))
        assert.ok(error.hint.length > 10)
        return error.at ? [error.code, error.at] : error.code
      },
    )

test('a token is verified, and its claims are deep-frozen', async (t) => {
  const issuer = await startIssuer(t)
  const verifier = createVerifier(issuer.settings)
  const claims = await verifier.verify(issuer.token({ address: { city: ['x'] } }))
  assert.equal(claims.sub, 'ada')
  assert.ok(Object.isFrozen(claims) && Object.isFrozen(claims.address.city))
  assert.deepEqual(issuer.asked, ['/.well-known/openid-configuration', '/keys'])
})

test('IDT-29: claims with names of Object.prototype are data', async (t) => {
  const issuer = await startIssuer(t)
  const odd = `{"__proto__":{"admin":true},"constructor":"c","toString":1,`
  const body = odd + JSON.stringify(issuer.claims()).slice(1)
  const input = `${jsonToBase64url({ alg: 'RS256', typ: 'at+jwt', kid: 'k1' })}.${Buffer.from(body).toString('base64url')}`
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  issuer.keys = [{ ...publicKey.export({ format: 'jwk' }), kid: 'k1' }]
  const signature = sign('sha256', Buffer.from(input), privateKey).toString('base64url')
  const claims = await createVerifier(issuer.settings).verify(`${input}.${signature}`)
  assert.deepEqual(Object.keys(claims).slice(0, 3), ['__proto__', 'constructor', 'toString'])
  assert.equal(claims.admin, undefined)
  assert.equal({}.admin, undefined)
})

test('every algorithm verifies, and a signature with one changed byte is refused', async (t) => {
  const issuer = await startIssuer(t)
  const kinds = [
    [['RS256', 'RS384', 'RS512'], key],
    [['ES256'], makeKey('p256', 'ec', { namedCurve: 'P-256' })],
    [['ES384'], makeKey('p384', 'ec', { namedCurve: 'P-384' })],
    [['ES512'], makeKey('p521', 'ec', { namedCurve: 'P-521' })],
    [['EdDSA', 'Ed25519'], makeKey('ed', 'ed25519', {})],
  ]
  issuer.keys = kinds.map(([, { jwk }]) => jwk)
  const verifier = createVerifier(issuer.settings)
  for (const [algs, by] of kinds) {
    for (const alg of algs) {
      const token = issuer.token({}, { alg }, by)
      assert.equal((await verifier.verify(token)).sub, 'ada', alg)
      const place = token.lastIndexOf('.') + 20
      const other = token[place] === 'A' ? 'B' : 'A'
      const forged = token.slice(0, place) + other + token.slice(place + 1)
      assert.equal(await refusal(() => verifier.verify(forged)), 'OIDC_SIGNATURE_INVALID', alg)
    }
  }
})

test('each failed check has its code, and the order of checks is fixed', async (t) => {
  const issuer = await startIssuer(t)
  const verifier = createVerifier(issuer.settings)
  const stranger = makeKey('k1')
  for (const [token, code] of [
    [undefined, 'OIDC_TOKEN_MALFORMED'],
    ['', 'OIDC_TOKEN_MALFORMED'],
    ['a.b', 'OIDC_TOKEN_MALFORMED'],
    ['é.é.é', 'OIDC_TOKEN_MALFORMED'],
    ['a.b.c.d.e', 'OIDC_TOKEN_ENCRYPTED'],
    [issuer.token({}, { alg: 'RS256', typ: 'JWT' }), 'OIDC_TYP_FORBIDDEN'],
    [`${jsonToBase64url({ alg: 'none', typ: 'at+jwt' })}.${jsonToBase64url(issuer.claims())}.`, 'OIDC_ALG_FORBIDDEN'],
    [issuer.token({ aud: 'other' }, {}, stranger), 'OIDC_SIGNATURE_INVALID'],
    [issuer.token({ iss: `${issuer.url}/` }), 'OIDC_ISSUER_MISMATCH'],
    [issuer.token({ aud: 'other' }), 'OIDC_AUDIENCE_MISMATCH'],
    [issuer.token({ exp: seconds() - 31 }), 'OIDC_TOKEN_EXPIRED'],
    [issuer.token({ nbf: seconds() + 100 }), 'OIDC_TOKEN_NOT_YET_VALID'],
    [issuer.token({ iat: seconds() + 100 }), 'OIDC_ISSUED_IN_FUTURE'],
    [issuer.token({ exp: seconds() + 1e6 }), ['OIDC_TOKEN_AGE_EXCEEDED', 'exp']],
    [issuer.token({ exp: 'never' }), ['OIDC_CLAIM_INVALID', 'exp']],
  ]) {
    assert.deepEqual(await refusal(() => verifier.verify(token)), code)
  }
  assert.equal((await verifier.verify(issuer.token())).sub, 'ada')
})

test('DSC-15: a hundred first tokens at once send one request for keys', async (t) => {
  const issuer = await startIssuer(t)
  issuer.delay = 100
  const verifier = createVerifier(issuer.settings)
  const tokens = Array.from({ length: 100 }, () => issuer.token())
  const all = await Promise.all(tokens.map((token) => verifier.verify(token)))
  assert.equal(all.length, 100)
  assert.equal(issuer.asked.length, 2)
})

test('verifiers with the same settings share keys and verified tokens', async (t) => {
  const issuer = await startIssuer(t)
  for (let count = 0; count < 100; count += 1) {
    await createVerifier({ ...issuer.settings }).verify(issuer.token())
  }
  assert.equal(issuer.asked.length, 2)
})

test('a verifier with a fetch of its own shares nothing', async (t) => {
  const issuer = await startIssuer(t)
  const token = issuer.token()
  await createVerifier(issuer.settings).verify(token)
  const evil = makeKey('k1')
  const fetch = async (url) =>
    Response.json(
      url.endsWith('/keys') ? { keys: [evil.jwk] } : { issuer: issuer.url, jwks_uri: `${issuer.url}/keys` },
    )
  const own = createVerifier({ ...issuer.settings, fetch })
  assert.equal(await refusal(() => own.verify(token)), 'OIDC_SIGNATURE_INVALID')
  assert.equal((await own.verify(issuer.token({}, {}, evil))).sub, 'ada')
  const plain = createVerifier(issuer.settings)
  assert.equal(
    await refusal(() => plain.verify(issuer.token({}, {}, evil))),
    'OIDC_SIGNATURE_INVALID',
  )
})

test('ready, then verifySync: the same claims and the same codes', async (t) => {
  const issuer = await startIssuer(t)
  const verifier = createVerifier({ ...issuer.settings, clockTolerance: 1 })
  const token = issuer.token()
  assert.equal(await refusal(() => verifier.verifySync(token)), 'OIDC_NOT_READY')
  await verifier.ready()
  const claims = verifier.verifySync(token)
  assert.equal(claims.sub, 'ada')
  assert.equal(verifier.verifySync(token), claims)
  assert.equal(await verifier.verify(token), claims)
  assert.equal(
    await refusal(() => verifier.verifySync(issuer.token({ aud: 'x' }))),
    'OIDC_AUDIENCE_MISMATCH',
  )
  const unknown = makeKey('k9')
  assert.equal(
    await refusal(() => verifier.verifySync(issuer.token({}, {}, unknown))),
    'OIDC_KEY_NOT_FOUND',
  )
})

test('ATJ-12: a verified token is cached until it expires, for its own expectations', async (t) => {
  const issuer = await startIssuer(t)
  let now = seconds()
  const verifier = createVerifier({ ...issuer.settings, now: () => now })
  const token = issuer.token({ acr: 'gold' })
  const first = await verifier.verify(token)
  assert.equal(await verifier.verify(token), first, 'kept')
  assert.notEqual(await verifier.verify(token, { acrValues: 'gold' }), first, 'another question')
  assert.equal(
    await refusal(() => verifier.verify(token, { acrValues: 'silver' })),
    'OIDC_ACR_MISMATCH',
  )
  now += 631
  assert.equal(await refusal(() => verifier.verify(token)), 'OIDC_TOKEN_EXPIRED')
  now -= 700
  assert.equal(await refusal(() => verifier.verify(token)), 'OIDC_ISSUED_IN_FUTURE')
})

test('DSC-10: a dropped key verifies nothing, not even a cached token', async (t) => {
  const issuer = await startIssuer(t)
  const verifier = createVerifier({ ...issuer.settings, clockTolerance: 2 })
  const token = issuer.token()
  await verifier.verify(token)
  await verifier.drop('k1')
  assert.equal(await refusal(() => verifier.verify(token)), 'OIDC_KEY_NOT_FOUND')
  assert.equal(await refusal(() => verifier.verifySync(token)), 'OIDC_KEY_NOT_FOUND')
})

test('DSC-10: a cached token is refused when its key is dropped in another isolate or removed at the issuer', async (t) => {
  const issuer = await startIssuer(t)
  const keys = memoryCache()
  let now = seconds()
  const make = (more) => createVerifier({ ...issuer.settings, keys, now: () => now, ...more })
  const [one, other] = [make(), make()]
  const token = issuer.token({ exp: seconds() + 9000 })
  await Promise.all([one.verify(token), other.verify(token)])
  await one.drop('k1')
  now += 31
  assert.equal(await refusal(() => other.verify(token)), 'OIDC_KEY_NOT_FOUND')
  assert.equal(await refusal(() => make().verify(token)), 'OIDC_KEY_NOT_FOUND', 'a new isolate')
  const strict = createVerifier({ ...issuer.settings, now: () => now, keyGrace: 0 })
  await strict.verify(token)
  issuer.keys = [makeKey('k2').jwk]
  now += 700
  assert.equal(await refusal(() => strict.verify(token)), 'OIDC_KEY_NOT_FOUND')
})

test('DSC-10: a pinned key can be dropped, and a drop names a key', async (t) => {
  const issuer = await startIssuer(t)
  const settings = { ...issuer.settings, jwks: { keys: [key.jwk] }, clockTolerance: 7 }
  const verifier = createVerifier(settings)
  const token = issuer.token()
  await verifier.verify(token)
  for (const kid of [undefined, '', 5]) {
    assert.deepEqual(await refusal(() => verifier.drop(kid)), ['OIDC_EXPECTED_INVALID', 'kid'])
  }
  await verifier.drop('k1')
  assert.equal(await refusal(() => verifier.verify(token)), 'OIDC_KEY_NOT_FOUND')
})

test('a backend that answers anything but a boolean verifies nothing', async (t) => {
  const issuer = await startIssuer(t)
  const backend = { algorithms: ['RS256'], load: async () => {}, verify: async () => false }
  const verifier = createVerifier({ ...issuer.settings, backend })
  // Another token's signature: one by another key may be larger than this modulus, and is then never asked about.
  const [signed, other] = [issuer.token(), issuer.token()].map((token) => token.split('.'))
  const forged = [...signed.slice(0, 2), other[2]].join('.')
  assert.deepEqual(await refusal(() => verifier.verify(forged)), ['OIDC_CONFIG_INVALID', 'backend'])
  for (const wrong of [{ backend: {} }, { keys: {} }, { replay: null }]) {
    const made = () => createVerifier({ ...issuer.settings, ...wrong })
    assert.deepEqual(await refusal(made), ['OIDC_CONFIG_INVALID', Object.keys(wrong)[0]])
  }
})

test('every request that waits for unavailable keys gets the same answer: 503, never 401', async (t) => {
  const issuer = await startIssuer(t)
  issuer.status = 503
  issuer.delay = 100
  const verifier = createVerifier({ ...issuer.settings, clockTolerance: 8 })
  const codes = await Promise.all(
    Array.from({ length: 5 }, () => refusal(() => verifier.verify(issuer.token()))),
  )
  for (const code of codes) assert.deepEqual(code, ['OIDC_PROVIDER_UNAVAILABLE', 'metadata'])
})

test('a slow issuer gets one request every two seconds from all waiting calls', { timeout: 30_000 }, async (t) => {
  const issuer = await startIssuer(t)
  const gate = makeGate()
  issuer.gate = gate.passed
  const askedTimes = async (count) => {
    while (issuer.asked.length < count) await sleep(5)
  }
  const verifier = createVerifier({ ...issuer.settings, clockTolerance: 9 })
  const verified = Promise.all(Array.from({ length: 50 }, () => verifier.verify(issuer.token())))
  await askedTimes(1)
  advanceClock(t, 2.1)
  await askedTimes(2)
  gate.open()
  await verified
  // Two requests for metadata, and one for keys after each of them.
  assert.ok(issuer.asked.length <= 4, `${issuer.asked.length} requests`)
})

test('without a synchronous backend, a hundred verifiers make progress', { timeout: 30_000 }, async (t) => {
  const issuer = await startIssuer(t)
  t.mock.method(process, 'getBuiltinModule', () => undefined)
  const all = Array.from({ length: 100 }, (_, place) =>
    createVerifier({
      ...issuer.settings,
      jwks: { keys: [key.jwk] },
      audience: ['api', `b${place}`],
    }).verify(issuer.token()),
  )
  for (const claims of await Promise.all(all)) assert.equal(claims.sub, 'ada')
})

test('unavailable keys fail with a code of the host, and the next call fetches again', async (t) => {
  const issuer = await startIssuer(t)
  let now = seconds()
  const verifier = createVerifier({ ...issuer.settings, now: () => now })
  issuer.status = 503
  assert.deepEqual(await refusal(() => verifier.verify(issuer.token())), [
    'OIDC_PROVIDER_UNAVAILABLE',
    'metadata',
  ])
  issuer.status = 200
  now += 6
  assert.equal((await verifier.verify(issuer.token())).sub, 'ada')
})

test('pinned keys: nothing is fetched', async (t) => {
  const issuer = await startIssuer(t)
  const verifier = createVerifier({ ...issuer.settings, jwks: { keys: [key.jwk] } })
  await verifier.ready()
  assert.equal(verifier.verifySync(issuer.token()).sub, 'ada')
  const strange = issuer.token({}, {}, makeKey('k2'))
  assert.equal(await refusal(() => verifier.verify(strange)), 'OIDC_KEY_NOT_FOUND')
  assert.equal(issuer.asked.length, 0)
})

test('several issuers: `iss` selects the keys, and the keys of another issuer are refused', async (t) => {
  const [one, two] = [await startIssuer(t), await startIssuer(t)]
  const other = makeKey('k1')
  two.keys = [other.jwk]
  const verifier = createVerifier({ ...one.settings, issuer: [one.url, two.url] })
  assert.equal((await verifier.verify(one.token())).iss, one.url)
  assert.equal((await verifier.verify(two.token({}, {}, other))).iss, two.url)
  assert.equal(
    await refusal(() => verifier.verify(two.token({}, {}, key))),
    'OIDC_SIGNATURE_INVALID',
  )
  assert.equal(
    await refusal(() => verifier.verify(one.token({ iss: 'https://evil.example' }))),
    'OIDC_ISSUER_MISMATCH',
  )
})

test('a wrong setting is named', async () => {
  const good = { issuer: 'https://op.example', audience: 'api' }
  for (const [settings, at] of [
    [{}, 'issuer'],
    [{ issuer: 'https://op.example' }, 'audience'],
    [{ ...good, audiences: 'x' }, 'audiences'],
    [{ ...good, kind: 5 }, 'kind'],
    [{ ...good, kind: 'userinfo' }, 'kind'],
    [{ ...good, kind: 'introspection' }, 'kind'],
    [{ ...good, kind: 'id_token_hint' }, 'kind'],
  ]) {
    assert.deepEqual(await refusal(() => createVerifier(settings)), ['OIDC_CONFIG_INVALID', at])
  }
  for (const [settings, at] of [
    [{ ...good, kind: 'x' }, 'kind'],
    [{ ...good, algorithms: ['none'] }, 'algorithms'],
    [{ ...good, clockTolerance: 301 }, 'clockTolerance'],
    [{ ...good, audience: [] }, 'audience'],
  ]) {
    const verifier = createVerifier(settings)
    assert.deepEqual(await refusal(() => verifier.verify('a.b.c')), ['OIDC_CONFIG_INVALID', at])
  }
  const insecure = createVerifier({ ...good, issuer: 'http://op.example' })
  assert.deepEqual(await refusal(() => insecure.verify('a.b.c')), ['OIDC_CONFIG_INSECURE', 'issuer'])
})

test('an internal `kind` is refused, also in settings from bindings', async () => {
  const given = { issuer: 'https://op.example', audience: 'api', kind: 'userinfo' }
  const verifier = createVerifier(() => given)
  assert.deepEqual(await refusal(() => verifier.verify('a.b.c')), ['OIDC_CONFIG_INVALID', 'kind'])
})

test('IDT-27: a logout token is not accepted as an ID token, with any typ', async (t) => {
  const issuer = await startIssuer(t)
  const verifier = createVerifier({ ...issuer.settings, kind: 'id_token' })
  const events = { 'http://schemas.openid.net/event/backchannel-logout': {} }
  for (const typ of ['JWT', undefined]) {
    const token = issuer.token({ events }, { typ })
    for (const nonce of [null, 'any']) {
      const refused = await refusal(() => verifier.verify(token, { nonce }))
      assert.deepEqual(refused, ['OIDC_CLAIM_INVALID', 'events'])
    }
    assert.equal((await verifier.verify(issuer.token({}, { typ }), { nonce: null })).sub, 'ada')
  }
})

test('LOG-01, LOG-06: a logout token is signed by the issuer, and passes once', async (t) => {
  const issuer = await startIssuer(t)
  const settings = { ...issuer.settings, audience: 'api', kind: 'logout_token' }
  const verifier = createVerifier({ ...settings, replay: memoryReplay() })
  const events = { 'http://schemas.openid.net/event/backchannel-logout': {} }
  const token = issuer.token({ events }, { typ: 'logout+jwt' })
  const unsigned = `${jsonToBase64url({ alg: 'none', typ: 'logout+jwt' })}.${token.split('.')[1]}.`
  assert.equal(await refusal(() => verifier.verify(unsigned)), 'OIDC_ALG_FORBIDDEN')
  const hmac = `${jsonToBase64url({ alg: 'HS256', typ: 'logout+jwt' })}.${token.split('.').slice(1).join('.')}`
  assert.equal(await refusal(() => verifier.verify(hmac)), 'OIDC_ALG_FORBIDDEN')
  const forged = issuer.token({ events }, { typ: 'logout+jwt' }, makeKey('k1'))
  assert.equal(await refusal(() => verifier.verify(forged)), 'OIDC_SIGNATURE_INVALID')
  assert.equal((await verifier.verify(token)).sub, 'ada')
  assert.deepEqual(await refusal(() => verifier.verify(token)), ['OIDC_TOKEN_REPLAYED', 'jti'])
})

test('IDT-19 and IDT-20: an expectation that is misspelled or empty is refused', async (t) => {
  const issuer = await startIssuer(t)
  const verifier = createVerifier(issuer.settings)
  const token = issuer.token()
  for (const expected of [{ acrValues: '' }, { acrValues: [] }, { acrValues: [' '] }]) {
    const refused = await refusal(() => verifier.verify(token, expected))
    assert.deepEqual(refused, ['OIDC_EXPECTED_INVALID', 'acrValues'])
  }
  for (const at of ['max_age', 'acr', 'audience', '__proto__']) {
    const expected = JSON.parse(`{"acrValues":"x","${at}":1}`)
    assert.deepEqual(await refusal(() => verifier.verify(token, expected)), ['OIDC_EXPECTED_INVALID', at])
  }
})

test('settings may be a function of the bindings', async (t) => {
  const issuer = await startIssuer(t)
  const verifier = createVerifier((env) => ({ ...issuer.settings, audience: env ? 'x' : 'api' }))
  assert.equal((await verifier.verify(issuer.token())).sub, 'ada')
})

test('a settings function without bindings, or one that fails, has a code', async (t) => {
  const issuer = await startIssuer(t)
  const verifier = createVerifier((env) => ({ ...issuer.settings, audience: env.AUDIENCE }))
  const token = issuer.token()
  for (const verb of [
    () => verifier.verify(token),
    () => verifier.verifySync(token),
    () => verifier.ready(),
    () => verifier.drop('k1'),
    () => verifier.introspect(token),
    () => verifier.guard(new Request('https://api.example/')),
  ]) {
    assert.deepEqual(await refusal(verb), ['OIDC_ENV_MISSING', 'env'])
  }
  const headers = { authorization: `Bearer ${token}` }
  const request = new Request('https://api.example/', { headers })
  const pass = await verifier.guard(request, undefined, { env: { AUDIENCE: 'api' } })
  assert.equal(pass.ok, true, pass.error)
  assert.equal((await verifier.verify(token)).sub, 'ada', 'bindings are given once')
  const failing = createVerifier(({ ISSUER }) => ({ issuer: ISSUER.trim(), audience: 'api' }))
  const refused = await refusal(() => failing.guard(request, undefined, { env: {} }))
  assert.deepEqual(refused, ['OIDC_CONFIG_INVALID', 'config'])
})

test('each of equal verifiers has its own log', async (t) => {
  const issuer = await startIssuer(t)
  const heard = []
  const make = (name, clockTolerance) => {
    const log = name && (() => heard.push(name))
    return createVerifier({ ...issuer.settings, clockTolerance, ...(log && { log }) })
  }
  issuer.status = 500
  const [, second] = [make('first', 7), make('second', 7)]
  await refusal(() => second.verify(issuer.token()))
  assert.deepEqual(heard, ['second'])
  const [, loud] = [make('', 8), make('loud', 8)]
  await refusal(() => loud.verify(issuer.token()))
  assert.deepEqual(heard, ['second', 'loud'])
  const [, silent] = [make('other', 9), make('', 9)]
  await refusal(() => silent.verify(issuer.token()))
  assert.deepEqual(heard, ['second', 'loud'])
})

test('a text longer than any token is not copied into the module', async (t) => {
  const instances = t.mock.method(WebAssembly, 'Instance')
  const { createVerifier } = await import(`${await addressOf('./edge')}?fresh=long`)
  const verifier = createVerifier({ issuer: 'https://op.example', audience: 'api', jwks: { keys: [key.jwk] } })
  await verifier.ready()
  const { memory } = instances.mock.calls.at(-1).result.exports
  const before = memory.buffer.byteLength
  const a = 'a'.repeat(33_000_000)
  for (const [text, code] of [
    [a + a + a, 'OIDC_TOKEN_MALFORMED'],
    [`${a}.${a}`, 'OIDC_TOKEN_MALFORMED'],
    [`${a}.${a}.${a}`, 'OIDC_TOKEN_TOO_LARGE'],
    [`e30.${'a'.repeat(262_140)}.`, 'OIDC_TOKEN_TOO_LARGE'],
    [`a.a.a.a.${a}`, 'OIDC_TOKEN_ENCRYPTED'],
    [`${a}.a.a.a`, 'OIDC_TOKEN_MALFORMED'],
    [`${a}.a.a=`, 'OIDC_TOKEN_MALFORMED'],
    [`${a}.é.a`, 'OIDC_TOKEN_MALFORMED'],
    ['.'.repeat(100_000_000), 'OIDC_TOKEN_MALFORMED'],
    [`${'a.'.repeat(1_000_000)}a`, 'OIDC_TOKEN_MALFORMED'],
  ]) {
    assert.equal(await refusal(() => verifier.verify(text)), code)
    assert.equal(await refusal(() => verifier.verifySync(text)), code)
  }
  assert.ok(memory.buffer.byteLength - before <= 4 * 1024 * 1024, `${memory.buffer.byteLength}`)
})

test('DSC-07: rotated keys without a kid are found while the cached set is fresh', async (t) => {
  const issuer = await startIssuer(t)
  const [old, next, stranger] = [makeKey(), makeKey(), makeKey()]
  issuer.keys = [old.jwk]
  const settings = { ...issuer.settings, keys: memoryCache() }
  const verifier = createVerifier(settings)
  assert.equal((await verifier.verify(issuer.token({}, {}, old))).sub, 'ada')
  issuer.keys = [next.jwk]
  // Another isolate, to which the cache gives the old set.
  const other = createVerifier(settings)
  assert.equal((await other.verify(issuer.token({}, {}, old))).sub, 'ada')
  assert.equal(issuer.asked.length, 2)
  assert.equal((await verifier.verify(issuer.token({}, {}, next))).sub, 'ada')
  assert.equal((await other.verify(issuer.token({}, {}, next))).sub, 'ada')
  assert.equal(issuer.asked.length, 3)
  const forged = await refusal(() => verifier.verify(issuer.token({}, {}, stranger)))
  assert.equal(forged, 'OIDC_SIGNATURE_INVALID')
  await Promise.all(
    Array.from({ length: 20 }, () => refusal(() => verifier.verify(issuer.token({}, {}, stranger)))),
  )
  assert.ok(issuer.asked.length <= 5, `asked ${issuer.asked.length} times`)
})

test('without node:crypto, SubtleCrypto gives the same results', async (t) => {
  const issuer = await startIssuer(t)
  t.mock.method(process, 'getBuiltinModule', () => undefined)
  const verifier = createVerifier({ ...issuer.settings, clockTolerance: 3 })
  const token = issuer.token()
  const forged = issuer.token({}, {}, makeKey('k1'))
  assert.equal((await verifier.verify(token)).sub, 'ada')
  assert.equal(await refusal(() => verifier.verify(forged)), 'OIDC_SIGNATURE_INVALID')
  assert.equal(await refusal(() => verifier.verify(issuer.token({ aud: 'x' }))), 'OIDC_AUDIENCE_MISMATCH')
  await verifier.ready()
  assert.equal(await refusal(() => verifier.verifySync(issuer.token())), 'OIDC_NOT_READY')
})

test('JOSE-24: without a kid, every key for the algorithm is tried', async (t) => {
  const issuer = await startIssuer(t)
  const others = [makeKey('a'), makeKey('b'), key]
  issuer.keys = others.map(({ jwk }) => jwk)
  const token = issuer.token({}, { kid: undefined })
  assert.equal((await createVerifier(issuer.settings).verify(token)).sub, 'ada')
  t.mock.method(process, 'getBuiltinModule', () => undefined)
  const subtle = createVerifier({ ...issuer.settings, clockTolerance: 4 })
  assert.equal((await subtle.verify(issuer.token({}, { kid: undefined }))).sub, 'ada')
  assert.equal(
    await refusal(() => subtle.verify(issuer.token({}, { kid: undefined }, makeKey('c')))),
    'OIDC_SIGNATURE_INVALID',
  )
})

test('IDT-01 and JOSE-26: with decryption keys, only a signed token inside an encrypted one is accepted', async (t) => {
  const { decryptionKeys } = await load('./jose')
  const { CompactEncrypt } = await import('jose')
  const issuer = await startIssuer(t)
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const mine = { ...pair.privateKey.export({ format: 'jwk' }), kid: 'enc' }
  const agreed = { alg: 'ECDH-ES+A256KW', enc: 'A256GCM' }
  const seal = (inner, header = {}) =>
    new CompactEncrypt(Buffer.from(inner))
      .setProtectedHeader({ ...agreed, kid: 'enc', cty: 'JWT', ...header })
      .encrypt(pair.publicKey)
  const verifier = createVerifier({ ...issuer.settings, decryptionKeys: decryptionKeys([mine], agreed) })
  const token = await seal(issuer.token())
  const claims = await verifier.verify(token)
  assert.equal(claims.sub, 'ada')
  assert.equal(await verifier.verify(token), claims, 'kept under the whole token')
  const unsigned = `${jsonToBase64url({ alg: 'none', typ: 'at+jwt' })}.${jsonToBase64url(issuer.claims())}.`
  for (const [odd, code] of [
    [issuer.token(), 'OIDC_TOKEN_UNENCRYPTED'],
    [await seal(unsigned), 'OIDC_ALG_FORBIDDEN'],
    [await seal(JSON.stringify(issuer.claims())), 'OIDC_TOKEN_MALFORMED'],
    [await seal(token), 'OIDC_TOKEN_ENCRYPTED'],
    [await seal(issuer.token({}, {}, makeKey('k1'))), 'OIDC_SIGNATURE_INVALID'],
    [await seal(issuer.token(), { cty: 'text/plain' }), 'OIDC_TYP_FORBIDDEN'],
    [await seal(`\ufeff${issuer.token()}`), 'OIDC_TOKEN_MALFORMED'],
    [token.slice(0, -3) + (token.endsWith('AAA') ? 'BBB' : 'AAA'), 'OIDC_DECRYPT_FAILED'],
    ['', 'OIDC_TOKEN_MALFORMED'],
  ]) {
    assert.equal(await refusal(() => verifier.verify(odd)), code)
  }
  const refused = refusal(() => verifier.verifySync(token))
  assert.deepEqual(await refused, ['OIDC_CONFIG_INVALID', 'decryptionKeys'])
  const plain = createVerifier(issuer.settings)
  assert.equal(await refusal(() => plain.verify(token)), 'OIDC_TOKEN_ENCRYPTED')
})

test('an evicted verifier registers again: seventy of them take turns', async (t) => {
  const issuer = await startIssuer(t)
  const verifiers = Array.from({ length: 70 }, (_, place) =>
    createVerifier({ ...issuer.settings, jwks: { keys: [key.jwk] }, audience: ['api', `a${place}`] }),
  )
  for (let round = 0; round < 2; round += 1) {
    for (const verifier of verifiers) await verifier.verify(issuer.token())
  }
})

test('OPS-02: a trap fails with OIDC_INTERNAL, and the next call works on a new instance', async (t) => {
  const issuer = await startIssuer(t)
  const { createVerifier } = await load('./edge', trapFolder)
  const verifier = createVerifier(issuer.settings)
  await verifier.verify(issuer.token())
  const error = await verifier.verify('plant-a-trap').catch((error) => error)
  assert.deepEqual([error.code, error.blame], ['OIDC_INTERNAL', 'Bug'])
  assert.ok(error.cause instanceof WebAssembly.RuntimeError)
  assert.equal((await verifier.verify(issuer.token())).sub, 'ada')
  assert.equal(issuer.asked.length, 2, 'the keys were not fetched again')
  assert.throws(() => verifier.verifySync('plant-a-trap'), { code: 'OIDC_INTERNAL' })
  assert.equal((await verifier.verify(issuer.token())).sub, 'ada')
})
