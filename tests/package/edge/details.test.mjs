// The errors of a verifier tell the developer everything, and other people nothing.
import assert from 'node:assert/strict'
import { generateKeyPairSync, sign } from 'node:crypto'
import test from 'node:test'
import { load } from '../support/package.mjs'
import { settingsOf, wrongValuesOf } from '../support/settings-of-docs.mjs'

const { createVerifier } = await load('./edge')
const { introspection, userinfo } = await load('./introspection')
const issuer = 'https://op.example'
const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const keys = [{ ...publicKey.export({ format: 'jwk' }), kid: 'k' }]

function makeToken(claims) {
  const now = Math.floor(Date.now() / 1000)
  const all = { iss: issuer, aud: 'api', sub: 'ada', client_id: 'c', jti: 'j', iat: now, exp: now + 600, ...claims }
  const head = { alg: 'ES256', kid: 'k', typ: 'at+jwt' }
  const input = [head, all].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')
  const key = { key: privateKey, dsaEncoding: 'ieee-p1363' }
  return `${input}.${sign('sha256', Buffer.from(input), key).toString('base64url')}`
}

const good = { issuer, audience: 'api', jwks: { keys } }
const failure = (promise) => promise.then(() => assert.fail('no error'), (error) => error)

/** Verifies a request. The response to it must not tell what the error does. */
async function guarded(verifier, token) {
  const request = new Request('https://api.example/', { headers: { authorization: `Bearer ${token}` } })
  const { error, response } = await verifier.guard(request)
  const answer = [...response.headers].join() + (await response.text())
  for (const secret of ['op.example', 'is not', 'https', 'check']) assert.ok(!answer.includes(secret), answer)
  return error
}

test('C5: at the edge OIDC_CONFIG_INVALID says what is wrong', async () => {
  for (const [more, at, detail] of [
    [{ isuer: 'x' }, 'isuer', /unknown/],
    [{ issuer: undefined }, 'issuer', /missing/],
    [{ audience: undefined }, 'audience', /missing/],
    [{ audience: 1 }, 'audience', /wrong type/],
    [{ audience: ['api', 'a\0b'] }, 'audience', /NUL/],
    [{ audience: 'a \udc00' }, 'audience', /NUL/],
    [{ clockTolerance: '5' }, 'clockTolerance', /number/],
    [{ keys: {} }, 'keys', /get/],
    [{ replay: {} }, 'replay', /putIfAbsent/],
    [{ backend: { load() {} } }, 'backend', /verify/],
    [{ kind: 'userinfo' }, 'kind', /not allowed/],
  ]) {
    assert.throws(() => createVerifier({ ...good, ...more }), (error) => {
      assert.deepEqual([error.code, error.at], ['OIDC_CONFIG_INVALID', at])
      assert.match(error.detail, detail)
      assert.ok(error.message.includes(error.detail))
      return true
    })
  }
  const { jwks, ...open } = good
  for (const [settings, code, at, detail] of [
    [{ ...open, issuer: 'op.example' }, 'OIDC_CONFIG_INVALID', 'issuer', /absolute/],
    [{ ...open, issuer: 'https://op.example/?x' }, 'OIDC_CONFIG_INVALID', 'issuer', /query/],
    [{ ...open, issuer: 'http://op.example' }, 'OIDC_CONFIG_INSECURE', 'issuer', /https/],
    [{ ...open, issuer: [issuer, 'http://two.example'] }, 'OIDC_CONFIG_INSECURE', 'issuer', /https/],
    [{ ...open, jwksUri: 'http://op.example/keys' }, 'OIDC_CONFIG_INSECURE', 'jwksUri', /https/],
    [{ ...good, kind: 'refresh_token' }, 'OIDC_CONFIG_INVALID', 'kind', /not allowed/],
    [{ ...good, algorithms: [] }, 'OIDC_CONFIG_INVALID', 'algorithms', /not allowed/],
    [{ ...good, cors: { origins: ['*'] } }, 'OIDC_CONFIG_INVALID', 'cors', /exact origins/],
  ]) {
    const verifier = createVerifier(settings)
    for (const error of [await failure(verifier.verify(makeToken())), await failure(verifier.ready()), await guarded(verifier, makeToken()).catch((error) => error)]) {
      assert.deepEqual([error.code, error.at], [code, at])
      assert.match(error.detail, detail)
    }
  }
})

