// A browser profile of WebKit, with the methods of puppeteer's browser context that scenarios use.
import { Page } from './page.mjs'

/** A profile: a session of its own while it is open. */
export class Profile {
  #session
  #release
  #hasPage = false

  /** `release` takes the session for later profiles. Without it the session ends with this one. */
  constructor(session, release) {
    this.#session = session
    this.#release = release
  }

  async newPage() {
    // The window that the browser opened with is the first page.
    const window = this.#hasPage ? await this.#session.open() : this.#session.first
    this.#hasPage = true
    return new Page(this.#session, window)
  }

  /** Ends the profile. `page` is the address of a page without a script, on the site of the cookies. */
  async close({ hasFailed, page }) {
    if (!hasFailed && this.#release) {
      const isClean = await this.#session.reset(page).then(() => true, () => false)
      if (isClean) return this.#release(this.#session)
    }
    await this.#session.close()
  }
}
