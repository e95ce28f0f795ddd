// Bun, as npm brings it.
import { consoleRunner } from '../harness/console.mjs'
import { bun as program } from '../harness/programs.mjs'

export const bun = consoleRunner('Bun', program.path, [], ['bun', 'node'], program)
