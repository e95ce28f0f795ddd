// The front of an emulated provider: takes the requests for real addresses, and has the provider's own rules.
import { randomUUID } from 'node:crypto'
import { json, page, redirect } from './answers.js'
import { authorizationFault, returnAddress, returnForm } from './authorization.js'
import { endSession } from './logout.js'
import { token } from './token-endpoint.js'
import { shaped } from './shapes.js'
import { keySetOf, now } from './tokens.js'

/** The members of the metadata with an address, and what answers there. */
const ENDPOINTS = {
  authorization_endpoint: 'authorize',
  token_endpoint: 'token',
  userinfo_endpoint: 'userinfo',
  jwks_uri: 'keys',
  revocation_endpoint: 'revoke',
  end_session_endpoint: 'logout',
  introspection_endpoint: 'introspect',
}
const INNER = '/~engine'

export class Front {
  /** Authorization requests by the state that the engine sees. */
  requests = new Map()
  /** Authorization requests by their code. */
  codes = new Map()
  /** The tokens that the provider remembers, by their text. */
  accessTokens = new Map()
  refreshTokens = new Map()
  idTokens = new Map()

  constructor(emulator, engine, client) {
    Object.assign(this, { emulator, engine, client, system: emulator.system })
    const { metadata } = emulator
    this.home = new URL(metadata.authorization_endpoint ?? emulator.issuer).origin
  }

  /** The name of the endpoint at an address. */
  endpointAt(url) {
    const plain = url.origin + url.pathname
    const { addresses, metadata } = this.emulator
    const known = Object.entries(addresses).find(([address]) => at(address) === plain)
    if (known) return known[1]
    const member = Object.keys(ENDPOINTS).find((name) => metadata[name] && at(metadata[name]) === plain && hasQuery(metadata[name], url))
    return member ? ENDPOINTS[member] : this.home === url.origin && url.pathname.startsWith(INNER) ? 'pages' : undefined
  }

  async answer(request) {
    const { url, method, headers, body } = request
    const endpoint = this.endpointAt(url)
    if (!endpoint) return { status: 404, headers: { 'x-no-host': '1' }, text: '' }
    const cors = this.corsAt(endpoint, headers)
    if (method === 'OPTIONS') return { status: cors ? 204 : 404, headers: cors ?? {}, text: '' }
    const params = new URLSearchParams(method === 'POST' ? body : url.search)
    const asked = { endpoint, method, params, headers, url: url.href }
    this.emulator.asked.push(asked)
    const fault = this.emulator.fault.answers?.[endpoint]
    const answer = fault?.(params) ?? (await this[endpoint](params, request))
    asked.status = answer.status
    return { ...answer, headers: { ...answer.headers, ...cors } }
  }

  /** The headers of CORS, where the provider has them. */
  corsAt(endpoint, { origin, 'access-control-request-headers': asked }) {
    const { cors = this.system.serves === 'page' } = this.system
    const isOpen = cors === true || (Array.isArray(cors) && cors.includes(endpoint))
    if (!origin || !isOpen || ['authorize', 'logout', 'pages'].includes(endpoint)) return undefined
    return { 'access-control-allow-origin': origin, vary: 'origin', ...(asked && { 'access-control-allow-headers': asked }) }
  }

  metadata() {
    return json(this.emulator.metadata)
  }

  keys() {
    return json(keySetOf(this.emulator))
  }

  async authorize(params, request) {
    const fault = authorizationFault(this.system, params)
    if (fault?.page) return page(fault.page, fault.status)
    const problem = fault ?? this.emulator.fault.authorization
    if (problem) return this.goBack(params, problem)
    const state = randomUUID()
    this.requests.set(state, params)
    const inner = new URLSearchParams({ state, scope: scopesForEngine(params) })
    for (const name of ['client_id', 'redirect_uri', 'response_type', 'nonce', 'code_challenge', 'code_challenge_method', 'max_age']) {
      if (params.has(name)) inner.set(name, params.get(name))
    }
    const prompts = (params.get('prompt') ?? '').split(' ')
    const prompt = prompts.filter((one) => ['none', 'login', 'consent'].includes(one)).join(' ')
    if (prompt) inner.set('prompt', prompt)
    return this.askEngine(`/auth?${inner}`, { cookie: request.headers.cookie })
  }

  /** The pages of the engine. */
  pages(_params, { method, url, headers, body }) {
    const { cookie, 'content-type': type } = headers
    const path = url.pathname.slice(INNER.length) + url.search
    return this.askEngine(path, { cookie, 'content-type': type }, method === 'POST' ? body : undefined)
  }

