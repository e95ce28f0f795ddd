// The browser profiles of one scenario, and what can be done with their pages.
import { mkdirSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

/** The folder with the screenshots of failed scenarios. */
export const SCREENSHOTS = fileURLToPath(new URL('../screenshots/', import.meta.url))

/** How long a page may take for what a scenario waits for: a busy machine takes seconds. */
const PAGE_TIMEOUT_MS = 20_000

/** A path of the app's origin without a script. */
export const NO_PAGE = '/no-page.txt'

/** How long a page may take to describe itself. */
const DESCRIPTION_TIMEOUT_MS = 3000

/** How long a screenshot may take. */
const SCREENSHOT_TIMEOUT_MS = 3000

/**
 * Opens a profile for a scenario. `onConsole` gets the console lines of its pages. `isReusable`: the
 * browser session behind it may serve later scenarios, once its cookies are deleted.
 */
export async function openProfile(browser, engine, servers, { onConsole, isReusable }) {
  const profile = await browser.createBrowserContext({ isReusable })
  const pages = []
  let otherProfile
  const register = async (page) => {
    page.setDefaultTimeout(PAGE_TIMEOUT_MS)
    await engine.watch(page, onConsole)
    pages.push(page)
    return page
  }
  const newPage = async () => register(await profile.newPage())
  return {
    /** Opens another tab: the same cookies and storage, and a `sessionStorage` of its own. */
    newPage,
    /** Opens a tab in another user's browser. */
    async strangersPage() {
      otherProfile ??= await browser.createBrowserContext({ isReusable })
      return register(await otherProfile.newPage())
    },
    /** The window that opens when `act` clicks: engines block one that opens without a click. */
    async popup(page, act) {
      await page.bringToFront()
      return register(await engine.popup(page, act))
    },
    /** A tab with the address and the `sessionStorage` of another, as "Duplicate tab" makes it. */
    duplicate: async (page) => duplicate(page, await newPage(), servers),
    /** Takes the network from a page, which gets the event, or gives it back. */
    offline: (page, isOffline) => engine.offline(page, isOffline),
    /** Hides a page. */
    hide: (page) => engine.hide(page),
    /** Shows a hidden page. */
    show: (page) => engine.show(page),
    /** Stops a page as a sleeping laptop does, or resumes it. Only the driver of Chromium can. */
    freeze: (page, isFrozen) => engine.freeze(page, isFrozen),
    takeScreenshots: (name) => takeScreenshots(pages, name),
    /** Describes each page: its address, its state, and what it has loaded. */
    describePages: () => Promise.all(pages.filter((page) => !page.isClosed()).map((page) =>
      Promise.race([page.evaluate(describe), sleep(DESCRIPTION_TIMEOUT_MS, 'no answer')]).catch(String))),
    /** Closes all pages except the first. */
    closeTabs: () => Promise.all(pages.splice(1).map((page) => page.isClosed() || page.close())),
    /** Ends the profile. `hasFailed`: no later scenario may use the browser session behind it. */
    async close({ hasFailed }) {
      const page = servers.app + NO_PAGE
      await otherProfile?.close({ hasFailed, page })
      await profile.close({ hasFailed, page })
    },
  }
}

// The copy gets its storage before the app runs in it, on a page of the app's origin without a script.
async function duplicate(page, copy, servers) {
  const [url, items] = await page.evaluate(() => [location.href, { ...sessionStorage }])
  await copy.goto(servers.app + NO_PAGE)
  await copy.evaluate((items) => Object.assign(sessionStorage, items), items)
  await copy.goto(url)
  return copy
}

// In the page.
function describe() {
  const { href } = location
  const loaded = performance.getEntriesByType('resource')
    .map(({ name, responseStatus, duration }) => `${name} ${responseStatus} ${Math.round(duration)} ms`)
  return { href, state: document.readyState, loaded }
}

async function takeScreenshots(pages, name) {
  mkdirSync(SCREENSHOTS, { recursive: true })
  const file = name.toLowerCase().replaceAll(/\W+/g, '-').slice(0, 120)
  for (const [index, page] of pages.entries()) {
    if (page.isClosed()) continue
    // A tab in the background is not drawn, and its screenshot never comes.
    const taken = page.bringToFront()
      .then(() => page.screenshot({ path: `${SCREENSHOTS}${file}-${index}.png` }))
    await Promise.race([taken.catch(() => {}), sleep(SCREENSHOT_TIMEOUT_MS)])
  }
}
