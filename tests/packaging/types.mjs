// TypeScript knows the package, with the types of each place where it runs and no others.
import { readdir } from 'node:fs/promises'
import { consumer, table } from './harness/consumer.mjs'
import { openProject } from './harness/project.mjs'

const TSCONFIG = /^tsconfig\.(.+)\.json$/

consumer('TypeScript knows it, strictly and with every library checked', {}, async (t) => {
  const project = await openProject('typescript')
  const names = (await readdir(project.folder)).filter((name) => TSCONFIG.test(name)).sort()
  for (const name of names) {
    await t.test(`with the types of: ${TSCONFIG.exec(name)[1]}`, () =>
      project.run('tsc', ['--project', name]))
  }
  const places = names.map((name) => TSCONFIG.exec(name)[1]).join(', ')
  table.note('TypeScript', project.version('typescript'), `types of ${places}`, 'checks', 0)
})
