// The examples for APIs run as they are written: on workerd or in Node, with tokens of a real provider.
import assert from 'node:assert/strict'
import { sign } from 'node:crypto'
import test from 'node:test'
import { CompactEncrypt, exportJWK, generateKeyPair, SignJWT } from 'jose'
import { example } from './harness/examples.mjs'
import { accessToken, API, APP, ISSUER, startPlaces, tokens, useFetch } from './harness/places.mjs'
import { load } from './harness/project.mjs'
import { startWorker } from './harness/worker.mjs'
import { generateKeyPairSync } from '../support/keys.mjs'

const bearer = (token) => ({ headers: { authorization: `Bearer ${token}` } })

/** A Worker of an example, and the places it reaches. */
async function startExample(t, { code }, { places: options, ...worker } = {}) {
  const places = await startPlaces(t, options)
  const ask = await startWorker(t, places, { files: { 'worker.ts': code }, wasm: ['edge.wasm'], ...worker })
  return { places, ask }
}

test('README: a Worker lets in a token with the scope, and challenges other requests', async (t) => {
  const { places, ask } = await startExample(t, example('README.md#an-api-in-a-worker'))
  const good = await ask(`${API}inbox`, bearer(await accessToken(places)))
  assert.deepEqual([good.status, await good.json()], [200, { hello: 'alice' }])
  const none = await ask(`${API}inbox`)
  assert.deepEqual([none.status, none.headers.get('www-authenticate')?.split(' ')[0]], [401, 'Bearer'])
  const refused = await ask(`${API}inbox`, bearer(await accessToken(places, 'openid inbox:write')))
  assert.equal(refused.status, 403)
  assert.match(refused.headers.get('www-authenticate'), /error="insufficient_scope"/)
})

test('guard: a page may call the API, and read why it refused', async (t) => {
  const { places, ask } = await startExample(t, example('docs/edge.md#verify-tokens-at-the-edge'))
  const asked = { origin: APP, 'access-control-request-method': 'GET', 'access-control-request-headers': 'authorization' }
  const preflight = await ask(`${API}inbox`, { method: 'OPTIONS', headers: asked })
  assert.equal(preflight.headers.get('access-control-allow-origin'), APP)
  const { headers } = bearer(await accessToken(places))
  const good = await ask(`${API}inbox`, { headers: { ...headers, origin: APP } })
  assert.deepEqual([good.status, good.headers.get('access-control-allow-origin')], [200, APP])
  const refused = await ask(`${API}inbox`, { headers: { origin: APP } })
  assert.match(refused.headers.get('access-control-expose-headers'), /www-authenticate/i)
})

test('claims: a token without a claim that the route requires is refused', async (t) => {
  const { places, ask } = await startExample(t, example('docs/edge.md#roles-and-permissions'))
  const refused = await ask(API, bearer(await accessToken(places)))
  assert.equal(refused.status, 403)
  assert.match(refused.headers.get('www-authenticate'), /error="insufficient_scope"/)
})

test('bindings: settings come from the Worker, and keys go into its KV namespace', async (t) => {
  const { places, ask } = await startExample(t, example('docs/edge.md#bindings-of-a-worker'), {
    kvNamespaces: ['KEYS'],
    bindings: { ISSUER },
  })
  const answer = await ask(API, bearer(await accessToken(places)))
  assert.equal((await answer.json()).sub, 'alice')
})

test('replay: a token is accepted once', async (t) => {
  const { places, ask } = await startExample(t, example('docs/edge.md#accept-each-token-once'), {
    durableObjects: { REPLAY: 'ReplayObject' },
  })
  const init = bearer(await accessToken(places))
  assert.deepEqual([(await ask(API, init)).status, (await ask(API, init)).status], [200, 401])
})

test('resourceMetadata: the API announces itself, and challenges name the address', async (t) => {
  const { ask } = await startExample(t, example('docs/edge.md#announce-the-api'))
  const announced = await ask(`${API}.well-known/oauth-protected-resource`)
  assert.equal((await announced.json()).resource_name, 'Inbox')
  const challenge = (await ask(API)).headers.get('www-authenticate')
  assert.match(challenge, /resource_metadata="https:\/\/api\.example\.com\/\.well-known\/oauth-protected-resource"/)
})

