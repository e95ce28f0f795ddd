// How a provider writes claims: what it adds, leaves out, and writes as text.
import { hashOf, makeToken, now } from './tokens.js'

const valueOf = (value, context) => (typeof value === 'function' ? value(context) : value)

/** Claims as the provider writes them. `context` has the authorization request, the client, the user and the grant. */
export function shaped(claims, { add = {}, drop = [], booleansAsText = [], timesAsText = [] }, context) {
  const out = { ...claims }
  for (const [name, value] of Object.entries(add)) out[name] = valueOf(value, context)
  for (const name of booleansAsText) if (name in out) out[name] = String(out[name])
  for (const name of timesAsText) if (name in out) out[name] = new Date(out[name] * 1000).toISOString()
  for (const name of drop) delete out[name]
  return Object.fromEntries(Object.entries(out).filter(([, value]) => value !== undefined))
}

/** The ID token of the provider instead of that of the engine. */
export function idTokenOf(front, engineClaims, context, accessToken) {
  const { emulator, system, client } = front
  const { idToken = {}, alg = 'RS256' } = system
  const { nonce = 'echoed', refreshed = {} } = idToken
  if (emulator.fault.isAbsent || (context.isRefresh && refreshed.isAbsent)) return undefined
  const { at_hash: hash, ...claims } = engineClaims
  claims.iss = emulator.issuer
  delete claims.nonce
  const asked = context.params.get('nonce')
  if (asked && nonce === 'echoed' && !(context.isRefresh && refreshed.nonce === 'missing')) claims.nonce = asked
  if (context.isRefresh && refreshed.authTime === 'changes') claims.auth_time = now()
  else if (context.params.has('max_age') || idToken.authTime) claims.auth_time = context.signedInAt
  if (hash && accessToken && !idToken.noHash) claims.at_hash = hashOf(accessToken)
  const { fault } = emulator
  const kid = fault.key?.kid ?? emulator.key.kid
  const header = { alg: idToken.alg ?? alg, typ: 'JWT', kid: idToken.alg === 'HS256' ? undefined : kid }
  const all = shaped(claims, idToken, context)
  fault.idToken?.(all, header)
  const key = fault.key ?? (header.alg === 'HS256' ? client.clientSecret : emulator.key)
  return makeToken(header, Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)), key)
}

/** The access token of the provider: a text that says nothing, or a JWT in its dialect. */
export function accessTokenOf(front, context) {
  const { accessToken } = front.system
  const isJwt = accessToken?.claims && (!accessToken.isJwtFor || accessToken.isJwtFor(context))
  return isJwt ? mint(front, context, {}) : undefined
}

/** A JWT access token in the provider's dialect, with other claims, another header or another key. */
export function mint({ emulator, system }, context, { claims = {}, header = {}, key = emulator.key }) {
  const { accessToken } = system
  const alg = accessToken.alg ?? system.alg ?? 'RS256'
  const all = { iss: emulator.issuer, iat: now(), exp: now() + 3600, ...accessToken.claims(context), ...claims }
  const head = { alg, typ: 'JWT', kid: key.kid ?? emulator.key.kid, ...accessToken.header, ...header }
  const present = (object) => Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined))
  return makeToken(present(head), present(all), key)
}
