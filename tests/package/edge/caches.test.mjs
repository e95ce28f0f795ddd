// The caches of a verifier: keys by their issuer, answers by the whole question.
import assert from 'node:assert/strict'
import { sign } from 'node:crypto'
import test from 'node:test'
import { load } from '../support/package.mjs'
import { code } from '../support/stage.mjs'
import { generateKeyPairSync } from '../../support/keys.mjs'

const { createVerifier } = await load('./edge')
const NOW = 1_700_000_000

/** An issuer with a key named `k`, and the requests that it received. */
function makeIssuer(issuer) {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'k', alg: 'ES256', use: 'sig' }
  const answers = {
    [`${issuer}/.well-known/openid-configuration`]: { issuer, jwks_uri: `${issuer}/jwks` },
    [`${issuer}/jwks`]: { keys: [jwk] },
  }
  return {
    answers,
    token(claims, header) {
      const head = { alg: 'ES256', kid: 'k', typ: 'at+jwt', ...header }
      const all = {
        ...{ iss: issuer, aud: 'api', sub: 'ada', client_id: 'c', jti: '1' },
        ...{ iat: NOW, exp: NOW + 600 },
        ...claims,
      }
      const parts = [head, all].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      const key = { key: privateKey, dsaEncoding: 'ieee-p1363' }
      return `${parts.join('.')}.${sign('sha256', parts.join('.'), key).toString('base64url')}`
    },
  }
}

function makeNetwork(...issuers) {
  const answers = Object.assign({}, ...issuers.map((issuer) => issuer.answers))
  const asked = []
  const fetch = async (url) => {
    asked.push(String(url))
    await new Promise((resolve) => setTimeout(resolve, 30))
    const body = answers[String(url)]
    return new Response(JSON.stringify(body ?? {}), { status: body ? 200 : 404 })
  }
  return { fetch, asked }
}

const config = (issuer, network, more) => ({
  issuer,
  audience: 'api',
  fetch: network.fetch,
  now: () => NOW,
  ...more,
})

test('ATJ-12, CVE-2026-35039: the cache never answers for another token', async () => {
  const issuer = makeIssuer('https://op.example')
  const network = makeNetwork(issuer)
  const verifier = createVerifier(config('https://op.example', network))
  const token = issuer.token({ acr: 'mfa' })
  const expected = { acrValues: 'mfa' }
  assert.equal((await verifier.verify(token, expected)).sub, 'ada')
  assert.equal((await verifier.verify(token, expected)).sub, 'ada')
  for (const forged of [
    `${JSON.stringify(expected)} ${token}`,
    `${JSON.stringify(expected)}${token}`,
    ` ${token}`,
    `${token} `,
    `{} ${token}`,
  ]) {
    await assert.rejects(verifier.verify(forged), code('OIDC_TOKEN_MALFORMED'))
    await assert.rejects(verifier.verify(forged, expected), code('OIDC_TOKEN_MALFORMED'))
  }
})

test('ATJ-12: a cached result for one expectation is not used for another', async () => {
  const issuer = makeIssuer('https://op.example')
  const verifier = createVerifier(config('https://op.example', makeNetwork(issuer)))
  const [ada, eve] = ['ada', 'eve'].map((sub) => issuer.token({ sub, acr: 'pwd' }))
  assert.equal((await verifier.verify(ada)).sub, 'ada')
  assert.equal((await verifier.verify(eve)).sub, 'eve')
  await assert.rejects(verifier.verify(ada, { acrValues: 'mfa' }), code('OIDC_ACR_MISMATCH'))
  assert.equal((await verifier.verify(ada, { acrValues: 'pwd' })).sub, 'ada')
  const bent = `${ada.slice(0, -1)}${ada.endsWith('A') ? 'Q' : 'A'}`
  await assert.rejects(verifier.verify(bent))
})

test('ATJ-12: a cached result expires with its token', async () => {
  const issuer = makeIssuer('https://op.example')
  let now = NOW
  const network = makeNetwork(issuer)
  const verifier = createVerifier({ ...config('https://op.example', network), now: () => now })
  const token = issuer.token()
  assert.equal((await verifier.verify(token)).sub, 'ada')
  now = NOW + 600 + 29
  assert.equal((await verifier.verify(token)).sub, 'ada')
  now = NOW + 600 + 30
  await assert.rejects(verifier.verify(token), code('OIDC_TOKEN_EXPIRED'))
})

test('DSC-09, DSC-12, CVE-2026-49998: keys of two issuers with one kid are two keys', async () => {
  const issuers = ['https://a.example', 'https://b.example']
  const [a, b] = issuers.map(makeIssuer)
  const verifier = createVerifier(config(issuers, makeNetwork(a, b)))
  assert.equal((await verifier.verify(a.token())).iss, issuers[0])
  assert.equal((await verifier.verify(b.token())).iss, issuers[1])
  for (const forged of [a.token({ iss: issuers[1] }), b.token({ iss: issuers[0] })]) {
    await assert.rejects(verifier.verify(forged), code('OIDC_SIGNATURE_INVALID'))
  }
})

test('DSC-15: a hundred verifications at once send one request for keys', async () => {
  const issuer = makeIssuer('https://op.example')
  const network = makeNetwork(issuer)
  const verifier = createVerifier(config('https://op.example', network))
  const tokens = Array.from({ length: 100 }, (_, number) => issuer.token({ jti: `${number}` }))
  const all = await Promise.all(tokens.map((token) => verifier.verify(token)))
  assert.deepEqual(new Set(all.map(({ jti }) => jti)).size, 100)
  assert.deepEqual(network.asked, Object.keys(issuer.answers))
})
