// A tab of WebKit, in the words of puppeteer that the stories use.
import { writeFile } from 'node:fs/promises'
import { Surface } from './surface.mjs'

const KEYS = { Tab: '\uE004', Enter: '\uE007', Escape: '\uE00C' }

/** A tab. */
export class Page extends Surface {
  #closed = false
  keyboard = {
    press: (key) => this.#strike([KEYS[key] ?? key]),
    type: (text) => this.#strike([...text]),
  }

  setDefaultTimeout(timeout) {
    this.patience = timeout
  }

  /** Goes to an address and waits until its page is there. */
  async goto(url) {
    // Another place in the same document loads nothing.
    const stays = await this.evaluate(leaveMark, url)
    await this.at((command) => command('POST', '/url', { url }))
    if (!stays) await this.#loaded(url)
  }

  async reload() {
    await this.evaluate(leaveMark, '')
    await this.at((command) => command('POST', '/refresh', {}))
    await this.#loaded('the page again')
  }

  async goBack() {
    await this.at((command) => command('POST', '/back', {}))
  }

  #loaded(what) {
    return this.until(what, 30_000, () => this.evaluate(isLoaded))
  }

  url() {
    return this.evaluate(() => location.href)
  }

  async #strike(keys) {
    const actions = keys.flatMap((value) => [{ type: 'keyDown', value }, { type: 'keyUp', value }])
    await this.at((command) => command('POST', '/actions', {
      actions: [{ type: 'key', id: 'keyboard', actions }],
    }))
  }

  /** Each page is a window of its own: none is hidden by another. */
  async bringToFront() {}

  resize(how, size) {
    return this.at((command) => command('POST', `/window/${how}`, size))
  }

  /** The window that opens when `act` is done. */
  async popup(act) {
    const before = new Set(await this.session.windows())
    await act()
    const opened = async () => (await this.session.windows()).find((window) => !before.has(window))
    return new Page(this.session, await this.until('a popup', this.patience, opened))
  }

  async screenshot({ path }) {
    const picture = await this.at((command) => command('GET', '/screenshot'))
    await writeFile(path, Buffer.from(picture, 'base64'))
  }

  isClosed() {
    return this.#closed
  }

  async close() {
    if (this.#closed) return
    this.#closed = true
    await this.session.shut(this.window)
  }
}

// In the page that is to go: the next one has no such mark.
function leaveMark(url) {
  const [there] = url.split('#')
  if (url.includes('#') && there === location.href.split('#')[0]) return true
  globalThis.isOld = true
  return false
}

function isLoaded() {
  return !globalThis.isOld && document.readyState === 'complete'
}
