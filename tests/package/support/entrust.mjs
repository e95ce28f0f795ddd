// Entrust IDaaS as its vendor emulates it for its own SDK: npm's oidc-provider with web_message, signed UserInfo, the claims
// parameter, resource indicators, rotation, DPoP, three acr values and three more parameters. It answers for the real
// addresses: the tests' `fetch` sends each request over loopback, as tests/providers does.
import { once } from 'node:events'
import { createServer } from 'node:http'
import { makeKeys } from '../../../www/provider/keys.js'
import { interactionPolicy, Provider } from '../../../www/provider/library.js'
import { openApp } from '../../providers/engine/stage.mjs'

export const app = 'https://app.example'
export const host = 'example.us.trustedauth.com'
export const issuer = `https://${host}/api/oidc`
export const api = 'https://api.example/'
export const clientId = 'example-client'
export const clientSecret = 'a secret: with +, % and &, of no short length'
export const ACR_VALUES = ['knowledge', 'possession', 'inherence']

const keys = await makeKeys()
/** The platform's own. A test may replace the global one by that of a provider. */
const overLoopback = globalThis.fetch

/** The clients: of a page, of a server, of a service, and one that may still use the implicit flow. */
const clientsOf = (more, server) => [
  {
    client_id: clientId,
    token_endpoint_auth_method: 'none',
    redirect_uris: [`${app}/callback`],
    post_logout_redirect_uris: [`${app}/`],
    grant_types: ['authorization_code', 'refresh_token'],
    ...more,
  },
  {
    client_id: 'server',
    client_secret: clientSecret,
    redirect_uris: [`${app}/auth/callback`],
    post_logout_redirect_uris: [`${app}/`],
    grant_types: ['authorization_code', 'refresh_token'],
    ...more,
    ...server,
  },
  { client_id: 'service', client_secret: clientSecret, redirect_uris: [], response_types: [], grant_types: ['client_credentials'] },
  {
    client_id: 'old-app',
    token_endpoint_auth_method: 'none',
    redirect_uris: [`${app}/callback`],
    response_types: ['id_token'],
    grant_types: ['implicit'],
  },
]

/** The configuration of the vendor's emulator. `person` says how the user signs in. */
const configurationOf = (person, client, server) => ({
  jwks: { keys },
  clients: clientsOf(client, server),
  clientDefaults: { id_token_signed_response_alg: 'RS256' },
  responseTypes: ['code', 'id_token'],
  acrValues: ACR_VALUES,
  extraParams: ['audience', 'org_id', 'amr_values'],
  scopes: ['openid', 'offline_access', 'inbox:read'],
  claims: {
    openid: ['sub', 'org_id'], profile: ['name'], email: ['email', 'email_verified'], acr: null, amr: null, auth_time: null, phone_number: null,
  },
  findAccount: (_ctx, sub) => ({
    accountId: sub,
    claims: () => ({ sub, name: 'Alice', email: sub, email_verified: true, phone_number: '+1 555 0100', org_id: person.organization }),
  }),
  clientBasedCORS: (_ctx, origin) => origin === app,
  rotateRefreshToken: true,
  ttl: { AccessToken: 3600, IdToken: 3600, RefreshToken: 86_400, Session: 86_400, Grant: 86_400, Interaction: 600 },
  cookies: { keys: ['a key for the cookies of these tests'] },
  interactions: { url: (_ctx, { uid }) => `/interaction/${uid}`, policy: policy() },
  features: {
    devInteractions: { enabled: false },
    webMessageResponseMode: { enabled: true, ack: 'individual-draft-01' },
    jwtUserinfo: { enabled: true },
    claimsParameter: { enabled: true },
    clientCredentials: { enabled: true },
    revocation: { enabled: true },
    dPoP: { enabled: true, nonceSecret: Buffer.alloc(32, 7) },
    rpInitiatedLogout: { enabled: true, logoutSource: confirmLogout, postLogoutSuccessSource: (ctx) => { ctx.body = 'Signed out' } },
    resourceIndicators: {
      enabled: true,
      // At the token endpoint the parameter is in the body alone.
      defaultResource: (ctx) => ctx.oidc.params?.audience ?? ctx.oidc.body?.audience,
      useGrantedResource: () => true,
      getResourceServerInfo: (_ctx, resource) => ({ scope: 'inbox:read', audience: resource, accessTokenFormat: 'jwt', accessTokenTTL: 3600 }),
    },
  },
})

