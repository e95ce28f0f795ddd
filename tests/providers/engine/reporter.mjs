// A reporter of Node's test runner: results by the names of tests, in the form that the table reads.

/** The worse result wins: a name can be that of several tests. */
const RANK = ['passed', 'skipped', 'failed']

const resultOf = ({ type, data }) => {
  if (type === 'test:fail') return 'failed'
  return data.skip !== undefined || data.todo !== undefined ? 'skipped' : 'passed'
}

export default async function* reporter(events) {
  const results = {}
  for await (const event of events) {
    if (!['test:pass', 'test:fail'].includes(event.type) || event.data.nesting) continue
    const { name } = event.data
    results[name] = RANK[Math.max(RANK.indexOf(results[name]), RANK.indexOf(resultOf(event)))]
  }
  yield JSON.stringify(results, null, 1)
}
