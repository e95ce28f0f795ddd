// E5: UserInfo of Entrust IDaaS as JSON or as a signed JWT, for a server and in a page.
import assert from 'node:assert/strict'
import { createSign, generateKeyPairSync } from 'node:crypto'
import test from 'node:test'
import { clientId, host, issuer, open, startEntrust } from '../support/entrust.mjs'
import { load } from '../support/package.mjs'
import { code } from '../support/stage.mjs'

const [{ entrust }, { createVerifier }, { userinfo }] = await Promise.all(
  ['./providers', './edge', './introspection'].map((entry) => load(entry)),
)
const signed = { userinfo_signed_response_alg: 'RS256' }
const own = generateKeyPairSync('rsa', { modulusLength: 2048 })
const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url')

/** A JWT answer of the UserInfo endpoint that no key of the provider signed, unless `key` says otherwise. */
function answerWith(claims, { header = { alg: 'RS256', kid: 'own' }, key = own.privateKey } = {}) {
  const input = `${part(header)}.${part(claims)}`
  const signature = header.alg === 'none' ? '' : createSign('sha256').update(input).sign(key, 'base64url')
  return new Response(`${input}.${signature}`, { headers: { 'content-type': 'application/jwt', 'access-control-allow-origin': '*' } })
}

/** Adds the tests' own key to the provider's, so that the claims alone decide about an answer. */
function publishOwnKey(emulator) {
  emulator.answers['/jwks'] = async (response) => {
    const { keys } = await response.json()
    return Response.json({ keys: [...keys, { ...own.publicKey.export({ format: 'jwk' }), kid: 'own', use: 'sig', alg: 'RS256' }] })
  }
}

const server = (t, more) => startEntrust(t, { serves: 'sessions', settings: { userInfo: true }, ...more })

test('E5: a sign-in on a server takes the claims of UserInfo, as JSON and as a signed JWT', async (t) => {
  for (const client of [{}, signed]) {
    const emulator = await server(t, { client })
    const user = await open(t, emulator).signIn()
    assert.deepEqual([user.sub, user.name, user.email], ['alice@example.com', 'Alice', 'alice@example.com'])
    assert.equal(emulator.at('/me').length, 1)
  }
})

test('E5: iss and aud of a signed answer are compared if they are there, and sub always', async (t) => {
  const emulator = await server(t, { client: signed })
  publishOwnKey(emulator)
  const right = { iss: issuer, aud: 'server', sub: 'alice@example.com', name: 'Signed' }
  const { iss: _iss, ...noIssuer } = right
  const { aud: _aud, ...noAudience } = right
  for (const claims of [right, noIssuer, noAudience, { ...right, aud: ['other', 'server'] }, { ...right, exp: Date.now() }]) {
    emulator.answers['/me'] = () => answerWith(claims)
    assert.equal((await open(t, emulator).signIn()).name, 'Signed')
  }
  for (const [claims, expected, at] of [
    [{ ...right, iss: 'https://other.us.trustedauth.com/api/oidc' }, 'OIDC_ISSUER_MISMATCH'],
    [{ ...right, iss: 5 }, 'OIDC_CLAIM_INVALID', 'iss'],
    [{ ...right, aud: 'other' }, 'OIDC_AUDIENCE_MISMATCH'],
    [{ ...right, aud: [] }, 'OIDC_AUDIENCE_MISMATCH'],
    [{ ...right, aud: null }, 'OIDC_CLAIM_INVALID', 'aud'],
    [{ ...right, sub: 'bob@example.com' }, 'OIDC_USERINFO_SUB_MISMATCH'],
    [{ iss: issuer, aud: 'server' }, 'OIDC_USERINFO_SUB_MISMATCH'],
    [{ ...right, exp: 1 }, 'OIDC_TOKEN_EXPIRED'],
    [{ ...right, nbf: Date.now() }, 'OIDC_TOKEN_NOT_YET_VALID'],
  ]) {
    emulator.answers['/me'] = () => answerWith(claims)
    const stage = open(t, emulator)
    await assert.rejects(stage.signIn(), at ? code(expected, at) : code(expected), JSON.stringify(claims))
    assert.equal(await stage.user(), null)
  }
})