test('ID tokens: only the nonce that was sent is accepted', async (t) => {
  const places = await startPlaces(t)
  useFetch(t, places)
  const { code } = example('docs/edge.md#verify-an-id-token')
  const { check } = await load(t, { 'main.ts': code }, 'main.ts')
  const { id_token: token } = await tokens(places)
  assert.equal((await check(token, 'n-1')).sub, 'alice')
  await assert.rejects(check(token, 'n-2'), { code: 'OIDC_NONCE_MISMATCH' })
})

test('a template of an issuer, and an encrypted ID token', async (t) => {
  const tid = '9188040d-6c67-4c5b-b112-36a304b66dad'
  const issuer = `https://login.microsoftonline.com/${tid}/v2.0`
  const signing = await generateKeyPair('RS256')
  const mine = await generateKeyPair('RSA-OAEP-256', { extractable: true })
  const jwk = { ...(await exportJWK(signing.publicKey)), kid: 'one', alg: 'RS256', use: 'sig' }
  const places = await startPlaces(t, {
    answers: {
      'login.microsoftonline.com': ({ url }) =>
        Response.json(url.endsWith('/keys') ? { keys: [jwk] } : {
          issuer: 'https://login.microsoftonline.com/{tenantid}/v2.0',
          jwks_uri: 'https://login.microsoftonline.com/keys',
        }),
    },
  })
  useFetch(t, places)
  globalThis.privateKey = await exportJWK(mine.privateKey)
  t.after(() => delete globalThis.privateKey)
  const { code } = example('docs/edge.md#verify-an-id-token.2')
  const { verifier } = await load(t, { 'main.ts': code }, 'main.ts')
  const encrypted = async (claims) => {
    const signed = await new SignJWT({ tid, nonce: 'n-1', ...claims })
      .setProtectedHeader({ alg: 'RS256', kid: 'one' })
      .setIssuer(issuer).setSubject('alice').setAudience('my-client-id').setIssuedAt().setExpirationTime('5m')
      .sign(signing.privateKey)
    return new CompactEncrypt(Buffer.from(signed))
      .setProtectedHeader({ alg: 'RSA-OAEP-256', enc: 'A256GCM', cty: 'JWT' })
      .encrypt(mine.publicKey)
  }
  assert.equal((await verifier.verify(await encrypted({}), { nonce: 'n-1' })).sub, 'alice')
  const other = await encrypted({ tid: 'another' })
  await assert.rejects(verifier.verify(other, { nonce: 'n-1' }), { code: /^OIDC_(ISSUER|TENANT)/ })
})

test('several issuers: each issuer signs for itself alone', async (t) => {
  const issuerAt = async (host, path) => {
    const { privateKey, publicKey } = await generateKeyPair('RS256')
    const jwk = { ...(await exportJWK(publicKey)), kid: host, alg: 'RS256', use: 'sig' }
    const answer = ({ url }) => Response.json(url.endsWith('/keys')
      ? { keys: [jwk] }
      : { issuer: `https://${host}${path}`, jwks_uri: `https://${host}/keys` })
    const tokenOf = (iss, typ) => new SignJWT({ client_id: 'c', appid: 'c', jti: 'j' })
      .setProtectedHeader({ alg: 'RS256', kid: host, typ })
      .setIssuer(iss).setSubject('alice').setAudience(API).setIssuedAt().setExpirationTime('5m')
      .sign(privateKey)
    return { host, answer, tokenOf }
  }
  const [adfs, op] = [await issuerAt('fs.example.com', '/adfs'), await issuerAt('op.example.com', '')]
  const places = await startPlaces(t, { answers: Object.fromEntries([adfs, op].map(({ host, answer }) => [host, answer])) })
  useFetch(t, places)
  const { code } = example('docs/edge.md#several-issuers')
  const { verifier } = await load(t, { 'main.ts': code }, 'main.ts')
  const trust = 'http://fs.example.com/adfs/services/trust'
  assert.equal((await verifier.verify(await adfs.tokenOf(trust, 'JWT'))).iss, trust)
  assert.equal((await verifier.verify(await op.tokenOf('https://op.example.com', 'at+jwt'))).sub, 'alice')
  await assert.rejects(verifier.verify(await op.tokenOf(trust, 'JWT')), { code: /^OIDC_(SIGNATURE_INVALID|KEY_NOT_FOUND)$/ })
  await assert.rejects(verifier.verify(await op.tokenOf('https://op.example.com', 'JWT')), { code: 'OIDC_TYP_FORBIDDEN' })
})

