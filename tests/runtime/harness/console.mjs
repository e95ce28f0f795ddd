// Runtimes that are programs: they print the report.
import { execFile } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { bundle } from './bundle.mjs'

const run = promisify(execFile)
const folder = fileURLToPath(new URL('../../../target/runtime/', import.meta.url))

/** A runner of a program that takes the path of a script after its `words`. */
export function consoleRunner(name, program, words, conditions, { missing, version } = {}) {
  return {
    name,
    missing,
    version,
    async report() {
      const { code } = await bundle('console', { conditions })
      await mkdir(folder, { recursive: true })
      const file = join(folder, `${name.toLowerCase()}.mjs`)
      await writeFile(file, code)
      // One that prints its report and does not end is stopped: it would keep these tests waiting.
      const limits = { maxBuffer: 1 << 26, timeout: 150_000 }
      const { stdout } = await run(program, [...words, file], limits)
      return JSON.parse(stdout)
    },
  }
}
