// An app at an emulated provider: a page with `createClient`, or a server with `createSessions`. Both have the same methods.
import { openBrowser } from '../../package/support/browser.mjs'
import { browse } from '../../package/support/edge-app.mjs'
import { load } from '../../package/support/package.mjs'
import { openAgent } from '../../../www/emulators/engine/agent.js'
import { app, clientId, clientSecret, presetOf } from './emulator.mjs'
import { pageFetch } from './page-fetch.mjs'

const [{ createClient }, { createSessions }] = await Promise.all(['.', './sessions'].map((entry) => load(entry)))

/**
 * Opens the app of a system. `settings` are added to the app's; `preset` is another preset than that of the system.
 *
 * `signIn()` ends with the user or rejects; `accessToken()` and `signOut()` are as in the package, and `signOut()` ends with
 * where the user is. `silent()` asks the provider for a session, as a hidden frame does.
 */
export function openApp(t, emulator, { settings, preset = presetOf(emulator.system) } = {}) {
  const open = emulator.system.serves === 'page' ? openPage : openServer
  return open(t, emulator, { provider: preset, clientId, ...emulator.system.settings, ...settings })
}

function openPage(t, emulator, settings) {
  const browser = openBrowser()
  const agent = openAgent(emulator, app)
  const open = (url) => {
    const page = browser.visit(url)
    const auth = createClient({
      redirectUri: '/callback', postLogoutRedirectUri: '/', store: 'session', fetch: pageFetch(emulator, app), ...settings,
    })
    t.after(() => auth.close())
    return { page, auth }
  }
  let current
  const stage = {
    agent,
    get auth() {
      return current.auth
    },
    /** Leaves for the provider; the address that leads back. */
    async go(options) {
      current = open(`${app}/inbox`)
      await current.auth.start()
      const away = current.auth.signIn(options)
      return agent.go(await Promise.race([current.page.left, away]))
    },
    async come({ url }) {
      current = open(url)
      return current.auth.start()
    },
    async signIn(options) {
      const back = await stage.go(options)
      if (!back.url) throw new Error(`The provider shows a page: ${back.page}`)
      return stage.come(back)
    },
    user: () => current.auth.user,
    userInfo: () => current.auth.userInfo(),
    accessToken: (need) => current.auth.getAccessToken(need),
    async signOut(options) {
      const done = current.auth.signOut(options)
      const left = await Promise.race([current.page.left, done.then(() => undefined)])
      return left === undefined ? { isLocal: true } : { asked: new URL(left), ...(await agent.go(left)) }
    },
  }
  return stage
}

function openServer(t, emulator, settings) {
  const agent = openAgent(emulator, app)
  const failures = []
  const sessions = createSessions({
    clientSecret: emulator.system.clientSecret?.() ?? clientSecret,
    secret: 'a secret for the cookies of these tests, of 32 bytes',
    fetch: emulator.fetch,
    postLogoutRedirectUri: '/',
    onError(error) {
      failures.push(error)
      return undefined
    },
    ...settings,
  })
  const browser = browse(sessions)
  const failed = () => failures.pop() ?? new Error('The app gave no reason')
  const within = async (act) => {
    let result
    const response = await browser.with(async (session) => {
      result = await act(session).then((value) => ({ value }), (error) => ({ error }))
      return new Response('')
    })
    if (!result) throw failures.pop() ?? new Error(await response.text())
    if (result.error) throw result.error
    return result.value
  }
  const stage = {
    agent,
    browser,
    async go(options = {}) {
      const query = new URLSearchParams({ returnTo: '/inbox', ...options })
      const away = await browser.handle(`/auth/login?${query}`)
      if (away.status !== 302) throw failed()
      return agent.go(away.headers.get('location'))
    },
    async come({ url, form }) {
      let response
      if (form) {
        // The form comes from another site, so cookies with SameSite=Lax stay behind.
        const headers = { origin: new URL(emulator.front.home).origin }
        response = await sessions.handle(new Request(url, { method: 'POST', body: form, headers }))
        if (response.status === 303) response = await browser.handle(response.headers.get('location'))
      } else {
        response = await browser.handle(url)
      }
      if (response.status !== 302) throw failed()
      return browser.user()
    },
    async signIn(options) {
      const back = await stage.go(options)
      if (!back.url) throw new Error(`The provider shows a page: ${back.page}`)
      return stage.come(back)
    },
    user: () => browser.user(),
    userInfo: () => within((session) => session.userInfo()),
    accessToken: (need) => within((session) => session.getAccessToken(need)),
    async signOut() {
      const response = await browser.signOut()
      const to = response.headers.get('location')
      if (new URL(to, app).origin === app) return { isLocal: true }
      return { asked: new URL(to), ...(await agent.go(to)) }
    },
  }
  return stage
}
