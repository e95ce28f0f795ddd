// The table of docs/providers.md: every preset has a row, no cell is empty, and each reason is a fact with a source.
import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import test from 'node:test'
import { systems } from '../../../www/emulators/data/index.js'
import { metadataOf } from '../../../www/emulators/engine/emulator.js'
import { dataOf, factOf } from '../../../www/emulators/engine/facts.js'
import { cellsOf, idOf, lists, namesIn, problems } from '../../providers/engine/ids.mjs'
import { COLUMNS, rowsOf } from '../../providers/engine/table.mjs'

const folder = new URL('../../../src/proto/provider/presets/', import.meta.url)

test('every preset has an emulator', () => {
  const presets = readdirSync(folder).filter((name) => name.endsWith('.json')).map((name) => name.replace('.json', ''))
  assert.deepEqual([...new Set(systems.map(({ preset }) => preset))].sort(), presets.sort())
})

test('no cell of the table is empty, and each reason is a fact of the preset with its source', () => {
  const { rows, reasons } = rowsOf(systems)
  for (const cells of rows) {
    assert.equal(cells.length, COLUMNS.length + 3)
    assert.ok(cells.every((text) => /^(✓|no|here only|recorded|reconstructed|made up|emulated)/.test(text) || text === cells[0]), cells.join())
  }
  for (const { title, fact, source } of reasons) {
    assert.ok(fact && source.kind && !source.kind.startsWith('own knowledge'), `${title}: ${fact}`)
    for (const place of source.url.split(', ')) assert.match(place, /^(?:https:\/\/[^/]+\/|[\w.-]+\/[\w.-]+@[0-9a-f]{8,40}:.|tests\/vectors\/)/, `${title}: ${fact}`)
    assert.match(source.seen, /^20\d\d-\d\d-\d\d$/)
  }
})

test('a reason is a lack of the system: its metadata has no such endpoint', () => {
  const ENDPOINTS = { signOut: ['end_session_endpoint', 'endSession'], edge: ['introspection_endpoint', 'introspection'] }
  for (const system of systems) {
    const { lacks } = dataOf(system.preset).quirks
    for (const [column, [member, lack]] of Object.entries(ENDPOINTS)) {
      if (!system.reasons?.[column]) continue
      assert.equal(metadataOf(system)[member], undefined, `${system.title}: ${member}`)
      // One preset has hosts with a logout, and one host without.
      if (system.title !== 'Salesforce, login.salesforce.com') assert.ok(lacks.includes(lack), `${system.title}: the preset does not lack ${lack}`)
    }
  }
})

test('a reason that no fact supports is refused', () => {
  assert.throws(() => factOf('google', 'There is a logout'), /0 facts/)
})

test('a failed test is FAILED in the table, and one that did not run is no mark', () => {
  const okta = systems.filter(({ title }) => title.startsWith('Okta, a custom'))
  const results = { [`${okta[0].title}: signIn`]: 'failed', [`${okta[0].title}: edge`]: 'passed' }
  const [cells] = rowsOf(okta, results).rows
  assert.deepEqual(cells.slice(3), ['not run', 'FAILED', 'not run', 'not run', 'not run', '✓'])
})

test('each id of a system without a preset has a test, and each such name is an id', () => {
  for (const list of lists) {
    assert.ok(['recorded', 'reconstructed', 'made up'].includes(list.document) && /^(?:emulated|real), /.test(list.run), list.title)
    const names = namesIn(list.folder)
    // A computed part is checked by the run, which knows the whole names.
    for (const name of names.filter((one) => !one.includes('*'))) idOf(name, list)
    const patterns = names.filter((name) => name.includes(': ')).map((name) => new RegExp(`^${name.split(': ', 1)[0].replaceAll('*', '.+')}$`))
    for (const id of Object.keys(list.ids)) assert.ok(patterns.some((pattern) => pattern.test(id)), `${list.title}: no test names ${id}`)
  }
})

test('a name that begins with an unknown id is a mistake', () => {
  const [aisera, , servicenow] = lists
  assert.equal(idOf('A1: words', aisera), 'A1')
  assert.equal(idOf('An unknown field', aisera), undefined)
  for (const name of ['A6: words', 'A1 words', 'A1, A2: words']) assert.throws(() => idOf(name, aisera), /no id/)
  for (const name of ['SN accept 8: words', 'SN: words', 'SN accept']) assert.throws(() => idOf(name, servicenow), /no id/)
})

test('the mark of an id is the result of its tests', () => {
  const [list] = lists
  const names = Object.keys(list.ids)
  const cells = (results) => Object.fromEntries(cellsOf(list, results).map(([id, , cell]) => [id, cell]))
  assert.deepEqual(new Set(Object.values(cells({}))), new Set(['not run']))
  const results = { 'A1: a': 'passed', 'A1: b': 'passed', 'A2: a': 'passed', 'A2: b': 'failed', 'A3: a': 'skipped' }
  assert.deepEqual(cells(results), { A1: '✓ (2)', A2: 'FAILED', A3: 'skipped', A4: 'EMPTY', A5: 'EMPTY' })
  const all = Object.fromEntries(lists.flatMap(({ ids }) => Object.keys(ids)).map((id) => [`${id}: x`, 'passed']))
  assert.deepEqual(problems(all), [])
  assert.deepEqual(problems({ ...all, [`${names[1]}: x`]: 'skipped' }), [`${list.title}: ${names[1]} skipped`])
})
