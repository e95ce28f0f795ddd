// Runs a story in every engine: a world, a fresh browser profile and a page, with a screenshot when
// it fails.
import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import { after, describe, test } from 'node:test'
import { browsersOf, engines } from './browsers.mjs'
import { makeCast, SCREENSHOTS } from './cast.mjs'
import { startWorld } from './world.mjs'

const stories = []

/**
 * How many stories of a run may fail once and are told again, aloud: three browsers on two cores do stumble,
 * over a window that is drawn late or a word that comes late. What fails twice fails, and so does all that
 * fails after these.
 */
let secondTellings = 2

/** How long a story may take, in milliseconds: the longest takes a third, beside two other engines. */
const LONGEST = 75_000

/**
 * Tells a story: a sentence, and what happens. `told` gets the `cast` (cast.mjs: `page`, `newPage`,
 * `popup`, `duplicate`, …), the `world`, `seen.console`, the `engine`'s name, and `chapter`, which
 * makes a part of the story a test of its own and closes the tabs it opened.
 *
 * `options` go to the world (world.mjs); `violates` says of an engine that the page's policy is
 * meant to be violated there; `thirdPartyCookies` is `'allowed'` or `'blocked'`, where the engine's
 * own rule will not do; `skip` says why the story is not told, and `skipIn: { WebKit: … }` why not there.
 */
export function story(sentence, options, told) {
  stories.push({ sentence, options, told })
}

/** Registers all stories, with all engines at work at the same time. */
export function tellStories() {
  rmSync(SCREENSHOTS, { recursive: true, force: true })
  describe('in a browser', { concurrency: engines.length }, () => {
    for (const engine of engines) {
      describe(engine.name, { concurrency: 1, skip: engine.missing }, () => tellIn(engine))
    }
  })
}

/** A driver that lost a page waits for it for ever. */
async function inTime(telling) {
  let clock
  const late = new Promise((_, reject) => {
    clock = setTimeout(() => reject(new Error(`not told within ${LONGEST} ms`)), LONGEST)
  })
  await Promise.race([telling, late]).finally(() => clearTimeout(clock))
}

function tellIn(engine) {
  const browsers = browsersOf(engine)
  after(() => browsers.close())
  for (const one of stories) {
    const { skip, skipIn, thirdPartyCookies } = one.options
    const silent = skip ?? skipIn?.[engine.name]
    test(one.sentence, { timeout: 2 * LONGEST + 10_000, skip: silent }, async (t) => {
      const telling = async () =>
        inTime(tell(await browsers.get(thirdPartyCookies), engine, one, t))
      await telling().catch(async (error) => {
        if (secondTellings === 0) throw error
        secondTellings -= 1
        t.diagnostic(`FAILED ONCE in ${engine.name}, and is told again: ${error.stack}`)
        await telling()
      })
    })
  }
}

async function tell(browser, engine, { sentence, options, told }, t) {
  const seen = { console: [], violations: [] }
  const hear = (line) => {
    const isViolation = line.startsWith('policy violated: ')
    ;(isViolation ? seen.violations : seen.console).push(line)
  }
  const world = await startWorld({ ...options, scripts: engine.scripts, hear })
  const cast = await makeCast(browser, engine, world, hear)
  const watched = (name, t, act) => act().catch(async (error) => {
    await cast.picture(`${engine.name} ${name}`)
    t.diagnostic(`console: ${JSON.stringify([...seen.console, ...seen.violations], null, 2)}`)
    t.diagnostic(`provider: ${JSON.stringify(world.asked, null, 2)}`)
    t.diagnostic(`tokens: ${JSON.stringify(world.tokens)}`)
    throw error
  })
  const chapter = (name, act) => t.test(name, async (t) => {
    await watched(name, t, act).finally(() => cast.closeTabs())
  })
  try {
    await watched(sentence, t, async () => {
      const page = await cast.newPage()
      await told({ page, ...cast, world, seen, engine: engine.name, chapter })
      const isMeant = options.violates?.(engine.name) ?? false
      assert.equal(seen.violations.length > 0, isMeant, `violations: ${seen.violations}`)
    })
  } finally {
    await cast.leave()
    await world.close()
  }
}
