// The three engines, and the browsers of each, which start when the first scenario needs them.
import { chromium, firefox } from './puppeteer.mjs'
import { webkit } from './webkit/engine.mjs'

/** All engines. With `ENGINE=WebKit` the others are skipped, and say so: for work on a scenario. */
export const engines = [chromium, firefox, webkit].map((engine) => {
  const { ENGINE = engine.name } = process.env
  const missing = ENGINE === engine.name ? engine.missing : `ENGINE=${ENGINE}: NOT TESTED HERE.`
  return { ...engine, missing }
})

/** The browsers of an engine: one with its default settings, and one for each other rule for cookies. */
export function browsersOf(engine) {
  const started = new Map()
  return {
    /** `cookies` is the rule for third-party cookies: `'allowed'`, `'blocked'`, or the default. */
    get(cookies) {
      if (!started.has(cookies)) started.set(cookies, endWithProcess(engine.launch(cookies)))
      return started.get(cookies)
    },
    async close() {
      for (const browser of started.values()) await (await browser).close()
    },
  }
}

async function endWithProcess(launching) {
  const started = await launching
  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.once(signal, () => started.close().finally(() => process.exit(1)))
  }
  return started
}
