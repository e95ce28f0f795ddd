// Runs a story in every engine: a world, a fresh browser profile and a page, with a screenshot when
// it fails.
import assert from 'node:assert/strict'
import { mkdirSync, rmSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { after, describe, test } from 'node:test'
import { engines } from './browsers.mjs'
import { startWorld } from './world.mjs'

const SCREENSHOTS = fileURLToPath(new URL('../screenshots/', import.meta.url))
const stories = []

/**
 * Tells a story: a sentence, and what happens. `told` gets `page`, `newPage` (another tab) and
 * `strangersPage` (a tab of somebody else's browser), the `world`, `seen.console`, and `chapter`,
 * which makes a part of the story a test of its own and closes the tabs it opened.
 *
 * `options` go to the world; `violates: true` says that the page's policy is meant to be violated;
 * `before` is evaluated in every page before its own scripts; `skip` says why the story is not told.
 */
export function story(sentence, options, told) {
  stories.push({ sentence, options, told })
}

/** Registers all stories, with both engines at work at the same time. */
export function tellStories() {
  rmSync(SCREENSHOTS, { recursive: true, force: true })
  describe('in a browser', { concurrency: engines.length }, () => {
    for (const engine of engines) {
      describe(engine.name, { concurrency: 1, skip: engine.missing }, () => tellIn(engine))
    }
  })
}

function tellIn(engine) {
  let launching
  after(async () => (await launching)?.close())
  for (const one of stories) {
    test(one.sentence, { timeout: 120_000, skip: one.options.skip }, async (t) => {
      launching ??= engine.launch()
      await tell(await launching, engine.name, one, t)
    })
  }
}

async function tell(browser, engine, { sentence, options, told }, t) {
  const world = await startWorld(options)
  const seen = { console: [], violations: [] }
  const cast = await makeCast(browser, seen, options.before)
  const watched = (name, t, act) => act().catch(async (error) => {
    await cast.picture(`${engine} ${name}`)
    t.diagnostic(`console: ${JSON.stringify([...seen.console, ...seen.violations], null, 2)}`)
    t.diagnostic(`provider: ${JSON.stringify(world.asked, null, 2)}`)
    throw error
  })
  const chapter = (name, act) => t.test(name, async (t) => {
    await watched(name, t, act).finally(() => cast.closeTabs())
  })
  try {
    await watched(sentence, t, async () => {
      await told({ page: await cast.newPage(), ...cast, world, seen, chapter })
      assert.equal(seen.violations.length > 0, options.violates ?? false, 'the policy was violated')
    })
  } finally {
    await cast.leave()
    await world.close()
  }
}

// Two people's browsers, and the pages they open.
async function makeCast(browser, seen, before) {
  const profile = await browser.createBrowserContext()
  const pages = []
  let stranger
  const open = async (owner) => {
    const page = await openPage(owner, seen, before)
    pages.push(page)
    return page
  }
  return {
    newPage: () => open(profile),
    strangersPage: async () => open((stranger ??= await browser.createBrowserContext())),
    picture: (name) => picture(pages, name),
    /** All but the first. */
    closeTabs: () => Promise.all(pages.splice(1).map((page) => page.close())),
    async leave() {
      await stranger?.close()
      await profile.close()
    },
  }
}

async function openPage(profile, seen, before) {
  const page = await profile.newPage()
  await page.setViewport({ width: 1000, height: 900 })
  page.setDefaultTimeout(10_000)
  page.on('console', (message) => {
    const text = message.text()
    const isViolation = text.startsWith('policy violated: ')
    ;(isViolation ? seen.violations : seen.console).push(text)
  })
  page.on('pageerror', (error) => seen.console.push(`uncaught: ${error.message}`))
  await page.evaluateOnNewDocument(reportViolations)
  if (before) await page.evaluateOnNewDocument(before)
  return page
}

// In the page: the two engines tell a driver of violations differently, a page the same way.
function reportViolations() {
  addEventListener('securitypolicyviolation', (event) => {
    console.warn(`policy violated: ${event.violatedDirective} ${event.blockedURI}`)
  })
}

async function picture(pages, name) {
  mkdirSync(SCREENSHOTS, { recursive: true })
  const file = name.toLowerCase().replaceAll(/\W+/g, '-').slice(0, 120)
  for (const [index, page] of pages.entries()) {
    if (page.isClosed()) continue
    // A tab in the background is not drawn, and a picture of it never comes.
    const taken = page.bringToFront()
      .then(() => page.screenshot({ path: `${SCREENSHOTS}${file}-${index}.png` }))
    await Promise.race([taken.catch(() => {}), setTimeout(3000)])
  }
}
