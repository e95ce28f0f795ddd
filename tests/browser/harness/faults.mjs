// Faults of a provider, as koa middlewares around an honest one.
import { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { decodeJwt, decodeProtectedHeader, importJWK, SignJWT } from 'jose'
import { generateKeyPairSync } from '../../support/keys.mjs'

/** The key set has another key under the same key ID, as an attacker's provider has it. */
export function swappedKey() {
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const { n, e } = publicKey.export({ format: 'jwk' })
  return after('/jwks', (ctx) => {
    const keys = ctx.body.keys.map((key) => (key.kty === 'RSA' ? { ...key, n, e } : key))
    ctx.body = { keys }
  })
}

/** The ID token has other claims, with a valid signature of the provider. */
export function changedClaims(world, change) {
  return after('/token', async (ctx) => {
    if (!ctx.body.id_token) return
    ctx.body = { ...ctx.body, id_token: await resign(ctx.body.id_token, change, world.keys) }
  })
}

/** The ID token says `alg: none` and has no signature. */
export function unsigned() {
  return after('/token', (ctx) => {
    const header = Buffer.from('{"alg":"none"}').toString('base64url')
    const [, payload] = ctx.body.id_token.split('.')
    ctx.body = { ...ctx.body, id_token: `${header}.${payload}.` }
  })
}

/** The token endpoint sends another answer. `change` gets the koa context. */
export const tokenResponse = (change) => after('/token', change)

/** An answer with more bytes than a client reads, with or without its length. */
export function hugeBody(ctx, hasLength) {
  const part = Buffer.alloc(65_536, ' ')
  const whole = Buffer.concat(Array.from({ length: 64 }, () => part))
  ctx.type = 'json'
  ctx.body = hasLength ? whole : Readable.from(Array.from({ length: 64 }, () => part))
}

/** An endpoint that never answers. */
export function silence(path) {
  return (ctx, next) => (ctx.path === path ? new Promise(() => {}) : next())
}

/** Every connection breaks. */
export const cutOff = () => (ctx) => void ctx.req.socket.destroy()

/** An endpoint answers with an error, and does nothing. */
export function unavailable(status = 503, path = '/token') {
  return instead(path, (ctx) => Object.assign(ctx, { status, body: 'down for maintenance' }))
}

/** The token endpoint rejects every grant. */
export function refusedGrant() {
  return instead('/token', (ctx) => {
    Object.assign(ctx, { status: 400, body: { error: 'invalid_grant' } })
  })
}

/** The endpoint handles the request, and its answer is lost. */
export function lostAnswer(path = '/token') {
  return after(path, (ctx) => void ctx.req.socket.destroy())
}

/** The endpoint handles the request, and its answer takes so long. */
export const slowAnswer = (milliseconds, path = '/token') => after(path, () => sleep(milliseconds))

/** The endpoint handles the request, and its answer waits for `release()`. */
export function heldAnswer(path = '/token') {
  let release
  const released = new Promise((resolve) => { release = resolve })
  return { fault: after(path, () => released), release }
}

/** A fault of the next `count` requests to a path. */
export function times(count, fault, path = '/token') {
  let left = count
  return (ctx, next) => {
    if (ctx.path !== path || ctx.method === 'OPTIONS' || left === 0) return next()
    left -= 1
    return fault(ctx, next)
  }
}

/**
 * A used refresh token works again for some seconds, as at providers with a grace (a reuse
 * interval): it gets the answer that it got before.
 */
export function grace(seconds) {
  const answers = new Map()
  return async (ctx, next) => {
    const { token } = ctx.state
    if (!token) return next()
    const known = answers.get(token)
    if (known && Date.now() - known.at < seconds * 1000) {
      return void readable(ctx, () => Object.assign(ctx, { body: known.body }))
    }
    await next()
    if (ctx.status === 200) answers.set(token, { at: Date.now(), body: ctx.body })
  }
}

/** Every answer has this header, as `Cross-Origin-Opener-Policy`. */
export function header(name, value) {
  return (ctx, next) => {
    ctx.set(name, value)
    return next()
  }
}

/** The metadata name another issuer. */
export function elsewhere() {
  return after('/.well-known/openid-configuration', (ctx) => {
    ctx.body = { ...ctx.body, issuer: 'https://evil.example' }
  })
}

/** The redirect to the app has other parameters. `change` gets its `URLSearchParams`. */
export function changedCallback(change) {
  return async (ctx, next) => {
    await next()
    const location = ctx.response.get('Location')
    if (!location?.includes('/callback?')) return
    const url = new URL(location)
    change(url.searchParams)
    ctx.set('Location', url.href)
  }
}

// A page of another origin may read this answer, as it may read those of the provider.
function readable(ctx, change) {
  ctx.set('Access-Control-Allow-Origin', ctx.get('Origin'))
  ctx.vary('Origin')
  change(ctx)
}

function instead(path, change) {
  return (ctx, next) => {
    return ctx.path === path && ctx.method !== 'OPTIONS' ? readable(ctx, change) : next()
  }
}

function after(path, change) {
  return async (ctx, next) => {
    await next()
    if (ctx.path === path && ctx.method !== 'OPTIONS') await change(ctx)
  }
}

async function resign(token, change, keys) {
  const header = decodeProtectedHeader(token)
  const key = await importJWK(keys.find((key) => key.kid === header.kid), header.alg)
  return new SignJWT({ ...decodeJwt(token), ...change }).setProtectedHeader(header).sign(key)
}
