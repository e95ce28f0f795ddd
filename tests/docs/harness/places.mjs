// The addresses that the examples name, on this machine: a provider at https://id.example.com, an API
// at https://api.example.com and an app at https://app.example.com. The examples run as they are written.
import { request as ask } from 'node:http'
import { startProvider } from '../../../www/provider/index.js'
import { defaultSwitches } from '../../../www/provider/settings.js'
import { signInAt } from '../../package/support/person.mjs'

export const ISSUER = 'https://id.example.com'
export const APP = 'https://app.example.com'
export const API = 'https://api.example.com/'

/** The clients of the examples, as the provider registers them. */
const CLIENTS = [
  {
    client_id: 'spa',
    redirect_uris: [`${APP}/callback`, `${APP}/silent`],
    post_logout_redirect_uris: [`${APP}/`],
    response_types: ['code'],
    grant_types: ['authorization_code', 'refresh_token'],
    token_endpoint_auth_method: 'none',
    id_token_signed_response_alg: 'RS256',
  },
  {
    client_id: 'shop',
    client_secret: 'of the registration',
    redirect_uris: [`${APP}/auth/callback`],
    post_logout_redirect_uris: [`${APP}/`],
    response_types: ['code'],
    grant_types: ['authorization_code', 'refresh_token'],
    token_endpoint_auth_method: 'client_secret_basic',
    id_token_signed_response_alg: 'RS256',
  },
  {
    client_id: 'inbox-api',
    client_secret: 'of the API',
    redirect_uris: [],
    response_types: [],
    grant_types: ['client_credentials'],
  },
]

/**
 * Starts the provider. `answers` has a function for each other host name, e.g.
 * `{ 'api.example.com': (request) => new Response() }`, or for one address of the provider;
 * `asked` lists the requests that they got. `clients`, `switches` and `use` are the provider's,
 * `api` is its configuration of the API.
 */
export async function startPlaces(t, { answers = {}, clients = [], api = {}, switches = {}, use } = {}) {
  const provider = await startProvider({
    use,
    port: 0,
    issuer: ISSUER,
    appOrigin: APP,
    apis: { [API]: { scope: 'inbox:read inbox:write', ...api } },
    defaultApi: API,
    clients: [...CLIENTS, ...clients],
    switches: { ...defaultSwitches, ...switches },
  })
  t.after(() => provider.close())
  const places = { provider, asked: [], answers, fetch: outside }

  /** A request to any of the addresses above, from wherever the example runs. */
  async function outside(input, init) {
    const request = new Request(input, init)
    const { host, origin, pathname } = new URL(request.url)
    const answer = answers[`${host}${pathname}`] ?? answers[host]
    if (origin === ISSUER && !answer) return atProvider(provider, request)
    if (!answer) throw new TypeError(`No example may ask ${host}`)
    places.asked.push(request.clone())
    return answer(request)
  }
  return places
}

/** Passes a request on, as a reverse proxy does. */
async function atProvider(provider, request) {
  const { pathname, search } = new URL(request.url)
  const headers = new Headers(request.headers)
  headers.set('x-forwarded-proto', 'https')
  headers.set('x-forwarded-host', new URL(ISSUER).host)
  const body = request.body && (await request.arrayBuffer())
  const { method } = request
  return realFetch(`${provider.address}${pathname}${search}`, { method, headers, body, redirect: 'manual' })
}

const realFetch = globalThis.fetch

/** In this process, requests of the test's examples go to the places. */
export function useFetch(t, places) {
  globalThis.fetch = places.fetch
  t.after(() => {
    globalThis.fetch = realFetch
  })
}

/** A person signs in at the provider's pages; returns the address that leads back to the app. */
export const signIn = (places, url, login = 'alice') => signInAt(url, login, APP, places.fetch)

/** An access token for the API, as the app gets it for this scope. */
export const accessToken = async (places, scope) => (await tokens(places, scope)).access_token

/** A token response, as the app gets it for this scope; the nonce was `n-1`. */
export async function tokens(places, scope = 'openid inbox:read') {
  const redirect_uri = `${APP}/callback`
  const verifier = 'v'.repeat(43)
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier))
  const asked = new URLSearchParams({
    client_id: 'spa',
    redirect_uri,
    scope,
    response_type: 'code',
    code_challenge: Buffer.from(digest).toString('base64url'),
    code_challenge_method: 'S256',
    nonce: 'n-1',
  })
  const back = new URL(await signIn(places, `${ISSUER}/auth?${asked}`))
  const body = new URLSearchParams({
    grant_type: 'authorization_code',
    client_id: 'spa',
    redirect_uri,
    code: back.searchParams.get('code'),
    code_verifier: verifier,
  })
  const response = await places.fetch(`${ISSUER}/token`, { method: 'POST', body })
  return response.json()
}

/** Answers a request that came over the network, as a browser sends it. */
export function answerOverNetwork(places, request, response) {
  const { host } = request.headers
  if (`https://${host}` === ISSUER) return pipe(places.provider.address, request, response)
  return answer(places, request, response).catch((error) => response.writeHead(500).end(String(error)))
}

function pipe(address, request, response) {
  const { method, url, headers } = request
  const passed = { ...headers, 'x-forwarded-proto': 'https', 'x-forwarded-host': headers.host }
  const asking = ask(new URL(url, address), { method, headers: passed }, (answer) => {
    response.writeHead(answer.statusCode, answer.headers)
    answer.pipe(response)
  })
  // The test may be over while a browser still asks.
  asking.on('error', () => response.destroy())
  request.pipe(asking)
}

async function answer(places, incoming, response) {
  const { method, url, headers } = incoming
  const chunks = []
  for await (const chunk of incoming) chunks.push(chunk)
  const body = ['GET', 'HEAD'].includes(method) ? undefined : Buffer.concat(chunks)
  const request = new Request(new URL(url, `https://${headers.host}`), { method, headers, body })
  const answer = await places.fetch(request)
  const cookies = answer.headers.getSetCookie()
  response.writeHead(answer.status, { ...Object.fromEntries(answer.headers), 'set-cookie': cookies })
  response.end(Buffer.from(await answer.arrayBuffer()))
}
