// Runs scenarios: each one with servers of its own, a browser profile and a page. In an ordinary run it runs in
// Chromium and in one of the other engines, which take turns; with COUNTERSIGN_ENGINES=all in every engine.
// A scenario that fails leaves a screenshot of each page.
import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import { after, describe, test } from 'node:test'
import { browsersOf, engines } from './browsers.mjs'
import { openProfile, SCREENSHOTS } from './profile.mjs'
import { startServers } from './servers.mjs'

const scenarios = []

/**
 * How long a scenario may take. The longest takes a tenth of it on an idle machine. A driver that has
 * lost a page waits for it without end.
 */
const SCENARIO_TIMEOUT_MS = 180_000

/** The engines that take turns in an ordinary run. */
const TAKE_TURNS = ['Firefox', 'WebKit']
const runsInAll = process.env.COUNTERSIGN_ENGINES === 'all'

/** Why a scenario does not run in an engine. */
const NOT_ITS_TURN = 'The other engine runs it. `cargo xtask test deep browser` runs every scenario in every engine.'

/** How long the cleanup after a scenario may take. */
const CLEANUP_TIMEOUT_MS = 30_000

/**
 * Defines a scenario. `run` gets the methods of a profile (profile.mjs: `newPage`, `popup`, …), a
 * first `page`, the `servers`, the lines of `seen.console`, the `engine`'s name, and `subtest`, which
 * makes a part of the scenario a test of its own and then closes the tabs that it opened.
 *
 * `options` go to the servers (servers.mjs). Also: `violates(engine)` says whether the scenario is
 * meant to violate the page's policy; `thirdPartyCookies` is `'allowed'` or `'blocked'`, instead of
 * the engine's own rule; `skip` is a reason to skip it, and `skipIn: { WebKit: … }` one for an engine.
 * `start(options)` starts other servers than those of servers.mjs.
 */
export function scenario(title, options, run) {
  scenarios.push({ title, options, run })
}

/** Why a scenario is skipped in an engine; `undefined` if it runs there. `place` is its place among all. */
function skipReason({ options: { skip, skipIn } }, place, engine, used) {
  const own = skip ?? skipIn?.[engine.name]
  if (own || runsInAll || used !== engines) return own
  const able = TAKE_TURNS.filter((name) => !skipIn?.[name])
  const waits = able.includes(engine.name) && able[place % able.length] !== engine.name
  return waits ? NOT_ITS_TURN : undefined
}

/** Registers all scenarios as tests, in all engines or in these. They run at the same time. */
export function runScenarios(used = engines) {
  // Another run may need those that it took.
  if (used === engines) rmSync(SCREENSHOTS, { recursive: true, force: true })
  describe('in a browser', { concurrency: used.length }, () => {
    for (const engine of used) {
      describe(engine.name, { concurrency: 1, skip: engine.missing }, () => registerIn(engine, used))
    }
  })
}

function registerIn(engine, used) {
  const browsers = browsersOf(engine)
  after(() => browsers.close())
  for (const [place, one] of scenarios.entries()) {
    const { thirdPartyCookies } = one.options
    const skip = skipReason(one, place, engine, used)
    const limits = { timeout: SCENARIO_TIMEOUT_MS + CLEANUP_TIMEOUT_MS, skip }
    test(one.title, limits, async (t) => {
      await runIn(await browsers.get(thirdPartyCookies), engine, one, t)
    })
  }
}

async function runIn(browser, engine, { title, options, run }, t) {
  const seen = { console: [], violations: [] }
  const onConsole = (line) => {
    const isViolation = line.startsWith('policy violated: ')
    ;(isViolation ? seen.violations : seen.console).push(line)
  }
  const { start = startServers } = options
  const servers = await start({ ...options, scripts: engine.scripts, onConsole })
  // Sites that are allowed or blocked as third parties leave more behind than cookies.
  const isReusable = !options.otherSite && !options.host
  const profile = await openProfile(browser, engine, servers, { onConsole, isReusable })
  let hasFailed = false
  const observed = (name, t, act) => act().catch(async (error) => {
    hasFailed = true
    t.diagnostic(`pages: ${JSON.stringify(await profile.describePages(), null, 2)}`)
    await profile.takeScreenshots(`${engine.name} ${name}`)
    t.diagnostic(`console: ${JSON.stringify([...seen.console, ...seen.violations], null, 2)}`)
    t.diagnostic(`provider: ${JSON.stringify(servers.requests, null, 2)}`)
    t.diagnostic(`tokens: ${JSON.stringify(servers.tokenRequests)}`)
    throw error
  })
  const subtest = (name, act) => t.test(name, async (t) => {
    await observed(name, t, act).finally(() => profile.closeTabs())
  })
  try {
    await observed(title, t, () => within(SCENARIO_TIMEOUT_MS, async () => {
      const page = await profile.newPage()
      await run({ page, ...profile, servers, seen, engine: engine.name, subtest })
      const isMeant = options.violates?.(engine.name) ?? false
      assert.equal(seen.violations.length > 0, isMeant, `violations: ${seen.violations}`)
    }))
  } finally {
    await within(CLEANUP_TIMEOUT_MS, () => profile.close({ hasFailed }))
    await servers.close()
  }
}

async function within(milliseconds, act) {
  let timer
  const late = new Promise((_, reject) => {
    const error = new Error(`not finished within ${milliseconds} ms`)
    timer = setTimeout(reject, milliseconds, error)
  })
  await Promise.race([act(), late]).finally(() => clearTimeout(timer))
}
