// A client on the bare page: an app without an app, whose verbs the stories call themselves.
import assert from 'node:assert/strict'
import { contentSecurityPolicy } from '../../../www/server/headers.js'
import { builtPage } from './built-page.mjs'
import { answerProvider, makeClient, press } from './steps.mjs'

/** Options of a story on the bare page. */
export const bare = { folder: await builtPage('countersign') }

/** Headers of an app that shows frames of `provider`, and its own callback in one. The ports are free ones. */
export const framing = (provider) => ({
  'Content-Security-Policy': contentSecurityPolicy('http://localhost', 'http://localhost')
    .replace('connect-src', `frame-src 'self' ${provider}; connect-src ${provider}`)
    .replace("frame-ancestors 'none'", "frame-ancestors 'self'"),
})

/**
 * From the bare page to being signed in, by a redirect. `again`: from where the page is, and the
 * provider knows the person.
 */
export async function signIn(page, world, settings = {}, { login = 'alice', again } = {}) {
  if (!again) await page.goto(world.app)
  await makeClient(page, world, settings)
  await page.evaluate(() => void auth.signIn())
  if (!again) await answerProvider(page, login)
  await atCallback(page, world)
  assert.equal(await start(page, world, settings), login)
}

/** Waits until the page is the app's callback. */
export const atCallback = (page, world) =>
  page.waitForFunction((app) => location.origin === app && location.pathname === '/callback', {},
    world.app)

/** Who is signed in, as a new client on this page sees it. */
export async function start(page, world, settings = {}) {
  await makeClient(page, world, settings)
  return page.evaluate(async () => (await auth.start())?.sub ?? null)
}

/** Opens another tab with a client in it. */
export async function openTab(newPage, world, settings = {}) {
  const tab = await newPage()
  await tab.goto(world.app)
  return { tab, sub: await start(tab, world, settings) }
}

/** The access token, or the code of the refusal. */
export const token = (page) => page.evaluate(() =>
  auth.getAccessToken().then(({ accessToken }) => accessToken, (error) => error.code))

/** Whether somebody is signed in, and who. */
export const shown = (page) => page.evaluate(() => [auth.status, auth.user?.sub ?? null])

/** Waits until the page shows this person, or nobody (`null`). */
export const shows = (page, sub, timeout = 5000) =>
  page.waitForFunction((sub) => auth.status !== 'loading' && (auth.user?.sub ?? null) === sub,
    { polling: 50, timeout }, sub)

/** The requests with a refresh token that reached the provider. */
export const refreshes = (world) => world.tokens.filter(({ grant }) => grant === 'refresh_token')

/** Signs in in a popup, by a click; `off` in the page calls the latest off. */
export async function pressPopup(page) {
  await page.evaluate(() => {
    const button = document.createElement('button')
    button.textContent = 'Beside'
    globalThis.outcomes ??= []
    button.onclick = () => {
      button.remove()
      globalThis.off = new AbortController()
      auth.signInPopup({ signal: off.signal }).then(({ sub }) => sub, ({ code }) => code)
        .then((outcome) => outcomes.push([outcome, Date.now()]))
    }
    document.body.append(button)
  })
  await press(page, 'Beside')
}

/** How the next sign-in in a popup ended: the person or the code, and when. */
export async function outcome(page) {
  await page.waitForFunction(() => outcomes.length > 0, { polling: 50 })
  return page.evaluate(() => outcomes.shift())
}

/** What the page of a callback in a popup or a frame needs to be an app of its own, see `app`. */
export const remember = (page, { issuer }, settings = {}) =>
  page.evaluate((app) => localStorage.setItem('app', app), JSON.stringify({ issuer, ...settings }))

/** In the page, before its scripts: on the way back it starts a client, as every app does. */
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
