// A property of `Object.prototype`, which a careless merge of user input can set, must not help an attacker.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import test from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

/** Which values are tried: `few`, or `all`. */
const { COUNTERSIGN_POLLUTION = 'few' } = process.env

for (const [what, file] of [
  ['a forged token or a session pass', 'in-node.mjs'],
  ['a preset, a gate, an external method, Aisera, Cognigy or Entrust accept what it refuses', 'systems-in-node.mjs'],
]) test(`WEB-16: no property of Object.prototype lets ${what}`, async () => {
  const program = fileURLToPath(new URL(file, import.meta.url))
  const run = promisify(execFile)
  const { stdout } = await run(process.execPath, [program, COUNTERSIGN_POLLUTION], { maxBuffer: 2 ** 26 })
  const { names, reached } = JSON.parse(stdout.split('\n').find((line) => line.startsWith('{"names"')))
  assert.ok(names > 1000, `${names} names`)
  assert.deepEqual(reached, [])
})
