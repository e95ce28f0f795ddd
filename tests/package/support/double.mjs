// A provider double over a real socket: honest until a test tells it otherwise.
import { createHash, createSign, randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import { once } from 'node:events'
import { generateKeyPairSync } from '../../support/keys.mjs'

const pair = () => generateKeyPairSync('rsa', { modulusLength: 2048 })
const base64url = (text) => Buffer.from(text).toString('base64url')
const now = () => Math.floor(Date.now() / 1000)

/** Starts a double. `answers[path]` replaces what a path answers; `asked` lists what was asked. */
export async function startDouble() {
  let keys = pair()
  const server = createServer((request, response) => serve(double, request, response))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const issuer = `http://127.0.0.1:${server.address().port}`
  const codes = new Map()

  const double = {
    issuer,
    codes,
    asked: [],
    /** Members that replace the ID token's claims, or drop them when undefined. */
    claims: {},
    /** The algorithm it signs with, of the RSA ones. */
    alg: 'RS256',
    /** The key that signs; swap it to forge. */
    signer: keys.privateKey,
    otherKey: () => pair().privateKey,
    /** Replaces the key by another one of the same name. */
    rotate() {
      keys = pair()
      double.signer = keys.privateKey
    },
    answers: {
      '/.well-known/openid-configuration': () => json(metadataOf(issuer, double.alg)),
      '/keys': () => json({ keys: [jwkOf(keys.publicKey, double.alg)] }),
      '/token': (_request, body) => redeem(double, body),
      '/me': (request) =>
        json({ sub: 'alice', name: 'Alice', authorization: request.headers.authorization }),
      '/revoke': () => ({ status: 200, body: '' }),
    },
    /** Acts as the provider's pages: takes the request, gives the way back to the app. */
    authorize(url) {
      const asked = Object.fromEntries(new URL(url).searchParams)
      const code = randomUUID()
      codes.set(code, asked)
      const back = new URL(asked.redirect_uri)
      for (const [name, value] of Object.entries({ code, state: asked.state, iss: issuer })) {
        back.searchParams.set(name, value)
      }
      return back.href
    },
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
  return double
}

/** An answer with a JSON body. */
export const json = (body, status = 200) => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
})

async function serve(double, request, response) {
  const { pathname } = new URL(request.url, double.issuer)
  let body = ''
  for await (const part of request) body += part
  double.asked.push({ method: request.method, path: pathname, headers: request.headers, body })
  const answer = await (double.answers[pathname] ?? (() => ({ status: 404, body: '' })))(
    request,
    body,
    response,
  )
  if (!answer) return
  response.writeHead(answer.status, answer.headers)
  response.end(answer.body)
}

function metadataOf(issuer, alg) {
  return {
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    jwks_uri: `${issuer}/keys`,
    userinfo_endpoint: `${issuer}/me`,
    revocation_endpoint: `${issuer}/revoke`,
    end_session_endpoint: `${issuer}/end`,
    response_types_supported: ['code'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: [alg],
    authorization_response_iss_parameter_supported: true,
  }
}

const jwkOf = (key, alg) => ({ ...key.export({ format: 'jwk' }), kid: 'one', alg, use: 'sig' })

function redeem(double, body) {
  const form = new URLSearchParams(body)
  const asked = double.codes.get(form.get('code'))
  double.codes.delete(form.get('code'))
  const challenge = createHash('sha256')
    .update(form.get('code_verifier') ?? '')
    .digest('base64url')
  if (asked?.code_challenge !== challenge) return json({ error: 'invalid_grant' }, 400)
  return json({
    access_token: 'token-of-alice',
    token_type: 'Bearer',
    expires_in: double.expiresIn ?? 3600,
    scope: asked.scope,
    id_token: idToken(double, asked),
  })
}

/** An ID token of the double for the parameters of a request. */
export function idToken(double, asked) {
  const claims = {
    iss: double.issuer,
    sub: 'alice',
    aud: asked.client_id,
    exp: now() + 3600,
    iat: now(),
    nonce: asked.nonce,
    ...double.claims,
  }
  const { alg } = double
  const header = { alg, kid: 'one' }
  const payload = double.payload?.(claims) ?? JSON.stringify(claims)
  const input = `${base64url(JSON.stringify(header))}.${base64url(payload)}`
  return `${input}.${createSign(`sha${alg.slice(2)}`).update(input).sign(double.signer, 'base64url')}`
}
