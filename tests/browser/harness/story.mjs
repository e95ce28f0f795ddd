// Runs a story in every engine: a world, a fresh browser profile and a page, with a screenshot when
// it fails.
import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { after, describe, test } from 'node:test'
import { engines } from './browsers.mjs'
import { startWorld } from './world.mjs'

const SCREENSHOTS = fileURLToPath(new URL('../screenshots/', import.meta.url))
const stories = []

/**
 * Tells a story: a sentence, and what happens. `told` gets `{ page, world, seen, newPage, strangersPage }`:
 * a page of a fresh profile, more of them, and a page of somebody else's browser.
 *
 * `options` go to the world; `violates: true` says that the page's policy is meant to be violated;
 * `before` is evaluated in every page before its own scripts.
 */
export function story(sentence, options, told) {
  stories.push({ sentence, options, told })
}

/** Registers all stories, with both engines at work at the same time. */
export function tellStories() {
  describe('in a browser', { concurrency: engines.length }, () => {
    for (const engine of engines) {
      describe(engine.name, { concurrency: 1, skip: engine.missing }, () => tellIn(engine))
    }
  })
}

function tellIn(engine) {
  let launching
  const launch = () => (launching ??= engine.launch())
  after(async () => (await launching)?.close())
  for (const { sentence, options, told } of stories) {
    test(sentence, { timeout: 60_000 }, async () => tell(await launch(), engine.name, options, told, sentence))
  }
}

async function tell(browser, engine, options, told, sentence) {
  const world = await startWorld(options)
  const profile = await browser.createBrowserContext()
  const stranger = await browser.createBrowserContext()
  const seen = { console: [], violations: [] }
  const pages = []
  const open = async (profile) => {
    const page = await openPage(profile, seen, options.before)
    pages.push(page)
    return page
  }
  const newPage = () => open(profile)
  const strangersPage = () => open(stranger)
  try {
    await told({ page: await newPage(), world, seen, newPage, strangersPage })
    assert.deepEqual(seen.violations.length > 0, Boolean(options.violates), seen.violations.join('\n'))
  } catch (error) {
    await picture(pages, `${engine} ${sentence}`)
    error.message += `\nconsole:\n  ${[...seen.console, ...seen.violations].join('\n  ')}`
    error.message += `\nprovider:\n  ${world.asked.join('\n  ')}`
    throw error
  } finally {
    await profile.close()
    await stranger.close()
    await world.close()
  }
}

async function openPage(profile, seen, before) {
  const page = await profile.newPage()
  await page.setViewport({ width: 1000, height: 900 })
  page.setDefaultTimeout(15_000)
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
    await page.screenshot({ path: `${SCREENSHOTS}${file}-${index}.png` }).catch(() => {})
  }
}
