// A provider of a third party, and gates in front of an instance's APIs that accept its tokens.
import assert from 'node:assert/strict'
import { createHmac, sign } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { generateKeyPairSync } from '../../support/keys.mjs'
import { load } from './package.mjs'

export const CLIENT = '0oagd8o97kiBOwpwB0h7'
export const INCIDENT = 'https://dev.service-now.example/api/now/table/incident/897b04f2dbd4a300a135364e9d961952'
/** The documented failure, byte for byte. */
export const BODY =
  '{"error":{"message":"User Not Authenticated","detail":"Required to provide Auth information"},"status":"failure"}'
/** The time of every test that does not say another one. */
export const NOW = Math.floor(Date.now() / 1000)

const base64url = (text) => Buffer.from(text).toString('base64url')
const pair = () => generateKeyPairSync('rsa', { modulusLength: 2048 })

/** Starts a provider. Its tokens have the shape of the manual's example: no `typ`, a `jti`, `amr`, a nonce. */
export async function startIdp(t, { issuerPath = '' } = {}) {
  const { privateKey, publicKey } = pair()
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'c56me9WSLOVv7PS0q88C9uoIs61Pa7fPn2dUE9oQ5H8', alg: 'RS256', use: 'sig' }
  const asked = []
  const server = createServer((request, response) => {
    asked.push(request.url)
    const answer = idp.answers[request.url]
    if (!answer) return response.writeHead(404).end()
    response.setHeader('content-type', 'application/json').end(JSON.stringify(answer(request)))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  const origin = `http://127.0.0.1:${server.address().port}`
  const issuer = `${origin}${issuerPath}`
  let count = 0
  const idp = {
    origin,
    issuer,
    metadataUrl: `${origin}/.well-known/openid-configuration`,
    asked,
    publicKey,
    answers: {
      '/.well-known/openid-configuration': () => ({
        issuer, jwks_uri: `${origin}/keys`, id_token_signing_alg_values_supported: ['RS256'],
      }),
      '/keys': () => ({ keys: [jwk] }),
    },
    claims: (more = {}) => ({
      sub: '00ugd85vpj1eyzTj0h7',
      name: 'A User',
      email: 'user@example.com',
      ver: 1,
      iss: issuer,
      aud: CLIENT,
      iat: NOW,
      exp: NOW + 3600,
      jti: `ID.${(count += 1)}`,
      amr: ['pwd'],
      nonce: 'snow',
      email_verified: true,
      auth_time: NOW,
      ...more,
    }),
    /** A token with claims that are replaced, or dropped when `undefined`. */
    token(more = {}, { header = {}, key = privateKey } = {}) {
      const head = { kid: jwk.kid, alg: 'RS256', ...header }
      const input = `${base64url(JSON.stringify(head))}.${base64url(JSON.stringify(idp.claims(more)))}`
      return `${input}.${sign('sha256', Buffer.from(input), key).toString('base64url')}`
    },
    /** A token whose header says `alg`, and whose signature is any text. */
    forged(alg, signature = () => '') {
      const input = `${base64url(JSON.stringify({ kid: jwk.kid, alg }))}.${base64url(JSON.stringify(idp.claims()))}`
      return `${input}.${signature(input)}`
    },
    hmac: (input) =>
      createHmac('sha256', publicKey.export({ type: 'spki', format: 'pem' })).update(input).digest('base64url'),
    otherKey: () => pair().privateKey,
  }
  return idp
}

/** An entity at a provider. */
export const entityAt = (idp, more = {}) => ({
  name: 'Okta',
  clientId: CLIENT,
  metadataUrl: idp.metadataUrl,
  userClaim: 'email',
  userField: 'email',
  ...more,
})

/** The table of users, and the hooks over it. */
export function usersOf(...users) {
  const table = [{ sys_id: '1', user_name: 'user', email: 'user@example.com' }, ...users]
  return {
    table,
    queries: [],
    created: [],
    findUser(query) {
      this.queries.push(query)
      return table.filter((user) => user[query.field] === query.value)
    },
    provisionUser(user) {
      this.created.push(user)
      const made = { sys_id: `${table.length + 1}`, ...user.fields, roles: user.roles }
      table.push(made)
      return made
    },
  }
}

/** A gate with one entity, and how a test asks it. */
export async function openGate(idp, { entity = {}, users = usersOf(), ...more } = {}) {
  const { createGate } = await load('./servicenow')
  const gate = createGate({
    entities: [entityAt(idp, entity)],
    findUser: (query) => users.findUser(query),
    provisionUser: (user) => users.provisionUser(user),
    allowLoopbackIssuer: true,
    now: () => NOW,
    ...more,
  })
  const ask = (token, { url = INCIDENT, headers = {}, ...init } = {}) =>
    gate.guard(new Request(url, { headers: { ...(token && { authorization: `Bearer ${token}` }), ...headers }, ...init }))
  return { gate, ask, users }
}

/** Asserts that a request passed. Returns the outcome. */
export function passed(outcome) {
  assert.equal(outcome.ok, true, String(outcome.error))
  return outcome
}

/** Asserts the documented failure, and why it is one. */
export async function refused(outcome, code, at) {
  assert.equal(outcome.ok, false, 'the request passed')
  const { response, error } = outcome
  assert.equal(response.status, 401)
  assert.equal(response.headers.get('content-type'), 'application/json')
  assert.equal(Buffer.from(await response.arrayBuffer()).toString('latin1'), BODY)
  assert.equal(error.code, code, String(error))
  if (at !== undefined) assert.equal(error.at, at)
  return outcome
}
