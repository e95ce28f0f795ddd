// The emulated Entra of the demo (www/emulators/external-method.js) for tests: everything passes through real sockets, and
// the addresses stay the real ones.
import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { request as ask } from 'node:http'
import { importX509, jwtVerify } from 'jose'
import { openEntra } from '../../../www/emulators/external-method.js'
import { listen } from '../../../www/server/listen.js'

export { APP_ID, CLIENT_ID, newPair, signingKey, TENANT } from '../../../www/emulators/external-method.js'

/** The tenant of the guest example. */
export const GUEST_TENANT = '9122040d-6c67-4c5b-b112-36a304b66dad'
export const OTHER_TENANT = '0fd1a5b3-7a3d-4a0b-9a46-3f9c1d2e4f50'
export const ISSUER = 'https://mfa.example'
export const SECRET = 'kQ3vN8xT1bZ5mC7wR9yL2dF4hJ6gS0pA'

/** Starts Entra's key server for a cloud. */
export async function startEntra(t, options) {
  const place = await listen(0)
  t.after(() => place.close())
  const entra = Object.assign(openEntra(options), { origin: place.origin, asked: [], isDown: false })
  place.serve((request, response) => {
    entra.asked.push(request.url)
    if (entra.isDown) return response.writeHead(503).end()
    const text = entra.documents[request.url]
    response.writeHead(text ? 200 : 404, { 'content-type': 'application/json' }).end(text ?? '')
  })

  /** The `fetch` of the function: Entra's addresses are served by this machine. */
  entra.fetch = (input, init) => {
    const request = new Request(input, init)
    const { host, pathname } = new URL(request.url)
    assert.equal(host, entra.cloud, `nothing but Entra is asked: ${request.url}`)
    return fetch(`${place.origin}${pathname}`, { signal: request.signal })
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
