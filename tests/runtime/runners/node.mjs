// Node, the one that runs this.
import { consoleRunner } from '../harness/console.mjs'

export const node = consoleRunner('Node', process.execPath, [], ['node'])
