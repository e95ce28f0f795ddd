// Browsers: a page of this machine loads the suite, under a policy that a careful app would have.
import { listen } from '../../../www/server/listen.js'
import { engines } from '../../browser/harness/browsers.mjs'
import { bundle } from './bundle.mjs'

const POLICY = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'"
const HTML = '<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,">' +
  '<script type="module" src="/suite.js"></script>'

/** A page with the suite in it, at a free port. */
export async function startPage() {
  const { code } = await bundle('page', { conditions: ['browser'] })
  const place = await listen(0)
  place.serve((request, response) => {
    const isScript = request.url === '/suite.js'
    const type = isScript ? 'text/javascript' : 'text/html'
    response.writeHead(200, {
      'Content-Type': `${type}; charset=utf-8`,
      'Content-Security-Policy': POLICY,
    })
    response.end(isScript ? code : HTML)
  })
  return place
}

/** A runner of a browser that puppeteer drives. */
export function pageRunner(name) {
  const engine = engines.find((engine) => engine.name === name)
  return { name, missing: engine.missing, report: () => reportIn(engine) }
}

async function reportIn(engine) {
  const place = await startPage()
  const browser = await engine.launch()
  try {
    const page = await browser.newPage()
    await page.goto(place.origin)
    await page.waitForFunction(() => 'reported' in globalThis)
    return JSON.parse(await page.evaluate(async () => JSON.stringify(await globalThis.reported)))
  } finally {
    await browser.close()
    await place.close()
  }
}
