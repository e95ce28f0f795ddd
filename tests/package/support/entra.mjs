// Entra as an external authentication method meets it: it serves its keys, posts requests with a hint, and validates
// answers as its documentation says. Everything passes through real sockets; the addresses stay the real ones.
import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { request as ask } from 'node:http'
import { importX509, jwtVerify, SignJWT } from 'jose'
import { listen } from '../../../www/server/listen.js'
import { generateKeyPairSync } from '../../support/keys.mjs'
import { certificateOf } from './certificate.mjs'

const vector = (path) => JSON.parse(readFileSync(new URL(`../../vectors/providers/${path}`, import.meta.url), 'utf8'))

export const TENANT = 'aaaabbbb-0000-cccc-1111-dddd2222eeee'
/** The tenant of the guest example. */
export const GUEST_TENANT = '9122040d-6c67-4c5b-b112-36a304b66dad'
export const OTHER_TENANT = '0fd1a5b3-7a3d-4a0b-9a46-3f9c1d2e4f50'
export const APP_ID = '00001111-aaaa-2222-bbbb-3333cccc4444'
export const ISSUER = 'https://mfa.example'
export const CLIENT_ID = 'contoso'
export const SECRET = 'kQ3vN8xT1bZ5mC7wR9yL2dF4hJ6gS0pA'

export const newPair = () => generateKeyPairSync('rsa', { modulusLength: 2048 })

/** A signing key as the settings of the method have it. */
export function signingKey(more = {}, pair = newPair()) {
  return { key: pair.privateKey.export({ format: 'jwk' }), x5c: [certificateOf(pair)], ...more }
}

/** Starts Entra's key server for a cloud. */
export async function startEntra(t, { cloud = 'login.microsoftonline.com' } = {}) {
  const pair = newPair()
  const template = `https://${cloud}/{tenantid}/v2.0`
  const { n, e } = pair.publicKey.export({ format: 'jwk' })
  const keys = { keys: [{ kty: 'RSA', use: 'sig', kid: 'entra-1', x5t: 'entra-1', n, e, x5c: [certificateOf(pair, cloud)], issuer: template }] }
  const recorded = JSON.stringify(vector('entra/openid-configuration.common.v2.json'))
  const place = await listen(0)
  t.after(() => place.close())
  const entra = { cloud, pair, origin: place.origin, asked: [], isDown: false, redirectUri: `https://${cloud}/common/federation/externalauthprovider` }
  place.serve((request, response) => {
    entra.asked.push(request.url)
    if (entra.isDown) return response.writeHead(503).end()
    const documents = {
      '/common/v2.0/.well-known/openid-configuration': recorded.replaceAll('login.microsoftonline.com', cloud),
      '/common/discovery/v2.0/keys': JSON.stringify(keys),
    }
    const text = documents[request.url]
    response.writeHead(text ? 200 : 404, { 'content-type': 'application/json' }).end(text ?? '')
  })

  /** The `fetch` of the function: Entra's addresses are served by this machine. */
  entra.fetch = (input, init) => {
    const request = new Request(input, init)
    const { host, pathname } = new URL(request.url)
    assert.equal(host, cloud, `nothing but Entra is asked: ${request.url}`)
    return fetch(`${place.origin}${pathname}`, { signal: request.signal })
  }

  /** The claims of a hint that is issued now, as the documented example has them: expired one second before. */
  entra.claims = (more = {}) => {
    const example = vector('entra-eam/id_token_hint.member.payload.json')
    const iat = Math.floor(Date.now() / 1000)
    const iss = `https://${cloud}/${TENANT}/v2.0`
    return { ...example, iss, aud: APP_ID, tid: TENANT, iat, nbf: iat, exp: iat - 1, ...more }
  }

  entra.hint = (more, { key = pair.privateKey, header } = {}) =>
    new SignJWT(entra.claims(more)).setProtectedHeader({ typ: 'JWT', alg: 'RS256', kid: 'entra-1', ...header }).sign(key)

  /** The parameters of a request. A member that is `undefined` is left out. */
  entra.parameters = async (more = {}, claims = {}) => {
    const all = {
      scope: 'openid',
      response_type: 'Id_token',
      response_mode: 'form_post',
      client_id: CLIENT_ID,
      redirect_uri: entra.redirectUri,
      claims: JSON.stringify(vector('entra-eam/claims-parameter.json')),
      nonce: 'nonce <of> "Entra"',
      state: 'state+/=<script>&amp;"\'',
      'client-request-id': '0fd1a5b3-7a3d-4a0b-9a46-3f9c1d2e4f51',
      id_token_hint: 'id_token_hint' in more ? undefined : await entra.hint(claims),
      ...more,
    }
    return Object.entries(all).filter(([, value]) => value !== undefined)
  }
  return entra
}

