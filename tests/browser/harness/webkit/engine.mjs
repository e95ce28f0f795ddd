// WebKitGTK: a virtual screen, and browser sessions on it, which scenarios use one after the other.
import { missing, openScreen } from '../../../runtime/harness/webdriver.mjs'
import { report, reportViolations } from '../injected-scripts.mjs'
import { Profile } from './profile.mjs'
import { openSession } from './session.mjs'

/** The engine. Its driver has no console events, so the app's pages report their console themselves. */
export const webkit = {
  name: 'WebKit',
  missing,
  scripts: [report, reportViolations],
  watch: async () => {},
  popup: (page, act) => page.popup(act),
  offline: (page, isOffline) => page.evaluate(pretendOffline, isOffline),
  hide: (page) => page.resize('minimize', {}),
  show: (page) => page.resize('rect', { x: 0, y: 0, width: 1000, height: 760 }),
  launch: (cookies) => launch(cookies === 'blocked' ? ['--enable-itp'] : []),
}

async function launch(args) {
  const screen = await openScreen()
  const idle = []
  return {
    /** `isReusable`: later scenarios may use the same session, once its cookies are deleted. */
    async createBrowserContext({ isReusable = false } = {}) {
      const session = idle.pop() ?? (await openSession(screen, args))
      return new Profile(session, isReusable && ((session) => idle.push(session)))
    },
    async close() {
      await Promise.all(idle.map((session) => session.close()))
      await screen.close()
    },
  }
}

// In the page: no driver takes the network from WebKit. The page gets the event, and every
// request fails.
function pretendOffline(isOffline) {
  const original = (globalThis[Symbol.for('online')] ??= { fetch: globalThis.fetch })
  Object.defineProperty(navigator, 'onLine', { get: () => !isOffline, configurable: true })
  globalThis.fetch = isOffline ? () => Promise.reject(new TypeError('Load failed')) : original.fetch
  dispatchEvent(new Event(isOffline ? 'offline' : 'online'))
}
