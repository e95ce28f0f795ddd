// The package as strangers use it: `npm pack`, installed into a real project of each kind, built by
// the project's own tools without any configuration, and run.
import { compareWithTable } from './harness/consumer.mjs'

await import('./pages.mjs')
await import('./next.mjs')
await import('./servers.mjs')
await import('./types.mjs')
compareWithTable()
