// The three engines, and the browsers of each: started once, when the first story needs them.
import { chromium, firefox } from './puppeteer.mjs'
import { webkit } from './webkit/engine.mjs'

/** All, or `ENGINE=WebKit` alone while a story is being written: the others say so. */
export const engines = [chromium, firefox, webkit].map((engine) => {
  const { ENGINE = engine.name } = process.env
  const missing = ENGINE === engine.name ? engine.missing : `ENGINE=${ENGINE}: NOT TESTED HERE.`
  return { ...engine, missing }
})

/** The browsers of an engine: one as it is installed, and one for each other rule about cookies. */
export function browsersOf(engine) {
  const started = new Map()
  return {
    /** `cookies` is what becomes of third-party cookies, where it is said. */
    get(cookies) {
      if (!started.has(cookies)) started.set(cookies, endedWithUs(engine.launch(cookies)))
      return started.get(cookies)
    },
    async close() {
      for (const browser of started.values()) await (await browser).close()
    },
  }
}

async function endedWithUs(launching) {
  const started = await launching
  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.once(signal, () => started.close().finally(() => process.exit(1)))
  }
  return started
}