test('C5: at the edge a failed request shows its address, and at discovery names `issuer`', async () => {
  const down = () => Promise.reject(new TypeError('down'))
  const { jwks, ...open } = good
  const lines = []
  const log = (line) => lines.push(line)
  const first = createVerifier({ ...open, fetch: down, log })
  const address = `${issuer}/.well-known/openid-configuration`
  // The last failure comes without a request, and for the same reason.
  for (const [act, expected] of [
    [() => failure(first.verify(makeToken())), 'OIDC_NETWORK_FAILED'],
    [() => guarded(first, makeToken()), 'OIDC_NETWORK_FAILED'],
    [() => failure(first.ready()), 'OIDC_KEYS_UNAVAILABLE'],
  ]) {
    const { code, detail } = await act()
    assert.deepEqual([code, detail], [expected, `${address}; check \`issuer\``])
  }
  await new Promise(setImmediate)
  assert.ok(lines.length && lines.every((line) => line.includes(address)), `${lines}`)

  const second = createVerifier({ ...open, jwksUri: `${issuer}/keys?secret=s`, fetch: down })
  const error = await failure(second.verify(makeToken()))
  assert.deepEqual([error.code, error.at, error.detail], ['OIDC_NETWORK_FAILED', 'jwks_uri', `${issuer}/keys`])

  for (const [settings, detail] of [[{ endpoint: `${issuer}/introspect?key=s` }, `${issuer}/introspect`], [{}, `${address}; check \`issuer\``]]) {
    const asking = introspection({ clientId: 'c', clientSecret: 'a secret of the client', ...settings })
    const refused = await guarded(createVerifier({ ...good, introspection: asking, fetch: down }), 'opaque')
    assert.deepEqual([refused.code, refused.detail], ['OIDC_NETWORK_FAILED', detail])
  }
})

test('C5: at the edge an issuer mismatch shows both texts', async () => {
  const { jwks, ...open } = good
  const lines = []
  const fetch = async () => Response.json({ issuer: `${issuer}/`, jwks_uri: `${issuer}/keys` })
  const other = createVerifier({ ...open, fetch, log: (line) => lines.push(line) })
  const mismatch = await guarded(other, makeToken())
  assert.deepEqual([mismatch.code, mismatch.detail], ['OIDC_METADATA_ISSUER_MISMATCH', `"${issuer}/" is not "${issuer}"`])
  await new Promise(setImmediate)
  assert.ok(lines[0].includes(mismatch.detail))

  for (const [settings, iss, detail] of [
    [good, `${issuer}/`, `"${issuer}/" is not "${issuer}"`],
    [good, 'x\ny"', `"x\\ny\\"" is not "${issuer}"`],
    [good, 'x'.repeat(1000), `"${'x'.repeat(256)}" is not "${issuer}"`],
    [{ ...open, issuer: [issuer, 'https://two.example'] }, 'https://three.example', `"https://three.example" is not "${issuer}" or "https://two.example"`],
  ]) {
    const error = await guarded(createVerifier(settings), makeToken({ iss }))
    assert.deepEqual([error.code, error.detail], ['OIDC_ISSUER_MISMATCH', detail])
  }
})

test('C5: at the edge an audience mismatch shows both texts', async () => {
  const two = { ...good, audience: ['api', 'https://api.example/'] }
  for (const [settings, aud, detail] of [
    [good, 'https://api.example', '"https://api.example" is not "api"'],
    [good, ['account', 'x\ny'], '["account","x\\ny"] is not "api"'],
    [two, 'https://api.example', '"https://api.example" is not "api" or "https://api.example/"'],
    [good, 'x'.repeat(1000), `"${'x'.repeat(256)}" is not "api"`],
    [good, ['x'.repeat(1000)], `["${'x'.repeat(254)} is not "api"`],
  ]) {
    const error = await guarded(createVerifier(settings), makeToken({ aud }))
    assert.deepEqual([error.code, error.detail], ['OIDC_AUDIENCE_MISMATCH', detail])
  }
})

test('a log that throws or rejects changes no answer at the edge', async (t) => {
  const errors = t.mock.method(console, 'error', () => {})
  const { jwks, ...open } = good
  const down = () => Promise.reject(new TypeError('down'))
  let count = 0
  for (const log of [() => { throw new Error(`log ${count += 1}`) }, async () => { throw new Error(`log ${count += 1}`) }]) {
    const verifier = createVerifier({ ...open, fetch: down, log })
    assert.equal((await guarded(verifier, makeToken())).code, 'OIDC_NETWORK_FAILED')
    assert.equal((await failure(verifier.verify(makeToken()))).code, 'OIDC_NETWORK_FAILED')
    await new Promise(setImmediate)
  }
  assert.ok(count >= 2)
  assert.ok(errors.mock.callCount() <= 1, 'reported once')
})

