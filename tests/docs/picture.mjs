// Takes docs/images/demo.png: start the demo (`cargo xtask demo`), then run `node tests/docs/picture.mjs`.
import { fileURLToPath } from 'node:url'
import puppeteer from 'puppeteer-core'
import { clickButton, signInAtProvider } from '../browser/harness/steps.mjs'

const APP = process.env.APP ?? 'http://localhost:4000'
const FILE = fileURLToPath(new URL('../../docs/images/demo.png', import.meta.url))

const browser = await puppeteer.launch({
  executablePath: process.env.CHROME_PATH ?? '/usr/bin/chromium',
  // As root, as in most containers, Chromium's sandbox refuses to start.
  args: ['--no-first-run', ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])],
})
try {
  const page = await browser.newPage()
  await page.setViewport({ width: 1200, height: 945 })
  await page.goto(APP)
  await clickButton(page, 'Sign in')
  await signInAtProvider(page, 'alice@example.com')
  await page.waitForSelector('[data-testid=sub]')
  // The timeline has a row for each request; the last one comes after the page is drawn.
  await page.waitForNetworkIdle()
  await page.screenshot({ path: FILE })
} finally {
  await browser.close()
}
