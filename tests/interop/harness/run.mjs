// Runs the list of scenarios at one provider, and writes the results to target/interop.
import { mkdirSync, writeFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { app } from '../../browser/harness/client-steps.mjs'
import { builtPage } from '../../browser/harness/built-page.mjs'
import { chromium } from '../../browser/harness/puppeteer.mjs'
import { runScenarios, scenario } from '../../browser/harness/scenario.mjs'
import { SCENARIOS } from '../facts.mjs'
import { scenarios } from '../scenarios/index.mjs'
import { openPlaces } from './places.mjs'

/** How long a provider may take to start. */
const START_TIMEOUT_MS = 240_000

/** The results of the last run of each provider. */
export const RESULTS = new URL('../../../target/interop/results/', import.meta.url)

/**
 * Registers the scenarios as tests at a provider (its members: README.md). With `COUNTERSIGN_INTEROP=few`
 * only those of the ordinary test run.
 */
export function runAt(provider) {
  const missing = provider.missing ?? chromium.missing
  if (missing) return void test(provider.title, { skip: missing }, () => {})
  const folder = builtPage('countersign', `page-at-${provider.name}`)
  const results = {}
  let places
  let running
  before(async () => {
    places = await openPlaces()
    const began = Date.now()
    running = await provider.start(places)
    results.start = { seconds: (Date.now() - began) / 1000 }
  }, { timeout: START_TIMEOUT_MS })
  after(async () => {
    await running?.close()
    await places?.close()
    write(provider.name, results)
  })

  const isFew = process.env.COUNTERSIGN_INTEROP === 'few'
  for (const [id, title] of SCENARIOS) {
    const { run, isQuick } = scenarios.find((scenario) => scenario.id === id)
    if (isFew && !isQuick) continue
    const lack = provider.lacks?.[id]
    const start = async ({ scripts }) => {
      const { issuer } = running
      places.servePages({
        folder: await folder, issuer, scripts: [...scripts, app],
      })
      const { app: appOrigin, other, server } = places
      return { app: appOrigin, other, server, issuer, places, requests: [], tokenRequests: [], close: async () => {} }
    }
    const options = {
      start,
      skip: lack && `${provider.title} LACKS IT: ${lack.fact} Source: ${lack.source}.`,
    }
    scenario(`${provider.title}: ${title}`, options, async (stage) => {
      const began = Date.now()
      const note = (result) => { results[id] = { result, seconds: (Date.now() - began) / 1000 } }
      let hasPassed = true
      // A part that fails does not reject.
      const subtest = (name, act) => stage.subtest(name, () => act().catch((error) => {
        hasPassed = false
        throw error
      }))
      await run({ ...stage, subtest, provider: running, lacks: provider.lacks }).then(
        () => note(hasPassed ? 'passed' : 'failed'),
        (error) => {
          note('failed')
          throw error
        },
      )
    })
  }
  runScenarios([chromium])
}

function write(name, results) {
  mkdirSync(RESULTS, { recursive: true })
  writeFileSync(new URL(`${name}.json`, RESULTS), `${JSON.stringify(results, null, 2)}\n`)
}
