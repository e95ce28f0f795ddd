// A WebDriver client in a few lines, for WebKitGTK, which no library here drives.
import { spawn } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'

const DRIVER = process.env.WEBKIT_DRIVER_PATH ?? '/usr/bin/WebKitWebDriver'
const SCREEN = process.env.XVFB_PATH ?? '/usr/bin/Xvfb'
const lacking = [DRIVER, SCREEN].filter((path) => !existsSync(path))

/** Why WebKit cannot be driven here, where that is so. */
export const missing = lacking.length > 0
  ? `WebKit IS MISSING (${lacking.join(', ')}): nothing was tested there. \`cargo xtask setup\` ` +
    'installs it where the system has webkit2gtk-driver and xvfb.'
  : undefined

/**
 * Opens a browser with a profile of its own, that ends with it, on a screen of its own or on
 * `screen`. `args` go to MiniBrowser, `capabilities` to the driver.
 */
export async function openWebkit({ screen, args = [], capabilities = {} } = {}) {
  const shown = screen ?? (await openScreen())
  const port = await freePort()
  const driver = spawn(DRIVER, [`--port=${port}`], {
    env: { ...process.env, DISPLAY: shown.name, NO_AT_BRIDGE: '1' },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const said = []
  driver.stderr.on('data', (part) => said.push(part))
  const call = (...request) => ask(...request).catch((error) => {
    const { code, name } = error
    const described = new Error(`${error.message}\n${said.join('')}`, { cause: error })
    throw Object.assign(described, { code, isTimeout: name === 'TimeoutError' })
  })
  const base = `http://127.0.0.1:${port}`
  await answering(base)
  const options = { binary: browserBinary(), args: ['--automation', ...args] }
  const alwaysMatch = { browserName: 'MiniBrowser', 'webkitgtk:browserOptions': options }
  const { sessionId } = await call(base, 'POST', '/session', {
    capabilities: { alwaysMatch: { ...alwaysMatch, ...capabilities } },
  })
  const session = `${base}/session/${sessionId}`
  return {
    /** Sends a command of WebDriver: its method, its path below the session, its body, a time limit. */
    command: (method, path, body, timeoutMs) => call(session, method, path, body, timeoutMs),
    go: (url) => call(session, 'POST', '/url', { url }),
    /** The value of a script's promise, as JSON carries it. */
    ask: (script, args = []) => call(session, 'POST', '/execute/sync', { script, args }),
    async close() {
      // A session whose last window is closed has ended already.
      await call(session, 'DELETE', '').catch((error) => {
        if (error.code !== 'invalid session id') throw error
      })
      await ended(driver)
      if (!screen) await shown.close()
    },
  }
}

function browserBinary() {
  const libraries = '/usr/lib'
  const below = (folder) => readdirSync(folder).map((name) => `${folder}/${name}`)
  const folders = existsSync(libraries) ? below(libraries).filter((path) => /linux-gnu$/.test(path)) : []
  const places = folders.flatMap(below).filter((path) => path.includes('/webkit2gtk-4'))
  return places.map((place) => `${place}/MiniBrowser`).find((path) => existsSync(path))
}

/** Opens a virtual screen. */
export async function openScreen() {
  const words = ['-displayfd', '3', '-screen', '0', '1024x768x24', '-nolisten', 'tcp']
  const server = spawn(SCREEN, words, { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] })
  const lines = createInterface({ input: server.stdio[3] })
  const gone = once(server, 'exit').then(() => Promise.reject(new Error(`${SCREEN} ended at once`)))
  const [number] = await Promise.race([once(lines, 'line'), gone])
  gone.catch(() => {})
  return { name: `:${number}`, close: () => ended(server) }
}

async function ended(child) {
  const exit = once(child, 'exit')
  child.kill('SIGTERM')
  await exit
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  await new Promise((resolve) => server.close(resolve))
  return port
}

async function answering(base) {
  for (let tries = 0; tries < 100; tries += 1) {
    if (await fetch(`${base}/status`).then((answer) => answer.ok, () => false)) return
    await sleep(100)
  }
  throw new Error(`${DRIVER} does not answer at ${base}`)
}

async function ask(base, method, path, body, timeoutMs) {
  const signal = timeoutMs && AbortSignal.timeout(timeoutMs)
  const answer = await fetch(base + path, { method, body: body && JSON.stringify(body), signal })
  const { value } = await answer.json()
  if (answer.ok) return value
  const error = new Error(`${method} ${path}: ${value.error}: ${value.message}`)
  throw Object.assign(error, { code: value.error })
}
