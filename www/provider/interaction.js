// The two pages between the request of the app and the response: sign in, and allow access.
import { readFile } from 'node:fs/promises'
import { extname } from 'node:path'
import { readForm } from './form.js'
import { consentPage } from './pages/consent.js'
import { failurePage } from './pages/failure.js'
import { loginPage } from './pages/login.js'

const FILES = new Map()
for (const name of ['style.css', 'icon.svg']) {
  FILES.set(`/${name}`, await readFile(new URL(`./pages/${name}`, import.meta.url)))
}

/**
 * A koa middleware for `/interaction/<uid>` and the files of its pages. While `autoLogin()` returns
 * `{ login, ts }`, it shows no page: that user signs in and allows access. `ts` is the time of the
 * sign-in, now by default.
 */
export function interactionRoutes(provider, accounts, autoLogin) {
  return async (ctx, next) => {
    if (FILES.has(ctx.path)) {
      ctx.type = extname(ctx.path)
      ctx.body = FILES.get(ctx.path)
      return undefined
    }
    if (!ctx.path.startsWith('/interaction/')) return next()
    ctx.set('Cache-Control', 'no-store')
    try {
      return await answer(ctx, provider, accounts, autoLogin())
    } catch (error) {
      if (error.name !== 'SessionNotFound') throw error
      ctx.status = 400
      return failurePage(ctx, {
        error: 'session_not_found',
        error_description: 'This sign-in has expired. Go back to the app and sign in again.',
      })
    }
  }
}

async function answer(ctx, provider, accounts, autoLogin) {
  const details = await provider.interactionDetails(ctx.req, ctx.res)
  const isLogin = details.prompt.name === 'login'
  const proceed = async ({ login, ts }) => finish(ctx, provider, isLogin
    ? { login: { accountId: accounts.add(login), ts } }
    : { consent: { grantId: await grant(provider, details) } })
  if (autoLogin) return proceed(autoLogin)
  if (ctx.method === 'GET') return show(ctx, provider, accounts, details)
  const form = await readForm(ctx.req)
  if (ctx.path.endsWith('/deny')) return finish(ctx, provider, denied)
  const login = form.get('login')?.trim()
  return isLogin && !login ? show(ctx, provider, accounts, details) : proceed({ login })
}

const denied = {
  error: 'access_denied',
  error_description: 'The user denied access.',
}

async function show(ctx, provider, accounts, details) {
  const client = await provider.Client.find(details.params.client_id)
  const login = details.session && accounts.login(details.session.accountId)
  const page = details.prompt.name === 'login' ? loginPage : consentPage
  ctx.type = 'html'
  ctx.body = page({ uid: details.uid, app: client.clientName, login, details })
}

async function finish(ctx, provider, result) {
  ctx.status = 303
  ctx.redirect(await provider.interactionResult(ctx.req, ctx.res, result))
}

// Grants everything that is missing at once, because the page offers all or nothing.
async function grant(provider, { grantId, session, params, prompt: { details: missing } }) {
  const granted = grantId
    ? await provider.Grant.find(grantId)
    : new provider.Grant({ accountId: session.accountId, clientId: params.client_id })
  if (missing.missingOIDCScope) granted.addOIDCScope(missing.missingOIDCScope.join(' '))
  if (missing.missingOIDCClaims) granted.addOIDCClaims(missing.missingOIDCClaims)
  for (const [resource, scopes] of Object.entries(missing.missingResourceScopes ?? {})) {
    granted.addResourceScope(resource, scopes.join(' '))
  }
  return granted.save()
}
