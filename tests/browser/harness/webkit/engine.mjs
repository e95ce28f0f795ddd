// WebKitGTK as the stories see it: a screen, and a session for every person who has a browser.
import { missing, openScreen } from '../../../runtime/harness/webdriver.mjs'
import { report, reportViolations } from '../served.mjs'
import { openSession, Profile } from './session.mjs'

/** The engine. Its driver hears no console: the app's pages report it themselves. */
export const webkit = {
  name: 'WebKit',
  missing,
  scripts: [report, reportViolations],
  watch: async () => {},
  popup: (page, act) => page.popup(act),
  offline: (page, isOffline) => page.evaluate(claimOffline, isOffline),
  hide: (page) => page.resize('minimize', {}),
  show: (page) => page.resize('rect', { x: 0, y: 0, width: 1000, height: 760 }),
  launch: (cookies) => launch(cookies === 'blocked' ? ['--enable-itp'] : []),
}

// A session takes a second to open: the next one opens while a story is told.
async function launch(args) {
  const screen = await openScreen()
  const open = () => {
    const session = openSession(screen, args)
    session.catch(() => {})
    return session
  }
  let next = open()
  return {
    async createBrowserContext() {
      const session = next
      next = session.then(open, open)
      next.catch(() => {})
      return new Profile(session)
    },
    async close() {
      const session = await next.catch(() => undefined)
      await session?.close()
      await screen.close()
    },
  }
}

// In the page: no driver takes WebKit's network away. The page believes that it is gone, and every
// request fails.
function claimOffline(isOffline) {
  const kept = (globalThis[Symbol.for('online')] ??= { fetch: globalThis.fetch })
  Object.defineProperty(navigator, 'onLine', { get: () => !isOffline, configurable: true })
  globalThis.fetch = isOffline ? () => Promise.reject(new TypeError('Load failed')) : kept.fetch
  dispatchEvent(new Event(isOffline ? 'offline' : 'online'))
}