test('introspection: an opaque token passes while its issuer says that it is active', async (t) => {
  const { places, ask } = await startExample(t, example('docs/introspection.md#introspection-and-userinfo'), {
    places: { api: { accessTokenFormat: 'opaque' } },
    wasm: ['edge.wasm', 'ask.wasm'],
    bindings: { API_SECRET: 'of the API' },
  })
  const token = await accessToken(places)
  assert.doesNotMatch(token, /\./)
  assert.deepEqual(await (await ask(API, bearer(token))).json(), { hello: 'alice' })
  assert.equal((await ask(API, bearer(`${token}x`))).status, 401)
})

test('UserInfo: the answer is about the subject of the token', async (t) => {
  let sub = 'alice'
  const places = await startPlaces(t, {
    answers: { 'id.example.com/me': () => Response.json({ sub, email: 'alice@example.com' }) },
  })
  useFetch(t, places)
  const { code } = example('docs/introspection.md#userinfo')
  const { profile } = await load(t, { 'main.ts': code }, 'main.ts')
  assert.equal((await profile(await accessToken(places))).email, 'alice@example.com')
  sub = 'mallory'
  await assert.rejects(profile(await accessToken(places)), { code: 'OIDC_USERINFO_SUB_MISMATCH' })
})

test('JOSE: a nested token is decrypted and its signature verified', async (t) => {
  const { code } = example('docs/jose.md#jose-tools')
  const { open } = await load(t, { 'main.ts': code }, 'main.ts')
  const mine = await generateKeyPair('ECDH-ES', { extractable: true })
  const theirs = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const head = Buffer.from(JSON.stringify({ alg: 'ES256' })).toString('base64url')
  const input = `${head}.${Buffer.from('hello').toString('base64url')}`
  const key = { key: theirs.privateKey, dsaEncoding: 'ieee-p1363' }
  const signed = `${input}.${sign('sha256', Buffer.from(input), key).toString('base64url')}`
  const token = await new CompactEncrypt(Buffer.from(signed))
    .setProtectedHeader({ alg: 'ECDH-ES', enc: 'A256GCM' })
    .encrypt(mine.publicKey)
  const keys = { keys: [theirs.publicKey.export({ format: 'jwk' })] }
  const { payload } = await open(token, await exportJWK(mine.privateKey), keys)
  assert.equal(Buffer.from(payload).toString(), 'hello')
})

test('soft: a token is verified without waiting', async (t) => {
  const places = await startPlaces(t)
  useFetch(t, places)
  const { code } = example('docs/soft.md#signatures-in-rust')
  const { subjectOf } = await load(t, { 'main.ts': code }, 'main.ts')
  assert.equal(await subjectOf(await accessToken(places)), 'alice')
})

for (const { id, code } of [
  example('docs/slim.md#sentences-in-errors'),
  example('docs/errors.md#hints-as-sentences'),
]) {
  test(`${id}: after explainErrors a hint is a sentence`, async (t) => {
    const files = { 'hints.ts': code, 'main.ts': "import './hints'\nexport { createClient } from 'countersign'" }
    const { createClient } = await load(t, files, 'main.ts')
    assert.throws(() => createClient({}), ({ code, hint }) => code === 'OIDC_CONFIG_INVALID' && hint.includes('`at`'))
  })
}
