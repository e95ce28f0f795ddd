// What arrived at the provider's token endpoint, and what became of it: the provider is a witness.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { once } from 'node:events'

/** A name for a token that gives nothing of it away. */
export const nameOf = (token) => createHash('sha256').update(token).digest('base64url').slice(0, 12)

/**
 * A koa middleware that notes each token request in `log`, in the order of their arrival:
 *
 * `grant` (its type), `token` (of the refresh token that came, its `nameOf`), `at` (milliseconds
 * since the epoch), and once it is answered `status`, `error`, `issued` (the refresh token that the
 * answer has), `lost` (the answer was made and never arrived).
 */
export function tokenLog(log) {
  return async (ctx, next) => {
    if (ctx.path !== '/token' || ctx.method !== 'POST') return next()
    const form = new URLSearchParams(await peek(ctx.req))
    const token = form.get('refresh_token')
    const entry = { grant: form.get('grant_type'), token: token && nameOf(token), at: Date.now() }
    log.push(entry)
    ctx.state.token = entry.token
    await next()
    const { error, refresh_token: issued } = ctx.body ?? {}
    const lost = ctx.req.socket.destroyed
    Object.assign(entry, { status: ctx.status, error, issued: issued && nameOf(issued), lost })
  }
}

/** Each refresh token came at most once, whoever sent it, and none was refused. */
export function assertEachUsedOnce(log) {
  const used = log.filter(({ grant }) => grant === 'refresh_token')
  assert.equal(new Set(used.map(({ token }) => token)).size, used.length, JSON.stringify(used))
  assert.deepEqual(used.filter(({ error }) => error), [])
}

// Reads a request and puts back what it read, for those who come after.
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