test('E5: a signed answer may have another name of the issuer that the settings have', async (t) => {
  const names = ['b.trustedauth.example', 'c.trustedauth.example']
  const emulator = await server(t, { client: signed, settings: { userInfo: true, issuerAliases: names } })
  publishOwnKey(emulator)
  const right = { aud: 'server', sub: 'alice@example.com', name: 'Signed' }
  for (const iss of [issuer, ...names]) {
    emulator.answers['/me'] = () => answerWith({ ...right, iss })
    const user = await open(t, emulator).signIn()
    assert.deepEqual([user.name, user.iss], ['Signed', issuer])
  }
  emulator.answers['/me'] = () => answerWith({ ...right, iss: 'd.trustedauth.example' })
  await assert.rejects(open(t, emulator).signIn(), code('OIDC_ISSUER_MISMATCH'))
})

test('E5: a signed answer needs a signature of the issuer, and none is no algorithm', async (t) => {
  const emulator = await server(t, { client: signed })
  const claims = { iss: issuer, aud: 'server', sub: 'alice@example.com' }
  for (const [options, expected] of [
    [{}, /OIDC_(KEY_NOT_FOUND|SIGNATURE_INVALID)/],
    [{ header: { alg: 'RS256' } }, /OIDC_SIGNATURE_INVALID/],
    [{ header: { alg: 'none' } }, /OIDC_ALG_FORBIDDEN/],
    [{ header: { alg: 'HS256', kid: 'own' } }, /OIDC_ALG_(FORBIDDEN|UNSUPPORTED)/],
    [{ header: { alg: 'RS256', kid: 'own', typ: 'logout+jwt' } }, /OIDC_TYP_FORBIDDEN/],
  ]) {
    emulator.answers['/me'] = () => answerWith(claims, options)
    await assert.rejects(open(t, emulator).signIn(), (error) => expected.test(error.code) || assert.fail(error.code))
  }
  // The setting `algorithms` counts here too.
  publishOwnKey(emulator)
  emulator.answers['/me'] = () => answerWith(claims)
  await assert.rejects(open(t, emulator, { algorithms: ['PS256'] }).signIn(), code('OIDC_ALG_FORBIDDEN'))
})

/** UserInfo of the page's user, as docs/providers/entrust.md shows it. */
function signedUserInfo(emulator, auth, fetch) {
  const verifier = createVerifier({ provider: entrust({ host }), audience: clientId, userinfo: userinfo({ clientId }), fetch })
  return async () => verifier.userinfo((await auth.getAccessToken()).accessToken, { sub: auth.user.sub })
}

test('E5: in a page userInfo() takes JSON, and names a signed answer by its code', async (t) => {
  const plain = open(t, await startEntrust(t))
  await plain.signIn()
  assert.equal((await plain.userInfo()).name, 'Alice')
  const stage = open(t, await startEntrust(t, { client: signed }))
  await stage.signIn()
  await assert.rejects(stage.userInfo(), code('OIDC_USERINFO_SIGNED', 'userinfo_endpoint'))
})

test('E5: in a page a verifier reads a signed answer, and checks it', async (t) => {
  for (const client of [{}, signed]) {
    const emulator = await startEntrust(t, { client })
    const stage = open(t, emulator)
    await stage.signIn()
    const read = signedUserInfo(emulator, stage.auth, emulator.fetch)
    assert.equal((await read()).name, 'Alice')
    publishOwnKey(emulator)
    const right = { iss: issuer, aud: clientId, sub: 'alice@example.com' }
    for (const [claims, expected] of [
      [{ ...right, iss: 'https://other.us.trustedauth.com/api/oidc' }, 'OIDC_ISSUER_MISMATCH'],
      [{ ...right, aud: 'other' }, 'OIDC_AUDIENCE_MISMATCH'],
      [{ ...right, sub: 'bob' }, 'OIDC_USERINFO_SUB_MISMATCH'],
    ]) {
      emulator.answers['/me'] = () => answerWith(claims)
      await assert.rejects(signedUserInfo(emulator, stage.auth, emulator.fetch)(), code(expected))
    }
    emulator.answers['/me'] = () => answerWith(right, { header: { alg: 'none' } })
    await assert.rejects(read(), code('OIDC_ALG_FORBIDDEN'))
  }
})
