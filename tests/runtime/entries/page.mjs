// Browsers: the report is where a driver finds it.
import { report } from '../report.mjs'

globalThis.reported = report()
