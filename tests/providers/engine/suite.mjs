// Registers the tests of systems, and saves their results for the table.
import { mkdirSync, writeFileSync } from 'node:fs'
import test, { after } from 'node:test'
import * as cases from './cases.mjs'
import { COLUMNS } from './table.mjs'

const folder = new URL('../../../target/providers/', import.meta.url)

/** The case that a column runs for a system. Where the provider lacks something, it is what happens then. */
const WORK = {
  discovery: () => cases.discovery,
  signIn: (system) => !system.reasons?.signIn && cases.signIn,
  renewal: (system) => !system.reasons?.signIn && (system.reasons?.renewal ? cases.noRenewal : cases.renewal),
  signOut: (system) => !system.reasons?.signIn && (system.reasons?.signOut ? cases.localSignOut : cases.signOut),
  negative: (system) => cases[system.reasons?.signIn ? 'edge' : 'negative'],
  edge: (system) => (system.edge ? cases.edge : system.introspection && cases.edgeByIntrospection),
}

/** Registers a test for each column of each system. `name` is the file of the results. */
export function testSystems(name, systems, columns = COLUMNS) {
  const results = {}
  for (const system of systems) {
    for (const column of columns) {
      const work = WORK[column](system)
      if (!work) continue
      test(`${system.title}: ${column}`, async (t) => {
        const key = `${system.title}: ${column}`
        results[key] = 'failed'
        await work(t, system)
        results[key] = 'passed'
      })
    }
    for (const one of system.more ?? []) test(`${system.title}: ${one.name}`, (t) => one.work(t, system))
  }
  if (!name) return
  after(() => {
    mkdirSync(folder, { recursive: true })
    writeFileSync(new URL(`${name}.json`, folder), JSON.stringify(results, null, 1))
  })
}
