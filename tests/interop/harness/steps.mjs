// Steps of the person and of the app in the scenarios.
import { randomBytes } from 'node:crypto'
import { atCallback, start } from '../../browser/harness/client-steps.mjs'
import { makeClient } from '../../browser/harness/steps.mjs'
import { load } from '../../package/support/package.mjs'
import { AUDIENCE, CLIENTS, SECRET } from './places.mjs'

/** The settings of a page's client at the provider. */
export const settingsOf = ({ provider }, name = 'app', more = {}) =>
  ({ clientId: CLIENTS[name], ...provider.settings, ...more })

/**
 * Opens an app and signs in. `silently`: the provider knows the person already, and asks nothing.
 * Returns the `sub` of the user.
 */
export async function signIn(stage, options = {}) {
  const { page = stage.page, name = 'app', login = stage.provider.login, silently = false, settings } = options
  const { provider, servers } = stage
  const { how = provider.signInOptions } = options
  const place = { ...servers, app: servers[name] }
  const all = settingsOf(stage, name, settings)
  await page.goto(place.app)
  await makeClient(page, servers, all)
  await page.evaluate((how) => void auth.signIn(how), how)
  if (!silently) await provider.signIn(page, login)
  else if (how?.prompt !== 'none') await provider.consent?.(page)
  await atCallback(page, place)
  return start(page, servers, all)
}

/** Loads the page again and starts a new client. Returns the `sub` of the user, or `null`. */
export async function reload(stage, { page = stage.page, name = 'app', settings } = {}) {
  await page.reload()
  return start(page, stage.servers, settingsOf(stage, name, settings))
}

/** Renews the tokens now. Returns the access token, or the code of the error. */
export const renew = (page) => page.evaluate(() =>
  auth.getAccessToken({ renew: true }).then(({ accessToken }) => accessToken, (error) => error.code))

/** The ID token of the page. */
export const idToken = (page) => page.evaluate(() => auth.getIdToken())

/** Leaves by `signOut`, and confirms it where the provider asks. The page ends at the app. */
export async function signOut({ provider, servers }, page, name = 'app') {
  await page.evaluate(() => void auth.signOut())
  await provider.confirmSignOut?.(page)
  // The app's page that begins the sign-out has a client.
  await page.waitForFunction((app) => location.origin === app && !globalThis.auth && document.readyState === 'complete',
    {}, servers[name])
}

/** The refresh tokens that a page sends, in their order. Call it before the page loads. */
export function sentRefreshTokens(page) {
  const sent = []
  page.on('request', (request) => {
    const form = new URLSearchParams(request.postData() ?? '')
    if (form.get('grant_type') === 'refresh_token') sent.push(form.get('refresh_token'))
  })
  return sent
}

/** Sends a refresh token of the app's to the provider. Returns the status. */
export async function refreshWith({ provider }, refreshToken) {
  const { token_endpoint } = await (await fetch(`${provider.issuer}/.well-known/openid-configuration`)).json()
  const form = { grant_type: 'refresh_token', refresh_token: refreshToken, client_id: CLIENTS.app }
  return (await fetch(token_endpoint, { method: 'POST', body: new URLSearchParams(form) })).status
}

/** A verifier of the API. */
export async function verifierAt({ provider }, more = {}) {
  const { createVerifier } = await load('./edge')
  return createVerifier({
    issuer: provider.issuer, audience: AUDIENCE, allowLoopbackIssuer: true, ...provider.apiSettings, ...more,
  })
}

/** A verifier that asks the provider about each token. */
export async function askingVerifierAt(stage, more = {}) {
  const { introspection } = await load('./introspection')
  const asking = introspection({
    clientId: CLIENTS.api, clientSecret: SECRET, keep: 0, jwts: true, ...stage.provider.introspection,
  })
  const { opaqueAudience: audience = AUDIENCE } = stage.provider
  return verifierAt(stage, { introspection: asking, audience, ...more })
}

/** The verdict of a guard about a token: `passed`, or the code of the refusal. */
export async function verdict(verifier, token, need) {
  const request = new Request('https://api.example.com/inbox', { headers: { authorization: `Bearer ${token}` } })
  const pass = await verifier.guard(request, need)
  return pass.ok ? 'passed' : pass.error.code
}

// Each `createSessions` of a process has a cookie of its own name.
let served = 0

/**
 * Serves an app with `createSessions`: `/` shows the user and whether there is a token, `/renew` renews.
 */
export async function serveSessions({ provider, servers }, more = {}) {
  const { createSessions } = await load('./sessions')
  const sessions = createSessions({
    issuer: provider.issuer,
    clientId: CLIENTS.server,
    clientSecret: SECRET,
    secret: randomBytes(32).toString('base64'),
    allowLoopbackIssuer: true,
    allowInsecure: true,
    postLogoutRedirectUri: '/',
    cookie: { name: `interop_${served += 1}` },
    ...provider.serverSettings,
    ...more,
  })
  const show = async (session, renew) => {
    if (!session) return { user: null }
    const { accessToken } = await session.getAccessToken({ renew })
    return { user: session.user, accessToken, idToken: await session.getIdToken() }
  }
  servers.places.serveRequests(async (request) => {
    const isRenewal = new URL(request.url).pathname === '/renew'
    return (await sessions.handle(request)) ??
      sessions.with(request, async (session) => Response.json(await show(session, isRenewal)))
  })
}

/** Opens a path of the app with sessions. Returns the JSON that it shows. */
export async function readFrom({ servers }, page, path = '/') {
  await page.goto(servers.server + path)
  return shown(page)
}

/** The JSON that a page shows, or the text if it is none. */
export async function shown(page) {
  const text = await page.evaluate(() => document.body.innerText)
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** Signs in at the app with sessions. Returns what it shows then. */
export async function enter({ page, provider, servers }, { login = provider.login, silently = false } = {}) {
  const query = new URLSearchParams({ returnTo: '/', ...provider.signInOptions })
  await page.goto(`${servers.server}/auth/login?${query}`, { waitUntil: 'domcontentloaded' })
  if (!silently) await provider.signIn(page, login)
  await page.waitForFunction((app) => location.origin === app && document.readyState === 'complete', {}, servers.server)
  return shown(page)
}

/** Posts the form of the sign-out, and confirms it where the provider asks. */
export async function leave({ page, provider, servers }) {
  await page.evaluate(() => {
    const form = document.createElement('form')
    Object.assign(form, { method: 'post', action: '/auth/logout' })
    document.body.append(form)
    form.submit()
  })
  // The page that begins the sign-out has a form.
  await page.waitForFunction(() => document.readyState === 'complete' && !document.querySelector('form[action="/auth/logout"]'))
  await provider.confirmSignOut?.(page)
  if (provider.staysAfterSignOut) {
    await page.waitForFunction(() => document.body?.innerText.includes('disconnected'))
    await page.goto(servers.server)
  }
  await page.waitForFunction((app) => location.origin === app && document.readyState === 'complete', {}, servers.server)
}
