// Two people's browsers, and the pages they open.
import { mkdirSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

/** Where the pictures of what failed go. */
export const SCREENSHOTS = fileURLToPath(new URL('../screenshots/', import.meta.url))

/** Opens a browser for a story; what can be done with its pages is below. */
export async function makeCast(browser, engine, world, hear) {
  const profile = await browser.createBrowserContext()
  const pages = []
  let stranger
  const join = async (page) => {
    page.setDefaultTimeout(10_000)
    await engine.watch(page, hear)
    pages.push(page)
    return page
  }
  const newPage = async () => join(await profile.newPage())
  return {
    /** Another tab: the same cookies and storage, a `sessionStorage` of its own. */
    newPage,
    /** A tab of somebody else's browser. */
    async strangersPage() {
      stranger ??= await browser.createBrowserContext()
      return join(await stranger.newPage())
    },
    /** The window that opens by what `act` does: a click, or engines suppress it. */
    async popup(page, act) {
      await page.bringToFront()
      return join(await engine.popup(page, act))
    },
    /** A tab with the address and the `sessionStorage` of another, as "Duplicate tab" makes it. */
    duplicate: async (page) => duplicate(page, await newPage(), world),
    /** Takes the network from a page, and tells it; or gives it back. */
    offline: (page, isOffline) => engine.offline(page, isOffline),
    /** Puts a page out of sight. */
    hide: (page) => engine.hide(page),
    /** Brings a page back into sight. */
    show: (page) => engine.show(page),
    /** Stops a page as a sleeping laptop does, or lets it go on; Chromium's driver alone can. */
    freeze: (page, isFrozen) => engine.freeze(page, isFrozen),
    picture: (name) => picture(pages, name),
    /** All but the first. */
    closeTabs: () => Promise.all(pages.splice(1).map((page) => page.isClosed() || page.close())),
    async leave() {
      await stranger?.close()
      await profile.close()
    },
  }
}

// The copy is filled before the app runs in it: on a page of the app's origin that has no script.
async function duplicate(page, copy, world) {
  const [url, items] = await page.evaluate(() => [location.href, { ...sessionStorage }])
  await copy.goto(`${world.app}/seal.svg`)
  await copy.evaluate((items) => Object.assign(sessionStorage, items), items)
  await copy.goto(url)
  return copy
}

async function picture(pages, name) {
  mkdirSync(SCREENSHOTS, { recursive: true })
  const file = name.toLowerCase().replaceAll(/\W+/g, '-').slice(0, 120)
  for (const [index, page] of pages.entries()) {
    if (page.isClosed()) continue
    // A tab in the background is not drawn, and a picture of it never comes.
    const taken = page.bringToFront()
      .then(() => page.screenshot({ path: `${SCREENSHOTS}${file}-${index}.png` }))
    await Promise.race([taken.catch(() => {}), sleep(3000)])
  }
}
