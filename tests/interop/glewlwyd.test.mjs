// Glewlwyd, as it is installed.
import { runAt } from './harness/run.mjs'
import { glewlwyd } from './providers/glewlwyd.mjs'

runAt(glewlwyd)
