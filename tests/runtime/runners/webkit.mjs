// WebKitGTK's MiniBrowser, driven over plain WebDriver on a screen that nobody sees.
import { startPage } from '../harness/page.mjs'
import { missing, openWebkit } from '../harness/webdriver.mjs'

export const webkit = { name: 'WebKit', missing, report }

async function report() {
  const place = await startPage()
  const browser = await openWebkit()
  try {
    await browser.go(place.origin)
    return JSON.parse(await browser.ask('return reported.then((told) => JSON.stringify(told))'))
  } finally {
    await browser.close()
    await place.close()
  }
}
