// WebKitGTK's MiniBrowser, driven over plain WebDriver on a virtual screen.
import { startPage } from '../harness/page.mjs'
import { missing, openWebkit } from '../harness/webdriver.mjs'

// The driver may ask before the page's script has run.
const SCRIPT = `
  const wait = () => new Promise((over) => setTimeout(over, 50))
  return (async () => {
    while (!globalThis.reported) await wait()
    return JSON.stringify(await reported)
  })()
`

export const webkit = { name: 'WebKit', missing, report }

async function report() {
  const place = await startPage()
  const browser = await openWebkit()
  try {
    await browser.go(place.origin)
    return JSON.parse(await browser.ask(SCRIPT))
  } finally {
    await browser.close()
    await place.close()
  }
}
