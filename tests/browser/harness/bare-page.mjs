// A client on the bare page: an app without a user interface, whose methods the scenarios call.
import assert from 'node:assert/strict'
import { contentSecurityPolicy } from '../../../www/server/headers.js'
import { builtPage } from './built-page.mjs'
import { atCallback, start } from './client-steps.mjs'
import { makeClient, signInAtProvider } from './steps.mjs'

export {
  app, atCallback, authState, clickPopupSignIn, popupOutcome, rememberApp, start, token, waitForUser,
} from './client-steps.mjs'

/** Options of a scenario on the bare page. */
export const bare = { folder: await builtPage('countersign') }

/** How long an access token lives in scenarios in which it becomes old, in seconds. */
export const TOKEN_TTL = 120

/** The age at which a client renews a token, in seconds: half of its life, and a little more. */
export const RENEWAL_AGE = TOKEN_TTL / 2 + 5

/** The age at which a token has expired, in seconds. */
export const EXPIRY_AGE = TOKEN_TTL + 5

/** Options of a scenario on the bare page in which time passes (`advance` of clock.mjs). */
export const bareWithClock = { ...bare, clock: 0, provider: { accessTokenTtl: TOKEN_TTL } }

/** Headers of an app that shows frames of `provider`, and its own callback in one. */
export const framing = (provider) => ({
  // The ports are not known yet.
  'Content-Security-Policy': contentSecurityPolicy('http://localhost', 'http://localhost')
    .replace('connect-src', `frame-src 'self' ${provider}; connect-src ${provider}`)
    .replace("frame-ancestors 'none'", "frame-ancestors 'self'"),
})

/**
 * Signs in by a redirect. `again`: the page is open already, and the provider has a session of the
 * user. `withForms`: the user signs in on the provider's pages; otherwise it shows none.
 */
export async function signIn(page, servers, settings = {}, options = {}) {
  const { login = 'alice', again, withForms } = options
  if (!again) await page.goto(servers.app)
  await makeClient(page, servers, settings)
  if (!again && !withForms) servers.autoLogin = login
  await page.evaluate(() => void auth.signIn())
  if (withForms) await signInAtProvider(page, login)
  await atCallback(page, servers)
  servers.autoLogin = undefined
  assert.equal(await start(page, servers, settings), login)
}

/** Opens the page and begins a sign-in, up to the app's callback. The provider shows no page. */
export async function goToCallback(page, servers) {
  await page.goto(servers.app)
  await makeClient(page, servers)
  servers.autoLogin = 'alice'
  await page.evaluate(() => void auth.signIn())
  await atCallback(page, servers)
}

/** Opens another tab, and starts a client in it. */
export async function openTab(newPage, servers, settings = {}) {
  const tab = await newPage()
  await tab.goto(servers.app)
  return { tab, sub: await start(tab, servers, settings) }
}

/** The requests with a refresh token that reached the provider. */
export const refreshes = (servers) =>
  servers.tokenRequests.filter(({ grant }) => grant === 'refresh_token')

/** Waits until a condition of the servers holds. */
export async function until(condition) {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 20))
}

