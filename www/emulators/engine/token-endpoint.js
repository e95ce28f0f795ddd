// The rules of a provider's token endpoint: who may ask, which refresh tokens it gives, and how it writes its answers.
import { randomUUID } from 'node:crypto'
import { json } from './answers.js'
import { accessTokenOf, idTokenOf } from './shapes.js'
import { now, opaque, readToken } from './tokens.js'

const refuse = (error, text, status = 400) => json({ error, error_description: text }, status)

/** Answers a token request. */
export async function token(front, params, { headers }) {
  const problem = clientFault(front, params, headers)
  if (problem) return problem
  const grant = params.get('grant_type')
  if (grant === 'client_credentials') return machine(front, params, headers)
  return grant === 'refresh_token' ? refresh(front, params, headers) : redeem(front, params, headers)
}

/** A token of the client itself, where the data of the system has rules for it. */
async function machine(front, params, headers) {
  const { system, client } = front
  const { machine: rules, token: { errors } = {} } = system
  const says = (error, text) => errors?.(error, text) ?? refuse(error, text)
  if (!rules) return says('unauthorized_client', 'This client has no such grant')
  for (const name of rules.needs ?? []) if (!params.has(name)) return says(rules.error ?? 'invalid_request', rules.text ?? `${name} is missing`)
  for (const name of rules.refuses ?? []) if (params.has(name)) return says('invalid_request', rules.text ?? `${name} is refused`)
  if (rules.oneOf?.every((name) => params.has(name))) return says('invalid_request', `either ${rules.oneOf.join(' or ')}`)
  const scope = params.get('scope') ?? ''
  if (rules.scope && !rules.scope.test(scope)) return says('invalid_scope', `The scope ${scope} is not valid`)
  const { status, answer } = await askEngine(front, params, headers, { grant_type: 'client_credentials' })
  if (status !== 200) return errors?.(answer.error, answer.error_description) ?? json(answer, status)
  const { clientId } = client
  const context = { params, scope, client: clientId, sub: clientId, claims: { sub: clientId }, jti: randomUUID(), signedInAt: now(), isRefresh: false }
  const text = accessTokenOf(front, context) ?? opaque(system.accessToken?.prefix)
  return json({ access_token: text, token_type: 'Bearer', expires_in: 3600, ...(scope && { scope }) })
}

/** The refusal of the client of a request. */
function clientFault({ system, emulator }, params, { origin, authorization }) {
  const { token: rules = {} } = system
  const says = (error, text, status) => rules.errors?.(error, text) ?? refuse(error, text, status)
  if (rules.spa && !origin) return refuse('invalid_request', 'AADSTS9002327: Tokens issued for the Single-Page Application client-type may only be redeemed via cross-origin requests.')
  if (rules.spa === false && origin) return refuse('invalid_request', 'AADSTS9002326: Cross-origin token redemption is permitted only for the Single-Page Application client-type.')
  const way = authorization?.startsWith('Basic ') ? 'client_secret_basic' : params.has('client_secret') ? 'client_secret_post' : 'none'
  if (way !== emulator.auth) return says(rules.noSecretError ?? 'invalid_client', rules.noSecretText ?? `${emulator.auth} is expected`, 401)
  for (const name of rules.refuses ?? []) if (params.has(name)) return says('invalid_client', `${name} is refused`, 401)
  for (const name of rules.needs ?? []) if (!params.has(name)) return says('invalid_request', `${name} is missing`)
  const secret = params.get('client_secret')
  if (rules.secret && !rules.secret(secret)) return says('invalid_client', 'The secret is wrong', 401)
  return undefined
}

/** The form for the engine. */
function engineForm({ client }, params, more) {
  const form = new URLSearchParams(more)
  if (params.has('client_id')) form.set('client_id', params.get('client_id'))
  if (params.has('client_secret')) form.set('client_secret', client.clientSecret)
  return form.toString()
}

async function askEngine(front, params, headers, more) {
  const type = 'application/x-www-form-urlencoded'
  const { authorization } = headers
  const { status, text } = await front.askEngine('/token', { authorization, 'content-type': type }, engineForm(front, params, more))
  return { status, answer: JSON.parse(text) }
}

