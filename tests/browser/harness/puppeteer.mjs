// Chromium and Firefox, driven by puppeteer, and what puppeteer lacks.
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import puppeteer from 'puppeteer-core'
import { reportViolations } from './injected-scripts.mjs'

/** The size of a window. */
const SIZE = { width: 1000, height: 900 }

/** How long a popup may take to open. */
const POPUP_TIMEOUT_MS = 20_000

/** How often a page is asked whether a condition holds. */
const POLL_INTERVAL_MS = 50

const CHROMIUM = {
  name: 'Chromium',
  browser: 'chrome',
  programs: [
    process.env.CHROME_PATH,
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/usr/bin/google-chrome',
    '/usr/bin/google-chrome-stable',
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  ],
  options: (cookies) => ({
    ...(cookies === 'allowed' && { userDataDir: profileWithCookies() }),
    args: [
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      // Pages of the address bar, which take as much time as the pages under test.
      '--disable-features=WebUIOmniboxPopup,WebUIOmniboxAimPopup',
      `--window-size=${SIZE.width},${SIZE.height}`,
      // A host name of this machine that is no secure context, as an app's in a local network.
      '--host-resolver-rules=MAP app.lan 127.0.0.1',
      // Popups, too, must accept the provider's certificate.
      '--ignore-certificate-errors',
      // The sandbox of Chromium does not start for root, as whom most containers run.
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
    ],
  }),
}

const FIREFOX_COOKIES = { allowed: 0, blocked: 1 }

const FIREFOX = {
  name: 'Firefox',
  browser: 'firefox',
  programs: [
    process.env.FIREFOX_PATH,
    '/usr/bin/firefox-esr',
    '/usr/bin/firefox',
    '/Applications/Firefox.app/Contents/MacOS/firefox',
  ],
  options: (cookies) => ({
    args: [`--width=${SIZE.width}`, `--height=${SIZE.height}`],
    extraPrefsFirefox: {
      // At the usual rate, drawing takes half of the time of a page load.
      'layout.frame_rate': 10,
      // Hidden tabs are asked as often as visible ones.
      'dom.min_background_timeout_value': POLL_INTERVAL_MS,
      // By default they are partitioned until the user has come back from the other site.
      ...(cookies && { 'network.cookie.cookieBehavior': FIREFOX_COOKIES[cookies] }),
    },
  }),
}

// Chromium blocks third-party cookies, unless the settings of the profile allow them.
function profileWithCookies() {
  const folder = mkdtempSync(`${tmpdir()}/chromium-`)
  mkdirSync(`${folder}/Default`)
  const profile = { cookie_controls_mode: 0, block_third_party_cookies: false }
  writeFileSync(`${folder}/Default/Preferences`, JSON.stringify({ profile }))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  return folder
}

export const chromium = engine(CHROMIUM)
export const firefox = engine(FIREFOX)

function engine({ name, browser, programs, options }) {
  const [named, ...usual] = programs
  const executablePath = named ?? usual.find((path) => existsSync(path))
  const missing = executablePath && existsSync(executablePath)
    ? undefined
    : `${name} IS MISSING: nothing was tested there. \`cargo xtask setup\` installs it, or set ` +
      `${browser.toUpperCase()}_PATH.`
  return {
    name,
    missing,
    scripts: [],
    watch,
    popup,
    offline: (page, isOffline) => page.setOfflineMode(isOffline),
    /** Opens a tab in front of the page. */
    hide: async (page) => (await page.browserContext().newPage()).bringToFront(),
    show: (page) => page.bringToFront(),
    freeze: browser === 'chrome' ? freeze : undefined,
    launch: (cookies) => puppeteer.launch({
      browser,
      executablePath,
      headless: true,
      defaultViewport: null,
      acceptInsecureCerts: true,
      // Puppeteer's signal handlers end the browser and leave this process running without one.
      handleSIGINT: false,
      handleSIGTERM: false,
      handleSIGHUP: false,
      ...options(cookies),
    }),
  }
}

async function watch(page, onConsole) {
  page.on('console', (message) => onConsole(message.text()))
  page.on('pageerror', (error) => onConsole(`uncaught: ${error.message}`))
  // The provider's pages have a policy, too.
  await page.evaluateOnNewDocument(reportViolations)
  // By default puppeteer asks in every animation frame, which a hidden page does not have.
  const wait = page.waitForFunction.bind(page)
  page.waitForFunction = (act, options, ...args) =>
    wait(act, { polling: POLL_INTERVAL_MS, ...options }, ...args)
}

async function freeze(page, isFrozen) {
  const session = await page.createCDPSession()
  await session.send('Page.setWebLifecycleState', { state: isFrozen ? 'frozen' : 'active' })
  await session.detach()
}

async function popup(page, act) {
  const opening = new Promise((opened, failed) => {
    const late = setTimeout(() => failed(new Error('No popup opened')), POPUP_TIMEOUT_MS)
    page.once('popup', (popup) => {
      clearTimeout(late)
      opened(popup)
    })
  })
  const [popup] = await Promise.all([opening, act()])
  return popup
}