/** A user who signed in less strongly than a request asks signs in again. */
function policy() {
  const prompts = interactionPolicy.base()
  const { Check } = interactionPolicy
  const isTooWeak = ({ oidc: { params, session, result } }) => {
    const asked = params.acr_values?.split(' ') ?? []
    return asked.length > 0 && !result?.login && !asked.includes(session.acr)
  }
  prompts.get('login').checks.add(new Check('acr', 'another acr is needed', 'login_required', isTooWeak))
  return prompts
}

function confirmLogout(ctx, form) {
  ctx.body = form.replace('</form>', '<input type="hidden" name="logout" value="yes"></form>')
}

/**
 * Starts the provider. `client` has more metadata for its clients, as an administrator sets them, and `server` for that of
 * a server alone. The result has the members
 * that `openApp` of tests/providers needs; `person.acr` is how the user signs in, and `answers` may change an answer by the last part of its path.
 */
export async function startEntrust(t, { client, server: registered, serves = 'page', options, settings } = {}) {
  const person = { login: 'alice@example.com', acr: undefined, organization: 'org-1' }
  const provider = new Provider(issuer, configurationOf(person, client, registered))
  provider.proxy = true
  provider.on('server_error', (_ctx, error) => console.error('provider:', error))
  provider.use(interactions(provider, person))
  const callback = provider.callback()
  const server = createServer((request, response) => {
    const path = request.url.replace(/^\/api\/oidc/, '') || '/'
    Object.assign(request, { originalUrl: request.url, url: path })
    callback(request, response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  const emulator = {
    person,
    issuer,
    asked: [],
    answers: {},
    front: { home: `https://${host}` },
    system: { preset: 'entrust', options: { host, ...options }, serves, settings: { clientId: serves === 'page' ? clientId : 'server', ...settings }, clientSecret: () => clientSecret },
    fetch: (input, init) => send(emulator, server.address().port, input, init),
    /** The requests to an endpoint. */
    at: (path) => emulator.asked.filter((one) => one.path === path),
  }
  return emulator
}

/** Sends a request for the real address over loopback. Another host does not answer. */
async function send(emulator, port, input, init) {
  const request = new Request(input, init)
  const url = new URL(request.url)
  if (url.host !== host) throw new TypeError(`fetch failed: ${url.host}`)
  const body = request.method === 'GET' || request.method === 'HEAD' ? undefined : await request.text()
  const params = new URLSearchParams(body ?? url.search)
  const path = url.pathname.replace('/api/oidc', '')
  emulator.asked.push({ path, params, method: request.method, url: url.href, headers: Object.fromEntries(request.headers) })
  const headers = new Headers(request.headers)
  headers.set('x-forwarded-host', host)
  headers.set('x-forwarded-proto', 'https')
  const response = await overLoopback(`http://127.0.0.1:${port}${url.pathname}${url.search}`, { method: request.method, headers, body, redirect: 'manual' })
  const change = emulator.answers[path]
  return change ? change(response) : response
}

/** Shows no page: the user signs in and allows everything. */
function interactions(provider, person) {
  return async (ctx, next) => {
    if (!ctx.path.startsWith('/interaction/')) return next()
    const { prompt, params, grantId, session } = await provider.interactionDetails(ctx.req, ctx.res)
    const acr = person.acr ?? params.acr_values?.split(' ')[0] ?? 'knowledge'
    const result = prompt.name === 'login' ? { login: { accountId: person.login, acr, amr: ['pwd'] } } : { consent: { grantId: await grant(provider, { prompt, params, grantId, session }) } }
    ctx.status = 303
    ctx.redirect(await provider.interactionResult(ctx.req, ctx.res, result))
  }
}

async function grant(provider, { prompt: { details }, params, grantId, session }) {
  const held = grantId ? await provider.Grant.find(grantId) : new provider.Grant({ accountId: session.accountId, clientId: params.client_id })
  if (details.missingOIDCScope) held.addOIDCScope(details.missingOIDCScope.join(' '))
  if (details.missingOIDCClaims) held.addOIDCClaims(details.missingOIDCClaims)
  for (const [resource, scopes] of Object.entries(details.missingResourceScopes ?? {})) held.addResourceScope(resource, scopes.join(' '))
  return held.save()
}

/** Opens an app at the provider, see `openApp` of tests/providers. */
export const open = (t, emulator, settings) => openApp(t, emulator, { settings })

/** A JSON answer with other members. */
export const changed = (change) => async (response) => {
  const body = await response.json()
  const headers = new Headers(response.headers)
  headers.delete('content-length')
  return new Response(JSON.stringify(change(body) ?? body), { status: response.status, headers })
}
