// One suite in every runtime: the same verdicts and the same codes, but for what a runtime lacks,
// which support.json lists.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { collect } from '../tables/tables.mjs'
import { bun } from './runners/bun.mjs'
import { chromium } from './runners/chromium.mjs'
import { deno } from './runners/deno.mjs'
import { edgeRuntime } from './runners/edge-runtime.mjs'
import { firefox } from './runners/firefox.mjs'
import { node } from './runners/node.mjs'
import { webkit } from './runners/webkit.mjs'
import { workerd } from './runners/workerd.mjs'

const runners = [node, deno, bun, workerd, edgeRuntime, chromium, firefox, webkit]
const support = JSON.parse(readFileSync(new URL('support.json', import.meta.url), 'utf8'))
const table = collect('runtimes')
const reports = new Map()

for (const runner of runners) {
  const options = { skip: runner.missing, timeout: 180_000 }
  test(`the suite in ${runner.name}`, options, async (t) => {
    const report = await runner.report()
    const unsupported = report.unsupported.toSorted()
    for (const { name, failure } of report.tests) {
      await t.test(name, () => assert.ok(!failure, failure))
    }
    await t.test('what it lacks is what support.json says', () => {
      assert.deepEqual(unsupported, support.unsupported[runner.name])
      const both = report.supported.filter((alg) => unsupported.includes(alg))
      assert.deepEqual(both, [], 'lacking for one token, and there for another')
    })
    for (const [what, { right, wrong, unsupported }] of Object.entries(report.counts)) {
      t.diagnostic(`${right + wrong} ${what}, ${wrong} wrong; ${unsupported} are unsupported here`)
    }
    reports.set(runner, report)
  })
}

test('every runtime ran the same tests over the same vectors', () => {
  const results = [...reports.values()].map(({ tests, counts }) => ({
    tests: tests.map(({ name }) => name),
    counts: Object.entries(counts).map(([what, { right, wrong, unsupported }]) =>
      [what, right + wrong + unsupported]),
  }))
  for (const one of results) assert.deepEqual(one, results[0])
})

test("the table of runtimes in docs/runtimes.md is what this run did", (t) => {
  const all = [...reports.values()]
  const isWhole = all.length === runners.length && all.every(isGood)
  if (!isWhole) return t.skip('a runtime above is missing, or failed')
  for (const [runner, report] of reports) {
    const sum = (which) => Object.values(report.counts).reduce((all, one) => all + one[which], 0)
    const lacks = report.unsupported.toSorted().join(', ') || 'nothing'
    const version = runner.version ?? 'of the system'
    table.note(runner.name, version, `${report.tests.length} tests`, `${sum('right') + sum('wrong')}, ${sum('wrong')} wrong`, lacks)
  }
  table.assertFresh()
})

const isGood = (report) => report.tests.every(({ failure }) => !failure)
