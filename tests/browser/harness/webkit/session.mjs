// One run of WebKit: its windows share the driver's attention.
import { setTimeout as sleep } from 'node:timers/promises'
import { openWebkit } from '../../../runtime/harness/webdriver.mjs'

const CAPABILITIES = {
  acceptInsecureCerts: true,
  // A driver that waits for one tab's page answers no command to the others: scenarios wait themselves.
  pageLoadStrategy: 'none',
  // The driver measures this limit with a timer of the page, which a scenario moves and a page in the
  // back/forward cache stops.
  timeouts: { script: null },
}

/** How long a page without a script may take to load. */
const RESET_TIMEOUT_MS = 10_000

/** Opens a session, in which commands of WebDriver run one after the other. */
export async function openSession(screen, args = []) {
  const browser = await openWebkit({ screen, args, capabilities: CAPABILITIES })
  const { command } = browser
  let target = { window: await command('GET', '/window'), frame: undefined }
  let last = Promise.resolve()

  const switchTo = async (window, frame) => {
    if (target.window !== window) {
      target = {}
      await command('POST', '/window', { handle: window })
      target = { window }
    } else if (target.frame) {
      await command('POST', '/frame', { id: null })
      target = { window }
    }
    if (frame) await command('POST', '/frame', { id: frame })
    target.frame = frame
  }
  /** Runs `act` without the commands of others in between. */
  const exclusively = (act) => {
    const turn = last.then(act)
    last = turn.catch(() => {})
    return turn
  }
  const closeWindow = async (window) => {
    await switchTo(window)
    await command('DELETE', '/window')
    target = {}
  }
  const session = {
    first: target.window,
    /** Sends commands to a window, or to a frame in it. */
    at: (window, frame, act) => exclusively(async () => {
      await switchTo(window, frame)
      return act(command)
    }),
    windows: () => exclusively(() => command('GET', '/window/handles')),
    /** Opens a window: of several tabs in one window, all but one would be hidden. */
    open: () => exclusively(async () => {
      // `window/new` fails while the current window is a closed one.
      if (!target.window) await switchTo((await command('GET', '/window/handles'))[0])
      const { handle } = await command('POST', '/window/new', { type: 'window' })
      return handle
    }),
    closeWindow: (window) => exclusively(() => closeWindow(window)),
    /** Closes all windows except one, and deletes the cookies of the site of `page`. */
    reset: (page) => exclusively(async () => {
      const [kept, ...others] = await command('GET', '/window/handles')
      for (const window of others) await closeWindow(window)
      await switchTo(kept)
      await loadPage(command, page)
      await command('DELETE', '/cookie')
      // A page that is still on its way to the next one answers no question.
      await loadPage(command, 'about:blank')
      session.first = kept
    }),
    close: () => browser.close(),
  }
  return session
}

/** Loads a page in the current window, and waits until the one before it is gone. */
async function loadPage(command, url) {
  const run = (script) => command('POST', '/execute/sync', { script, args: [url] })
  await run('globalThis.isOld = true')
  await command('POST', '/url', { url })
  const end = Date.now() + RESET_TIMEOUT_MS
  while (!(await run(IS_LOADED).catch(() => false))) {
    if (Date.now() > end) throw new Error(`${url} does not load`)
    await sleep(20)
  }
}

const IS_LOADED = `
  return location.href === arguments[0] && !globalThis.isOld && document.readyState === 'complete'
`
