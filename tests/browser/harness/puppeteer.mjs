// Chromium and Firefox, which puppeteer drives, and what it has no word for.
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import puppeteer from 'puppeteer-core'
import { reportViolations } from './served.mjs'

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
      // A name of this machine that is no secure context, as an app's in a LAN.
      '--host-resolver-rules=MAP app.lan 127.0.0.1',
      // Popups, too, meet the provider's certificate.
      '--ignore-certificate-errors',
      // As root, as in most containers, Chromium's sandbox refuses to start.
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
    // Left to itself it partitions them, until the person has come back from the other site.
    extraPrefsFirefox: cookies ? { 'network.cookie.cookieBehavior': FIREFOX_COOKIES[cookies] } : {},
  }),
}

// Chromium blocks third-party cookies, but for a person who has said otherwise.
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
    /** A tab in front of it hides a page. */
    hide: async (page) => (await page.browserContext().newPage()).bringToFront(),
    show: (page) => page.bringToFront(),
    freeze: browser === 'chrome' ? freeze : undefined,
    launch: (cookies) => puppeteer.launch({
      browser,
      executablePath,
      headless: true,
      acceptInsecureCerts: true,
      // The driver's own handlers end the browser and leave this process running without one.
      handleSIGINT: false,
      handleSIGTERM: false,
      handleSIGHUP: false,
      ...options(cookies),
    }),
  }
}

async function watch(page, hear) {
  // Firefox gives a popup that cuts its tie (COOP) another window while this is under way; its size is
  // not what any story looks at.
  await page.setViewport({ width: 1000, height: 900 }).catch(() => {})
  page.on('console', (message) => hear(message.text()))
  page.on('pageerror', (error) => hear(`uncaught: ${error.message}`))
  // The provider's pages have a policy, too.
  await page.evaluateOnNewDocument(reportViolations)
}

async function freeze(page, isFrozen) {
  const session = await page.createCDPSession()
  await session.send('Page.setWebLifecycleState', { state: isFrozen ? 'frozen' : 'active' })
  await session.detach()
}

async function popup(page, act) {
  const opening = new Promise((opened, failed) => {
    const late = setTimeout(() => failed(new Error('No popup opened in 10 s')), 10_000)
    page.once('popup', (popup) => {
      clearTimeout(late)
      opened(popup)
    })
  })
  const [popup] = await Promise.all([opening, act()])
  return popup
}