async function redeem(front, params, headers) {
  const request = front.codes.get(params.get('code'))
  const { status, answer } = await askEngine(front, params, headers, {
    grant_type: 'authorization_code',
    code: params.get('code') ?? '',
    redirect_uri: params.get('redirect_uri') ?? '',
    ...(params.has('code_verifier') && { code_verifier: params.get('code_verifier') }),
  })
  if (status !== 200) return front.system.token?.errors?.(answer.error, answer.error_description) ?? json(answer, status)
  const [, claims] = readToken(answer.id_token)
  const family = { engineRefresh: answer.refresh_token, request, claims, signedInAt: now(), isEnded: false }
  return tokens(front, { answer, family, isRefresh: false })
}

async function refresh(front, params, headers) {
  const { token: rules = {} } = front.system
  const says = (error, text) => rules.errors?.(error, text) ?? refuse(error, text)
  const held = front.refreshTokens.get(params.get('refresh_token'))
  if (!held || held.family.isEnded) return says('invalid_grant', 'The refresh token is invalid or expired.')
  const { family, replacedAt } = held
  if (replacedAt !== undefined && now() > replacedAt + (rules.grace ?? 0)) {
    if (rules.rotates) family.isEnded = true
    return says('invalid_grant', 'The refresh token was used before.')
  }
  if (rules.refreshEnds && now() > family.signedInAt + rules.refreshEnds) {
    return says('invalid_grant', 'AADSTS700084: The refresh token was issued to a single page app (SPA), and therefore has a fixed, limited lifetime.')
  }
  const needsScope = typeof rules.refreshNeedsScope === 'function' ? rules.refreshNeedsScope(family.request) : rules.refreshNeedsScope
  if (needsScope && !params.get('scope')) return says('invalid_request', 'AADSTS90009: scope is missing')
  if (rules.refreshNeeds?.some((name) => !params.has(name))) return says('invalid_request', `${rules.refreshNeeds} is missing`)
  const { status, answer } = await askEngine(front, params, headers, { grant_type: 'refresh_token', refresh_token: family.engineRefresh })
  if (status !== 200) return json(answer, status)
  return tokens(front, { answer, family, isRefresh: true, held })
}

/** The answer of the provider instead of that of the engine. */
function tokens(front, { answer, family, isRefresh, held }) {
  const { system, client } = front
  const { token: rules = {}, accessToken = {} } = system
  const params = family.request
  const scope = (params.get('scope') ?? '').split(' ').filter((one) => one && one !== 'offline_access').join(' ')
  const context = { params, isRefresh, scope, client: client.clientId, sub: family.claims.sub, jti: randomUUID(), signedInAt: family.signedInAt, claims: family.claims }
  // Kinde answers with the old access token until it has expired.
  const kept = rules.keepsAccessToken && isRefresh && now() < family.until ? family.accessToken : undefined
  const text = kept ?? accessTokenOf(front, context) ?? opaque(accessToken.prefix)
  if (!kept) Object.assign(family, { accessToken: text, until: now() + answer.expires_in })
  const own = { ...answer, access_token: text, expires_in: family.until - now(), scope: params.get('scope') }
  front.accessTokens.set(text, { engine: answer.access_token, family, context })
  const [, claims] = answer.id_token ? readToken(answer.id_token) : [{}, family.claims]
  const idToken = idTokenOf(front, claims, context, text)
  delete own.id_token
  if (idToken) {
    own.id_token = idToken
    front.idTokens.set(idToken, { engine: answer.id_token ?? family.engineIdToken, family, context })
    family.engineIdToken = answer.id_token ?? family.engineIdToken
  }
  delete own.refresh_token
  const next = refreshToken(front, { rules, params, isRefresh, held, family })
  if (next) own.refresh_token = next
  if (rules.noAccessToken?.(context)) delete own.access_token
  for (const name of rules.numbersAsText ?? []) if (name in own) own[name] = String(own[name])
  for (const name of rules.drops?.(context) ?? []) delete own[name]
  return json({ ...own, ...rules.adds })
}

/** The refresh token of an answer, if the provider gives one. */
function refreshToken(front, { rules, params, isRefresh, held, family }) {
  const { given = 'asked', rotates = false, prefix } = rules
  const keep = () => {
    const text = opaque(prefix)
    front.refreshTokens.set(text, { family })
    return text
  }
  if (isRefresh) {
    if (!rotates) return rules.repeats ? [...front.refreshTokens].find(([, one]) => one === held)[0] : undefined
    held.replacedAt ??= now()
    return keep()
  }
  const scopes = (params.get('scope') ?? '').split(' ')
  const isGiven = { always: true, never: false, asked: scopes.includes(rules.refreshScope ?? 'offline_access') }[given] ?? given(params)
  return isGiven ? keep() : undefined
}