/** Serves the function at a port of this machine, behind a proxy that ends TLS for `https://mfa.example`. */
export async function serveMethod(t, answer, host = new URL(ISSUER).host) {
  const place = await listen(0)
  t.after(() => place.close())
  const jar = new Map()
  place.serve(async (incoming, response) => {
    const { method, url, headers } = incoming
    const chunks = []
    for await (const chunk of incoming) chunks.push(chunk)
    const body = ['GET', 'HEAD'].includes(method) ? undefined : Buffer.concat(chunks)
    try {
      const given = await answer(new Request(new URL(url, `https://${headers.host}`), { method, headers, body }))
      const answered = given ?? new Response('not here', { status: 404 })
      const cookies = answered.headers.getSetCookie()
      response.writeHead(answered.status, { ...Object.fromEntries(answered.headers), 'set-cookie': cookies })
      response.end(Buffer.from(await answered.arrayBuffer()))
    } catch (error) {
      response.writeHead(500).end(String(error?.code ?? error))
    }
  })

  /** Sends a request; keeps the cookies as a browser does. A form of Entra's page brings none (`SameSite=Lax`). */
  const send = (path, { method = 'GET', form, cookies = true, type, headers = {}, name = host } = {}) =>
    new Promise((resolve, reject) => {
      const cookie = [...jar].map(([key, value]) => `${key}=${value}`).join('; ')
      const body = form && new URLSearchParams(form).toString()
      const all = {
        host: name,
        ...(cookies && cookie && { cookie }),
        ...(body !== undefined && { 'content-type': type ?? 'application/x-www-form-urlencoded' }),
        ...headers,
      }
      const asking = ask(new URL(path, place.origin), { method: form ? 'POST' : method, headers: all }, async (answer) => {
        const chunks = []
        for await (const chunk of answer) chunks.push(chunk)
        for (const line of answer.headers['set-cookie'] ?? []) {
          const [, key, value] = /^([^=]+)=([^;]*)/.exec(line)
          if (/Max-Age=0/.test(line)) jar.delete(key)
          else jar.set(key, value)
        }
        resolve({ status: answer.statusCode, headers: answer.headers, raw: answer.rawHeaders, text: Buffer.concat(chunks).toString() })
      })
      asking.on('error', reject).end(body)
    })
  return {
    jar,
    send,
    json: async (path) => JSON.parse((await send(path)).text),
    /** The browser posts Entra's form: from another site, so without cookies. */
    authorize: (form, more = {}) => send('/authorize', { form, cookies: false, ...more }),
  }
}

const unescape = (text) => text.replace(/&#(\d+);/g, (_, code) => String.fromCharCode(code))

/** The address and the fields of a page that posts itself. */
export function formOf({ text }) {
  const [, action] = /<form method="post" action="([^"]*)">/.exec(text) ?? []
  assert.ok(action, text)
  const fields = [...text.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)">/g)]
  return { action: unescape(action), fields: Object.fromEntries(fields.map(([, name, value]) => [unescape(name), unescape(value)])) }
}

/** Validates an answer as Entra does: keys by discovery, the certificate in `x5c`, each claim of the table. */
export async function validate(place, fields, parameters, claims) {
  const sent = Object.fromEntries(parameters)
  const { issuer, jwks_uri } = await place.json('/.well-known/openid-configuration')
  assert.equal(issuer, ISSUER)
  const { keys } = await place.json(new URL(jwks_uri).pathname)
  const [head] = fields.id_token.split('.')
  const { kid } = JSON.parse(Buffer.from(head, 'base64url'))
  const { x5c } = keys.find((key) => key.kid === kid)
  const pem = new X509Certificate(Buffer.from(x5c[0], 'base64')).toString()
  const { payload } = await jwtVerify(fields.id_token, await importX509(pem, 'RS256'), {
    issuer,
    audience: sent.client_id,
    algorithms: ['RS256'],
    requiredClaims: ['exp', 'iat', 'sub'],
  })
  assert.equal(payload.sub, claims.sub)
  assert.equal(payload.nonce, sent.nonce)
  assert.equal(fields.state, sent.state)
  return payload
}
