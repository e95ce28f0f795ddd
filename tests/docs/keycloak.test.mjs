// The page of Keycloak: its client makes tokens that the documented verifiers accept, and each part is needed for what the table
// says.
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import test from 'node:test'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { load } from '../package/support/package.mjs'
import { root, textOf } from './harness/examples.mjs'

const [{ createVerifier }, { keycloak }] = await Promise.all(['./edge', './providers'].map((entry) => load(entry)))
const PAGE = 'docs/keycloak.md'
const text = textOf(PAGE)
const client = JSON.parse(/```json\n([^]*?)```/.exec(text)[1])
const [, origin, realm] = /keycloak\(\{ origin: '([^']+)', realm: '([^']+)' \}\)/.exec(text)
const issuer = `${origin}/realms/${realm}`
const audience = 'https://api.example.com/'
const { privateKey, publicKey } = await generateKeyPair('RS256')
const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid: 'k', alg: 'RS256', use: 'sig' }] }

/** The access token that Keycloak makes for a client: its mappers write claims, and an attribute sets the type. */
function tokenOf({ clientId, protocolMappers, attributes }) {
  const now = Math.floor(Date.now() / 1000)
  const claims = { iss: issuer, sub: 'alice', jti: 'j', iat: now, exp: now + 300, typ: 'Bearer', azp: clientId, scope: 'openid' }
  for (const { protocolMapper, config } of protocolMappers) {
    if (config['access.token.claim'] !== 'true') continue
    if (protocolMapper === 'oidc-audience-mapper') claims.aud = config['included.custom.audience']
    if (protocolMapper === 'oidc-hardcoded-claim-mapper') claims[config['claim.name']] = config['claim.value']
  }
  const typ = attributes['access.token.header.type.rfc9068'] === 'true' ? 'at+jwt' : 'JWT'
  return new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: 'k', typ }).sign(privateKey)
}

const PROVIDER = { provider: keycloak({ origin, realm }) }
/** The ways in which the page configures an API, and the codes of the table. */
const WAYS = { issuer: { issuer }, preset: PROVIDER, "profile: 'jwt'": { issuer, profile: 'jwt' } }
const without = (mapper) => ({ ...client, protocolMappers: client.protocolMappers.filter(({ protocolMapper }) => protocolMapper !== mapper) })

async function outcomeOf(way, of) {
  const verifier = createVerifier({ ...WAYS[way], audience, jwks })
  return verifier.verify(await tokenOf(of)).then(({ sub }) => sub, ({ code }) => code)
}

test('D15: the client of the page makes tokens that an API accepts by issuer, by preset and by profile', async () => {
  for (const way of Object.keys(WAYS)) assert.equal(await outcomeOf(way, client), 'alice', way)
})

test('D15: without a part of the client an API says the code of the table', async () => {
  const cellOf = (part) => text.split('\n').find((line) => line.startsWith(`| ${part}`))
  const { attributes, ...rest } = client
  for (const [part, of, code, helps] of [
    ['mapper `oidc-audience-mapper`', without('oidc-audience-mapper'), 'OIDC_CLAIM_INVALID', []],
    ['`access.token.header.type.rfc9068`', { ...rest, attributes: {} }, 'OIDC_TYP_FORBIDDEN', ['preset', "profile: 'jwt'"]],
    ['mapper `oidc-hardcoded-claim-mapper`', without('oidc-hardcoded-claim-mapper'), 'OIDC_CLAIM_INVALID', ['preset', "profile: 'jwt'"]],
  ]) {
    const cell = cellOf(part)
    assert.ok(cell?.includes(code), `${part}: ${cell}`)
    for (const way of Object.keys(WAYS)) {
      assert.equal(await outcomeOf(way, of), helps.includes(way) ? 'alice' : code, `${part}, ${way}`)
      if (helps.includes(way)) assert.ok(cell.includes(way), `${part}: the page does not name ${way}`)
    }
  }
})

test('D15: the audience mapper, the profile and the mapper for client_id are on one page, which others lead to', () => {
  for (const part of ['oidc-audience-mapper', "profile: 'jwt'", '"claim.name": "client_id"']) assert.ok(text.includes(part), part)
  const [, target] = /\[`profile: 'jwt'`\]\(([^)#]+)#/.exec(text)
  assert.ok(existsSync(new URL(`docs/${target}`, root)))
  for (const file of ['docs/README.md', 'docs/providers/keycloak.md']) assert.match(textOf(file), /keycloak\.md/, file)
})

test('D15: frame-src names the origin of the sign-in pages too, where that is another one', () => {
  const [, line] = /^(- `frame-src` [^]*?)\n- /m.exec(textOf('docs/page.md'))
  assert.match(line.replace(/\s+/g, ' '), /sign-in pages have another origin, it names that one too/)
})
