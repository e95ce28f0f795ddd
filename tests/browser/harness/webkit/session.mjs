// One run of WebKit: a profile of its own, and its windows, which share the driver's ear.
import { openWebkit } from '../../../runtime/harness/webdriver.mjs'
import { Page } from './page.mjs'

const SETTINGS = {
  acceptInsecureCerts: true,
  // A driver that waits for one tab's page hears nothing of the others: the pages wait themselves.
  pageLoadStrategy: 'none',
}

/** Opens a session: WebDriver's commands, one at a time, and which window and frame hears them. */
export async function openSession(screen, args = []) {
  const browser = await openWebkit({ screen, args, capabilities: SETTINGS })
  let heard = { window: await browser.command('GET', '/window'), frame: undefined }
  let last = Promise.resolve()

  const turnTo = async (window, frame) => {
    if (heard.window !== window) {
      heard = {}
      await browser.command('POST', '/window', { handle: window })
      heard = { window }
    } else if (heard.frame) {
      await browser.command('POST', '/frame', { id: null })
      heard = { window }
    }
    if (frame) await browser.command('POST', '/frame', { id: frame })
    heard.frame = frame
  }
  /** Nobody else's commands come between those of `act`. */
  const alone = (act) => {
    const turn = last.then(act)
    last = turn.catch(() => {})
    return turn
  }
  return {
    first: heard.window,
    /** Commands to a window, or to a frame in it. */
    at: (window, frame, act) => alone(async () => {
      await turnTo(window, frame)
      return act(browser.command)
    }),
    windows: () => alone(() => browser.command('GET', '/window/handles')),
    /** Opens a window: of the tabs in one window, all but one would be hidden. */
    open: () => alone(async () => {
      // A window that was closed hears nothing, not even this.
      if (!heard.window) await turnTo((await browser.command('GET', '/window/handles'))[0])
      const { handle } = await browser.command('POST', '/window/new', { type: 'window' })
      return handle
    }),
    /** Closes a window. */
    shut: (window) => alone(async () => {
      await turnTo(window)
      await browser.command('DELETE', '/window')
      heard = {}
    }),
    close: () => browser.close(),
  }
}

/** What puppeteer calls a browser context, with the words that the stories use. */
export class Profile {
  #session
  #opening = false

  constructor(session) {
    this.#session = session
  }

  async newPage() {
    const session = await this.#session
    // The window that the browser opened with is the first page.
    if (!this.#opening) {
      this.#opening = true
      return new Page(session, session.first)
    }
    return new Page(session, await session.open())
  }

  async close() {
    await (await this.#session).close()
  }
}