  /** Sends a request to the engine, and turns its addresses into those of the provider. */
  async askEngine(path, headers, body) {
    const given = Object.fromEntries(Object.entries(headers).filter(([, value]) => value))
    const response = await fetch(this.engine + path, { method: body === undefined ? 'GET' : 'POST', headers: given, body, redirect: 'manual' })
    const cookies = response.headers.getSetCookie()
    const text = (await response.text()).replaceAll(this.engine, this.home + INNER)
    const to = response.headers.get('location')
    const answer = { status: response.status, headers: { 'content-type': response.headers.get('content-type') ?? '' }, text, cookies }
    if (!to) return answer
    const url = new URL(to, this.engine)
    if (url.origin === new URL(this.engine).origin) return { ...answer, headers: { location: `${this.home}${INNER}${url.pathname}${url.search}` } }
    const asked = this.requests.get(url.searchParams.get('state'))
    if (!asked) return { ...answer, headers: { location: to } }
    if (url.searchParams.has('code')) this.codes.set(url.searchParams.get('code'), asked)
    const outcome = Object.fromEntries(['code', 'error', 'error_description'].map((name) => [name, url.searchParams.get(name)]))
    return { ...this.goBack(asked, outcome), cookies }
  }

  /** Brings the answer of an authorization request to the app, in the response mode of the request. */
  goBack(params, outcome) {
    const { metadata, issuer, fault } = this.emulator
    const answer = { ...outcome, state: params.get('state') }
    if (metadata.authorization_response_iss_parameter_supported) answer.iss = fault.iss ?? issuer
    if (outcome.code) Object.assign(answer, this.system.authorize?.adds)
    if (params.get('response_mode') === 'form_post') return page(returnForm(params.get('redirect_uri'), answer))
    return redirect(returnAddress(params, answer))
  }

  token(params, request) {
    return token(this, params, request)
  }

  async userinfo(_params, { headers }) {
    const token = this.accessTokens.get(headers.authorization?.replace(/^Bearer /, ''))
    const { userinfo } = this.system
    if (!token) return json({ error: 'invalid_token' }, 401)
    if (userinfo?.refuses?.(token)) return json({ error: 'insufficient_scope' }, 403)
    const { status, text } = await this.askEngine('/me', { authorization: `Bearer ${token.engine}` })
    if (status !== 200) return json({ error: 'invalid_token' }, 401)
    return json(shaped(JSON.parse(text), userinfo ?? {}, token.context))
  }

  async revoke(params) {
    const text = params.get('token')
    const token = this.accessTokens.get(text) ?? this.refreshTokens.get(text)
    if (this.system.revocation?.refuses?.(this.accessTokens.has(text))) return json({ error: 'unsupported_token_type' }, 400)
    if (token) token.family.isEnded = true
    this.accessTokens.delete(text)
    this.refreshTokens.delete(text)
    return { status: 200, headers: {}, text: '' }
  }

  /** Introspection: the answer to a client with a secret about a token (RFC 7662). */
  introspect(params, { headers: { authorization = '' } }) {
    const { introspection } = this.system
    if (!introspection) return page('<p>Not found</p>', 404)
    const credentials = credentialsOf(authorization)
    const asker = [this.client, this.client.api].find(({ clientId, clientSecret }) => credentials === `${clientId}:${clientSecret}`)
    if (!asker) return json({ error: 'invalid_client' }, 401)
    const text = params.get('token')
    const token = this.accessTokens.get(text) ?? (introspection.takesIdTokens && this.idTokens.get(text))
    const refresh = introspection.refreshToken && this.refreshTokens.get(text)
    const { family, context } = token || refresh || {}
    const isHidden = introspection.isOwnClient && asker !== this.client
    if (!family || family.isEnded || isHidden || (token && now() > family.until)) return json({ active: false })
    const own = token ? introspection.claims({ ...context, exp: family.until, iss: this.emulator.issuer, asker: asker.clientId }) : introspection.refreshToken
    const answer = { active: true, ...own, ...this.emulator.fault.introspection }
    return json(Object.fromEntries(Object.entries(answer).filter(([, value]) => value !== undefined)))
  }

  logout(params, request) {
    return endSession(this, params, request)
  }
}

/** The id and the secret in a header, each written as in a form (RFC 6749, section 2.3.1). */
const credentialsOf = (header) =>
  Buffer.from(header.replace(/^Basic /, ''), 'base64').toString().split(':').map((text) => new URLSearchParams(`text=${text}`).get('text')).join(':')

const at = (address) => {
  const { origin, pathname } = new URL(address)
  return origin + pathname
}

/** Whether the address has the query of the endpoint, which some endpoints of Azure AD B2C have. */
const hasQuery = (endpoint, url) => [...new URL(endpoint).searchParams].every(([name, value]) => url.searchParams.get(name) === value)

const scopesForEngine = (params) =>
  ['openid', 'profile', 'email'].filter((scope) => scope === 'openid' || (params.get('scope') ?? '').split(' ').includes(scope)).join(' ')
