// Node, Deno and Bun: the report is printed.
import { report } from '../report.mjs'

console.log(JSON.stringify(await report()))