test('C5: an introspection answer of another issuer is shown by its `iss`', async () => {
  const answer = { active: true, iss: 'https://evil.example/日', issuer: 'another text', aud: good.audience, sub: 'u', client_id: 'c', exp: 4e9 }
  const fetch = async () => Response.json(answer)
  const asking = introspection({ clientId: 'c', clientSecret: 'a secret of the client', endpoint: `${issuer}/introspect` })
  const error = await guarded(createVerifier({ ...good, introspection: asking, fetch }), 'opaque')
  assert.deepEqual([error.code, error.detail], ['OIDC_ISSUER_MISMATCH', `"https://evil.example/日" is not "${issuer}"`])
})

test('C5: an introspection answer for another API is shown by its `aud`', async () => {
  const asking = introspection({ clientId: 'c', clientSecret: 'a secret of the client', endpoint: `${issuer}/introspect` })
  for (const [aud, detail] of [['other', '"other" is not "api"'], [['a', 'b'], '["a","b"] is not "api"']]) {
    const answer = { active: true, iss: issuer, aud, sub: 'u', client_id: 'c', exp: 4e9 }
    const verifier = createVerifier({ ...good, introspection: asking, fetch: async () => Response.json(answer) })
    const error = await guarded(verifier, 'opaque')
    assert.deepEqual([error.code, error.detail], ['OIDC_AUDIENCE_MISMATCH', detail])
  }
})

test('C5: every setting of createVerifier that has a wrong type or an empty text is named, with the reason', () => {
  const all = settingsOf('createVerifier')
  assert.ok(all.length > 20)
  for (const { name, shape, isRequired } of all) {
    const wrong = wrongValuesOf(shape)
    if (isRequired) wrong.push([undefined, /^missing$/])
    for (const [value, detail] of wrong) {
      assert.throws(() => createVerifier({ ...good, [name]: value }), (error) => {
        assert.deepEqual([error.code, error.at], ['OIDC_CONFIG_INVALID', name], `${name}: ${JSON.stringify(value)}`)
        assert.match(error.detail, detail)
        return true
      })
    }
    assert.throws(() => createVerifier({ ...good, [`${name}s`]: 1 }), { code: 'OIDC_CONFIG_INVALID', at: `${name}s`, detail: 'unknown' })
  }
})

test('C5: a value that a verifier refuses is shown, or the rule that it breaks', async () => {
  const { jwks, ...open } = good
  for (const [settings, at, detail] of [
    [{ ...good, kind: 'refresh_token' }, 'kind', /"refresh_token"/],
    [{ ...good, profile: 'x' }, 'profile', /"x"/],
    [{ ...good, algorithms: ['ES256', 'HS256', 'RS256'] }, 'algorithms', /: "HS256"$/],
    [{ ...good, algorithms: ['none'] }, 'algorithms', /: "none"$/],
    [{ ...good, algorithms: ['ES111'] }, 'algorithms', /: "ES111"$/],
    [{ ...good, algorithms: [] }, 'algorithms', /: \[\]$/],
    [{ ...good, audience: [] }, 'audience', /: \[\]$/],
    [{ ...good, clockTolerance: 301 }, 'clockTolerance', /300/],
    [{ ...good, clockTolerance: -1 }, 'clockTolerance', /not 0 to/],
    [{ ...good, maxTokenAge: -1 }, 'maxTokenAge', /: -1$/],
    [{ ...good, keyGrace: -5 }, 'keyGrace', /: -5$/],
    [{ ...good, cors: { origins: ['https://app.example/'] } }, 'cors', /exact origins/],
    [{ ...good, cors: { origins: [] } }, 'cors', /exact origins/],
    [{ ...good, cors: {} }, 'cors', /exact origins/],
    [{ ...good, jwks: { keys: 1 } }, 'jwks', /keys/],
    [{ ...good, issuer: [issuer, 'https://two.example'] }, 'jwks', /one issuer/],
    [{ ...open, issuer: [issuer, 'https://two.example'], jwksUri: `${issuer}/keys` }, 'jwksUri', /one issuer/],
  ]) {
    const error = await failure(createVerifier(settings).ready())
    assert.deepEqual([error.code, error.at], ['OIDC_CONFIG_INVALID', at], JSON.stringify(settings))
    assert.match(error.detail, detail)
  }
  const unset = await failure(createVerifier(good).introspect('opaque'))
  assert.deepEqual([unset.code, unset.at, unset.detail], ['OIDC_CONFIG_INVALID', 'introspection', 'missing'])
})

