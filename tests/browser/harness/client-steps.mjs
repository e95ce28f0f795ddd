// Steps of a client on the bare page, at whichever provider.
import { clickButton, makeClient } from './steps.mjs'

/** Waits until the page is the app's callback. */
export const atCallback = (page, servers) =>
  page.waitForFunction((app) => location.origin === app && location.pathname === '/callback', {},
    servers.app)

/** Starts a new client on the page. Returns the user who is signed in, or `null`. */
export async function start(page, servers, settings = {}) {
  await makeClient(page, servers, settings)
  return page.evaluate(async () => (await auth.start())?.sub ?? null)
}

/** The access token, or the code of the error. */
export const token = (page) => page.evaluate(() =>
  auth.getAccessToken().then(({ accessToken }) => accessToken, (error) => error.code))

/** The status of the client, and the user or `null`. */
export const authState = (page) => page.evaluate(() => [auth.status, auth.user?.sub ?? null])

/** Waits until the client of the page has this user, or none (`null`). */
export const waitForUser = (page, sub) =>
  page.waitForFunction((sub) => auth.status !== 'loading' && (auth.user?.sub ?? null) === sub, {}, sub)

/**
 * Clicks a button of the page that signs in in a popup. `popupAbort` in the page cancels the latest
 * of these sign-ins.
 */
export async function clickPopupSignIn(page) {
  await page.evaluate(() => {
    const button = document.createElement('button')
    button.textContent = 'Sign in in a popup'
    globalThis.popupOutcomes ??= []
    button.onclick = () => {
      button.remove()
      globalThis.popupAbort = new AbortController()
      auth.signInPopup({ signal: popupAbort.signal }).then(({ sub }) => sub, ({ code }) => code)
        .then((outcome) => popupOutcomes.push(outcome))
    }
    document.body.append(button)
  })
  await clickButton(page, 'Sign in in a popup')
}

/** Waits for the end of the next sign-in in a popup. Returns the user or the error code. */
export async function popupOutcome(page) {
  await page.waitForFunction(() => popupOutcomes.length > 0)
  return page.evaluate(() => popupOutcomes.shift())
}

/** Stores the settings of the app that runs at the callback, in a popup or a frame; see `app`. */
export const rememberApp = (page, { issuer }, settings = {}) =>
  page.evaluate((app) => localStorage.setItem('app', app), JSON.stringify({ issuer, ...settings }))

/** In the page, before its scripts: at the callback it starts a client, as every app does. */
export function app() {
  const app = location.pathname === '/callback' && localStorage.getItem('app')
  if (!app) return
  const waiting = setInterval(() => {
    if (!('countersign' in globalThis)) return
    clearInterval(waiting)
    const config = { clientId: 'demo-spa', redirectUri: '/callback', allowLoopbackIssuer: true }
    countersign.createClient({ ...config, ...JSON.parse(app) }).start().catch(() => {})
  }, 20)
}
