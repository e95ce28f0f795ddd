// Servers that are programs of their own: their ports, their start, and their end by their own id.
import { spawn } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { listen } from '../../../www/server/listen.js'

/** How much of its output a failed start shows. */
const SHOWN_OUTPUT = 4000

/** A port that was free a moment ago. */
export async function freePort() {
  const server = await listen(0)
  await server.close()
  return Number(new URL(server.origin).port)
}

/**
 * Starts a program and waits until `url` answers, for at most `timeout` milliseconds. `errors()` returns
 * the beginning of its output; `close()` ends it. It also ends with this process.
 *
 * A server error counts as an answer, and fails the start; so does a program that has ended.
 */
export async function startProgram(name, [program, ...args], { cwd, env = {}, url, timeout }) {
  // The program leads a group of its own: a script and the server that it starts end together.
  const child = spawn(program, args, {
    cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'], detached: true,
  })
  const output = []
  child.stdout.on('data', (part) => output.push(part))
  child.stderr.on('data', (part) => output.push(part))
  child.once('error', (error) => output.push(Buffer.from(String(error))))
  const errors = () => Buffer.concat(output).toString().slice(-SHOWN_OUTPUT)
  const end = () => signal(child, 'SIGKILL')
  process.once('exit', end)
  const close = async () => {
    await stop(child)
    process.off('exit', end)
  }
  if (!(await isAnswering(child, url, timeout))) {
    await close()
    throw new Error(`${name} does not answer:\n${errors()}`)
  }
  return { errors, close }
}

async function isAnswering(child, url, timeout) {
  const end = Date.now() + timeout
  while (Date.now() < end && child.exitCode === null && child.pid !== undefined) {
    const answer = await fetch(url).catch(() => undefined)
    await answer?.body?.cancel()
    if (answer) return answer.ok
    await sleep(100)
  }
  return false
}

async function stop(child) {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return
  const exit = new Promise((resolve) => child.once('exit', resolve))
  signal(child, 'SIGTERM')
  await exit
}

function signal(child, name) {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return
  try {
    process.kill(-child.pid, name)
  } catch (error) {
    if (error.code !== 'ESRCH') throw error
  }
}
