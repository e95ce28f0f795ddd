// Every example of the documentation is compiled, and run or known to be one that cannot be run.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import test from 'node:test'
import { documents, example, examplesIn, providerExamples, shared } from './harness/examples.mjs'
import { compile } from './harness/project.mjs'
import { NOT_RUN } from './not-run.mjs'

const all = documents().flatMap(examplesIn)
/** Diagrams and file trees are no examples. */
const examples = all.filter(({ language }) => language !== 'text')
const typed = examples.filter(({ language }) => ['ts', 'tsx'].includes(language))

test('every code block has a language', () => {
  assert.deepEqual(all.filter(({ language }) => !language).map(({ id }) => id), [])
})

test('every example compiles', async (t) => {
  const files = shared()
  const ids = new Map()
  for (const [number, { id, language, code }] of typed.entries()) {
    ids.set(`example-${number}`, id)
    files[`example-${number}.${language}`] = code
  }
  const complaints = await compile(t, files)
  assert.equal(complaints.replaceAll(/example-\d+/g, (name) => ids.get(name)), '')
})

test('every example is run by a test, or not-run.mjs says why it cannot be', () => {
  const own = new URL('./', import.meta.url)
  const tests = readdirSync(own).filter((name) => name.endsWith('.test.mjs'))
  const harness = readdirSync(new URL('harness/', own)).map((name) => `harness/${name}`)
  const text = [...tests, ...harness].map((name) => readFileSync(new URL(name, own), 'utf8')).join('\n')
  const run = new Set([...text.matchAll(/example\('([^']+)'\)/g)].map(([, id]) => id))
  // providers.test.mjs runs them all.
  const ofProviders = providerExamples().map(({ id }) => id)
  const known = new Set([...run, ...ofProviders, ...Object.keys(NOT_RUN)])
  const ids = new Set(examples.map(({ id }) => id))
  assert.deepEqual([...ids].filter((id) => !known.has(id)), [], 'not run, and no reason given')
  assert.deepEqual([...known].filter((id) => !ids.has(id)), [], 'no such example')
  assert.deepEqual(Object.keys(NOT_RUN).filter((id) => run.has(id)), [], 'run, and said not to be')
})

test("the README of the package has the same examples", () => {
  for (const [copy, id] of [
    ['a-page', 'README.md#a-page.2'],
    ['a-page.2', 'docs/page.md#content-security-policy'],
    ['an-api-in-a-worker', 'README.md#an-api-in-a-worker'],
    ['a-session-on-a-server', 'README.md#a-session-on-a-server'],
  ]) {
    assert.equal(example(`pkg-template/README.md#${copy}`).code, example(id).code)
  }
})

test('the first examples of the README are short', () => {
  const lines = (id) => example(id).code.split('\n').filter((line) => line.trim()).length
  for (const id of ['README.md#a-page.2', 'README.md#an-api-in-a-worker', 'README.md#a-session-on-a-server']) {
    assert.ok(lines(id) <= 15, `${id} has ${lines(id)} lines`)
    assert.match(example(id).code, /^explainErrors\(\)/m, id)
  }
  assert.ok(lines('README.md#react') <= 10)
})

test('the README has at most 180 lines', () => {
  const text = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')
  assert.ok(text.split('\n').length <= 181)
})
