// The consumers' projects: the package goes in as npm brings it, and their own tools build them.
import { execFile, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)
const at = (path) => fileURLToPath(new URL(`../../../${path}`, import.meta.url))
const QUIET = ['--ignore-scripts', '--offline', '--no-audit', '--no-fund', '--loglevel=error']

/** The environment of the tools: no telemetry, and no colors in their output. */
const environment = {
  ...process.env,
  CI: '1',
  NEXT_TELEMETRY_DISABLED: '1',
  NODE_ENV: undefined,
  NO_COLOR: '1',
  WRANGLER_SEND_METRICS: 'false',
}

let tarball

/** Packs the built package as `npm publish` would; the path of the tarball. */
function pack() {
  tarball ??= (async () => {
    const folder = at('target/packaging')
    await mkdir(folder, { recursive: true })
    const made = await run('npm', ['pack', '--silent', '--pack-destination', folder], {
      cwd: at('pkg'),
    })
    return join(folder, made.stdout.trim().split('\n').at(-1))
  })()
  return tarball
}

/** A consumer's folder with the package freshly installed, and nothing that an older build left. */
export async function openProject(name) {
  const folder = at(`tests/packaging/${name}`)
  for (const old of ['dist', '.next']) {
    await rm(join(folder, old), { recursive: true, force: true })
  }
  await run('npm', ['install', '--no-save', ...QUIET, await pack()], { cwd: folder })
  const manifest = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'))
  const wanted = { ...manifest.dependencies, ...manifest.devDependencies }
  return {
    folder,
    /** The version of a tool, as the lockfile pins it. */
    version: (tool) => wanted[tool].split('@').at(-1),
    /** Runs a program of the project's tools to its end; gives what it printed. */
    run: (tool, words, more) => runIn(folder, toolIn(folder, tool), words, more),
    /** Starts a server; gives its address as soon as it prints one, and how to end it. */
    serve: (tool, words, more) => serveFrom(folder, toolIn(folder, tool), words, more),
    /** Where a package among the project's tools begins. */
    pathOf: (name) => pathToFileURL(createRequire(join(folder, 'package.json')).resolve(name)).href,
    /** Reads a file of the project. */
    read: (file, encoding) => readFile(join(folder, file), encoding),
    /** Files with this ending below a folder of the project. */
    files: (ending, below = '.') => filesBelow(join(folder, below), ending),
  }
}

/** Runs any program in a consumer's folder. */
export async function runIn(folder, program, words, variables = {}) {
  const env = { ...environment, ...variables }
  return run(program, words, { cwd: folder, env }).then(
    ({ stdout }) => stdout.trim(),
    ({ message, stdout, stderr }) => {
      throw new Error(`${message}\n${stdout}\n${stderr}`)
    },
  )
}

function toolIn(folder, tool) {
  const program = join(folder, 'node_modules/.bin', tool)
  if (existsSync(program)) return program
  throw new Error(`${program} is missing. Run: cargo xtask test packaging`)
}

async function serveFrom(folder, program, words, variables) {
  // A group of its own: what the tool starts ends with it.
  const env = { ...environment, ...variables }
  const child = spawn(program, words, { cwd: folder, env, detached: true })
  const seen = []
  const ended = once(child, 'exit')
  const origin = await new Promise((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        seen.push(line)
        const found = /http:\/\/localhost:\d+/.exec(line)
        if (found) resolve(found[0])
      })
    }
    child.once('error', reject)
    child.once('exit', () => reject(new Error(`${program} ended:\n${seen.join('\n')}`)))
  })
  return {
    origin,
    async close() {
      process.kill(-child.pid, 'SIGTERM')
      await ended
    },
  }
}

async function filesBelow(folder, ending) {
  const names = await readdir(folder, { recursive: true })
  return names.filter((name) => name.endsWith(ending) && !name.startsWith('node_modules'))
}
