// A log of the provider's token endpoint: which requests arrived, and how they were answered.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { once } from 'node:events'

/** A name for a token that does not reveal it. */
export const nameOf = (token) => createHash('sha256').update(token).digest('base64url').slice(0, 12)

/**
 * A koa middleware that adds each token request to `log`, in the order of their arrival: `grant` (its
 * type), `token` (the `nameOf` of its refresh token), and after the answer `status`, `error`, `issued`
 * (the `nameOf` of the new refresh token) and `lost` (the answer did not arrive).
 */
export function tokenLog(log) {
  return async (ctx, next) => {
    if (ctx.path !== '/token' || ctx.method !== 'POST') return next()
    const form = new URLSearchParams(await peek(ctx.req))
    const token = form.get('refresh_token')
    const entry = { grant: form.get('grant_type'), token: token && nameOf(token) }
    log.push(entry)
    ctx.state.token = entry.token
    await next()
    const { error, refresh_token: issued } = ctx.body ?? {}
    const lost = ctx.req.socket.destroyed
    Object.assign(entry, { status: ctx.status, error, issued: issued && nameOf(issued), lost })
  }
}

/** Asserts that each refresh token was sent at most once, and that none was rejected. */
export function assertEachUsedOnce(log) {
  const used = log.filter(({ grant }) => grant === 'refresh_token')
  assert.equal(new Set(used.map(({ token }) => token)).size, used.length, JSON.stringify(used))
  assert.deepEqual(used.filter(({ error }) => error), [])
}

// Reads the body of a request, and puts it back for the next middleware.
async function peek(request) {
  const length = Number(request.headers['content-length'] ?? 0)
  const parts = []
  let size = 0
  while (size < length) {
    const part = request.read()
    if (part) {
      parts.push(part)
      size += part.length
    } else {
      await once(request, 'readable')
    }
  }
  const body = Buffer.concat(parts)
  if (size > 0) request.unshift(body)
  return body.toString()
}
