// A tab of WebKit, with the methods of puppeteer's page that scenarios use.
import { writeFile } from 'node:fs/promises'
import { Surface } from './surface.mjs'

const KEYS = { Tab: '\uE004', Enter: '\uE007', Escape: '\uE00C' }

/** How long a page may take to load. */
const LOAD_TIMEOUT_MS = 30_000

/** A tab. */
export class Page extends Surface {
  #closed = false
  keyboard = {
    press: (key) => this.#pressKeys([KEYS[key] ?? key]),
    type: (text) => this.#pressKeys([...text]),
  }

  setDefaultTimeout(timeoutMs) {
    this.timeoutMs = timeoutMs
  }

  /** Goes to an address and waits until its page has loaded. */
  async goto(url) {
    // Another fragment of the same document loads nothing.
    const stays = await this.evaluate(markAsOld, url)
    await this.at((command) => command('POST', '/url', { url }))
    if (!stays) await this.#loaded(url)
  }

  async reload() {
    await this.evaluate(markAsOld, '')
    await this.at((command) => command('POST', '/refresh', {}))
    await this.#loaded('the page again')
  }

  #loaded(what) {
    return this.until(what, LOAD_TIMEOUT_MS, () => this.ask(isLoaded))
  }

  url() {
    return this.evaluate(() => location.href)
  }

  async #pressKeys(keys) {
    const actions = keys.flatMap((value) => [{ type: 'keyDown', value }, { type: 'keyUp', value }])
    await this.at((command) => command('POST', '/actions', {
      actions: [{ type: 'key', id: 'keyboard', actions }],
    }))
  }

  /** Each page is a window of its own, and none hides another. */
  async bringToFront() {}

  resize(how, size) {
    return this.at((command) => command('POST', `/window/${how}`, size))
  }

  /** The window that opens while `act` runs. */
  async popup(act) {
    const before = new Set(await this.session.windows())
    await act()
    const opened = async () => (await this.session.windows()).find((window) => !before.has(window))
    return new Page(this.session, await this.until('a popup', this.timeoutMs, opened))
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
    await this.session.closeWindow(this.window)
  }
}

// In the page that is to be left: the next one has no such mark. Returns whether it stays.
function markAsOld(url) {
  const [address] = url.split('#')
  if (url.includes('#') && address === location.href.split('#')[0]) return true
  globalThis.isOld = true
  return false
}

function isLoaded() {
  return !globalThis.isOld && document.readyState === 'complete'
}
