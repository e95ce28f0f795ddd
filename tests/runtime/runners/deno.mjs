// Deno, as npm brings it.
import { consoleRunner } from '../harness/console.mjs'
import { deno as program } from '../harness/programs.mjs'

const words = ['run', '--no-prompt', '--no-config', '--allow-env', '--allow-net']
export const deno = consoleRunner('Deno', program.path, words, ['deno', 'node'], program)