test('C5: settings of introspection and userinfo are unknown, missing or of a wrong type by their names', async () => {
  const right = { clientId: 'c', clientSecret: 'a secret of the client', endpoint: `${issuer}/introspect` }
  const failures = async (make, settings) => {
    const fetch = async () => Response.json({ active: false })
    const name = make === userinfo ? 'userinfo' : 'introspection'
    const verifier = createVerifier({ ...good, [name]: make(settings), fetch })
    if (make === userinfo) return [await failure(verifier.userinfo('opaque', { sub: 'ada' }))]
    return [await failure(verifier.introspect('opaque')), await guarded(verifier, 'opaque').catch((error) => error)]
  }
  for (const [make, base] of [[introspection, right], [userinfo, { endpoint: `${issuer}/me` }]]) {
    for (const { name, shape, isRequired } of settingsOf(make === userinfo ? 'userinfo' : 'introspection')) {
      const wrong = [...wrongValuesOf(shape), ...(isRequired ? [[undefined, /^missing$/]] : [])]
      for (const [value, detail] of wrong) {
        // JSON has no such number, so no verifier is made.
        if (Number.isNaN(value)) continue
        for (const error of await failures(make, { ...base, [name]: value })) {
          assert.deepEqual([error.code, error.at], ['OIDC_CONFIG_INVALID', name], `${name}: ${JSON.stringify(value)}`)
          assert.match(error.detail, detail)
        }
      }
      for (const error of await failures(make, { ...base, [`${name}s`]: 1 })) {
        assert.deepEqual([error.code, error.at, error.detail], ['OIDC_CONFIG_INVALID', `${name}s`, 'unknown'])
      }
    }
  }
  for (const [more, at, detail] of [
    [{ authMethod: 'basic' }, 'authMethod', /"basic"/],
    [{ required: ['exp', 'expires'] }, 'required', /"expires"/],
    [{ keep: -1 }, 'keep', /-1/],
  ]) {
    for (const error of await failures(introspection, { ...right, ...more })) {
      assert.deepEqual([error.code, error.at], ['OIDC_CONFIG_INVALID', at])
      assert.match(error.detail, detail)
      assert.ok(!error.detail.includes(right.clientSecret))
    }
  }
  for (const [settings, at] of [['x', 'introspection'], [[], 'introspection'], [null, 'introspection']]) {
    for (const error of await failures(introspection, settings)) {
      assert.deepEqual([error.code, error.at], ['OIDC_CONFIG_INVALID', at])
      assert.match(error.detail, /wrong type/)
    }
  }
  const { jwks, ...open } = good
  const many = createVerifier({ ...open, issuer: [issuer, 'https://two.example'], introspection: introspection(right) })
  const error = await failure(many.introspect('opaque'))
  assert.deepEqual([error.code, error.at], ['OIDC_CONFIG_INVALID', 'issuer'])
  assert.match(error.detail, /several/)
})

test('C5: an issuer of a signed introspection answer that differs is shown', async () => {
  const now = Math.floor(Date.now() / 1000)
  const inner = { active: true, iss: 'https://evil.example', aud: 'api', sub: 'u', client_id: 'c', exp: now + 600 }
  const head = { alg: 'ES256', kid: 'k', typ: 'token-introspection+jwt' }
  const claims = { iss: issuer, aud: 'c', iat: now, token_introspection: inner }
  const input = [head, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')
  const signature = sign('sha256', Buffer.from(input), { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url')
  const headers = { 'content-type': 'application/token-introspection+jwt' }
  const fetch = async () => new Response(`${input}.${signature}`, { headers })
  const asking = introspection({ clientId: 'c', clientSecret: 'a secret of the client', endpoint: `${issuer}/introspect`, signed: true })
  const error = await failure(createVerifier({ ...good, introspection: asking, fetch }).introspect('opaque'))
  assert.deepEqual([error.code, error.detail], ['OIDC_ISSUER_MISMATCH', `"https://evil.example" is not "${issuer}"`])
})
