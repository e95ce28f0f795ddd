// Finds the installed browsers and starts each once.
import { existsSync } from 'node:fs'
import puppeteer from 'puppeteer-core'

const CHROME = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]
const FIREFOX = [
  '/usr/bin/firefox-esr',
  '/usr/bin/firefox',
  '/Applications/Firefox.app/Contents/MacOS/firefox',
]

/** The two engines: a name, how to start it, and why not where it is missing. */
export const engines = [
  engine('Chromium', 'chrome', process.env.CHROME_PATH, CHROME, [
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    // As root, as in most containers, Chromium's sandbox refuses to start.
    ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
  ]),
  engine('Firefox', 'firefox', process.env.FIREFOX_PATH, FIREFOX, []),
]

async function launch(options) {
  // The driver's own handlers end the browser and leave this process running without one.
  const handled = { handleSIGINT: false, handleSIGTERM: false, handleSIGHUP: false }
  const started = await puppeteer.launch({ ...options, ...handled, headless: true })
  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.once(signal, () => started.close().finally(() => process.exit(1)))
  }
  return started
}

function engine(name, browser, named, usual, args) {
  const executablePath = named ?? usual.find((path) => existsSync(path))
  const missing = executablePath && existsSync(executablePath)
    ? undefined
    : `${name} IS MISSING: nothing was tested there. \`cargo xtask setup\` installs it, or set ` +
      `${browser.toUpperCase()}_PATH.`
  return {
    name,
    missing,
    launch: () => launch({ browser, executablePath, args }),
  }
}
