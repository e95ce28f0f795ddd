// Front-channel logout, and the frame of session management with the algorithm of the standard's example.
// The provider of the demo has neither, so they are koa middlewares around it.
import { createHash, randomBytes } from 'node:crypto'

const hash = (text) => createHash('sha256').update(text).digest('hex')

/**
 * A sign-out page at `/sign-out-page`, which shows the app's page in a frame, with `query()` as its
 * query. A page at `/frame-of?PATH` shows any page of the app.
 */
export function signOutPage(servers, query) {
  return (ctx, next) => {
    const frames = { '/sign-out-page': `/front-channel-logout${query()}`, '/frame-of': ctx.querystring }
    const path = frames[ctx.path]
    if (path === undefined) return next()
    ctx.type = 'html'
    ctx.body = `<!doctype html><title>Sign-out</title><iframe src="${servers.app}${path}"></iframe>`
  }
}

/** One middleware of several, the first one outermost. */
export const together = (...faults) => (ctx, next) =>
  faults.reduceRight((rest, fault) => () => fault(ctx, rest), next)()

/**
 * Session management: `check_session_iframe` is announced, `session_state` is in every response, and
 * the state of the user's session is in a cookie that the frame reads. `/other-session` changes that
 * cookie, as a new sign-in of the same user does; `/no-session` ends the provider's session. `script`
 * may replace the script of the frame.
 */
export function sessionManagement(servers, script = frame) {
  const cookie = servers.issuer?.startsWith('https') ? '; SameSite=None; Secure' : ''
  const setState = (ctx, value) => ctx.append('Set-Cookie', `op_state=${value}; Path=/${cookie}`)
  const pages = {
    '/check-session': (ctx) => {
      ctx.body = `<!doctype html><title>Session</title><script>(${script})()</script>`
    },
    '/other-session': (ctx) => {
      setState(ctx, randomBytes(8).toString('hex'))
      ctx.body = '<!doctype html><title>Another session</title>'
    },
    '/no-session': (ctx) => {
      for (const [name] of ctx.get('Cookie').matchAll(/_session[^=;]*/g)) {
        ctx.append('Set-Cookie', `${name}=; Path=/; Max-Age=0${cookie}`)
      }
      setState(ctx, 'none')
      ctx.body = '<!doctype html><title>No session</title>'
    },
  }
  return async (ctx, next) => {
    if (pages[ctx.path]) {
      ctx.type = 'html'
      return pages[ctx.path](ctx)
    }
    await next()
    if (ctx.path.startsWith('/.well-known/')) {
      ctx.body = { ...ctx.body, check_session_iframe: `${servers.issuer}/check-session` }
    }
    const location = ctx.response.get('Location')
    if (!location?.includes('/callback?')) return
    const own = /op_state=([^;]+)/.exec(ctx.get('Cookie'))?.[1] ?? randomBytes(8).toString('hex')
    setState(ctx, own)
    const url = new URL(location)
    const salt = randomBytes(8).toString('hex')
    const state = `${hash(`demo-spa ${url.origin} ${own} ${salt}`)}.${salt}`
    url.searchParams.set('session_state', state)
    ctx.set('Location', url.href)
  }
}

/** In the provider's frame: the algorithm of Session Management 1.0 section 3.2. */
export function frame() {
  const digest = async (text) => {
    const bytes = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))
    return [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
  }
  addEventListener('message', async ({ source, origin, data }) => {
    const [client, state, ...more] = String(data).split(' ')
    const [, salt] = (state ?? '').split('.')
    if (!salt || more.length > 0) return source.postMessage('error', origin)
    const own = /op_state=([^;]+)/.exec(document.cookie)?.[1]
    const now = `${await digest(`${client} ${origin} ${own} ${salt}`)}.${salt}`
    source.postMessage(now === state ? 'unchanged' : 'changed', origin)
  })
}
