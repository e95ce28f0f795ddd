// The two questions between the app's request and its answer: who are you, and may the app know?
import { readFile } from 'node:fs/promises'
import { extname } from 'node:path'
import { readForm } from './form.js'
import { consentPage } from './pages/consent.js'
import { failurePage } from './pages/failure.js'
import { loginPage } from './pages/login.js'

const FILES = new Map()
for (const name of ['style.css', 'ring.svg']) {
  FILES.set(`/${name}`, await readFile(new URL(`./pages/${name}`, import.meta.url)))
}

/** A koa middleware for `/interaction/<uid>` and the files its pages need. */
export function interactionRoutes(provider, accounts) {
  return async (ctx, next) => {
    if (FILES.has(ctx.path)) {
      ctx.type = extname(ctx.path)
      ctx.body = FILES.get(ctx.path)
      return undefined
    }
    if (!ctx.path.startsWith('/interaction/')) return next()
    ctx.set('Cache-Control', 'no-store')
    try {
      return await answer(ctx, provider, accounts)
    } catch (error) {
      if (error.name !== 'SessionNotFound') throw error
      ctx.status = 400
      return failurePage(ctx, {
        error: 'session_not_found',
        error_description: 'This sign-in is over. Go back to the app and sign in from there.',
      })
    }
  }
}

async function answer(ctx, provider, accounts) {
  const asked = await provider.interactionDetails(ctx.req, ctx.res)
  if (ctx.method === 'GET') return show(ctx, provider, accounts, asked)
  const form = await readForm(ctx.req)
  if (ctx.path.endsWith('/deny')) return finish(ctx, provider, denied)
  if (asked.prompt.name === 'login') {
    const login = form.get('login')?.trim()
    if (!login) return show(ctx, provider, accounts, asked)
    return finish(ctx, provider, { login: { accountId: accounts.admit(login) } })
  }
  return finish(ctx, provider, { consent: { grantId: await grant(provider, asked) } })
}

const denied = {
  error: 'access_denied',
  error_description: 'The person said no.',
}

async function show(ctx, provider, accounts, asked) {
  const client = await provider.Client.find(asked.params.client_id)
  const login = asked.session && accounts.login(asked.session.accountId)
  const page = asked.prompt.name === 'login' ? loginPage : consentPage
  ctx.type = 'html'
  ctx.body = page({ uid: asked.uid, app: client.clientName, login, asked })
}

async function finish(ctx, provider, result) {
  ctx.status = 303
  ctx.redirect(await provider.interactionResult(ctx.req, ctx.res, result))
}

// Everything that is missing is granted at once: the page offers all or nothing.
async function grant(provider, { grantId, session, params, prompt: { details } }) {
  const given = grantId
    ? await provider.Grant.find(grantId)
    : new provider.Grant({ accountId: session.accountId, clientId: params.client_id })
  if (details.missingOIDCScope) given.addOIDCScope(details.missingOIDCScope.join(' '))
  if (details.missingOIDCClaims) given.addOIDCClaims(details.missingOIDCClaims)
  for (const [resource, scopes] of Object.entries(details.missingResourceScopes ?? {})) {
    given.addResourceScope(resource, scopes.join(' '))
  }
  return given.save()
}
