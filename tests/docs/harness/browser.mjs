// Pages of `https://app.example.com` in Chromium, whose scripts are examples.
import { existsSync } from 'node:fs'
import { createServer } from 'node:https'
import { once } from 'node:events'
import { after } from 'node:test'
import puppeteer from 'puppeteer-core'
import { makeCertificate } from '../../browser/harness/certificate.mjs'
import { signInAtProvider } from '../../browser/harness/steps.mjs'
import { example, shared } from './examples.mjs'
import { answerOverNetwork, APP, ISSUER, startPlaces } from './places.mjs'
import { bundle } from './project.mjs'

const PROGRAMS = [
  process.env.CHROME_PATH,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome-stable',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]

/** The policy that docs/page.md recommends. Every page here has it. */
const POLICY = example('docs/page.md#content-security-policy').code.trim()

const TYPES = { js: 'text/javascript', wasm: 'application/wasm', html: 'text/html' }
const HTML = '<!doctype html><title>App</title><p id="app"></p>'

/** Signs in, for examples that begin with a user: the script of `/enter` and of the callback. */
const ENTER = `
  import { auth } from './auth'
  const user = await auth.start()
  if (user) document.title = 'entered'
  else await auth.signIn()
`

/** The places that the browser reaches at the moment. */
let places

/** One browser for the tests of a file, and what answers all its requests. */
const launched = (async () => {
  const server = createServer(makeCertificate(), (request, response) => {
    answerOverNetwork(places, request, response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const executablePath = PROGRAMS.find((path) => path && existsSync(path))
  if (!executablePath) throw new Error('There is no Chromium: run cargo xtask setup.')
  const args = [
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--ignore-certificate-errors',
    `--host-resolver-rules=MAP *.example.com 127.0.0.1:${server.address().port}`,
    // As root, as in most containers, Chromium's sandbox refuses to start.
    ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
  ]
  const browser = await puppeteer.launch({ executablePath, args })
  after(async () => {
    await browser.close()
    server.closeAllConnections()
    server.close()
  })
  return browser
})()

/**
 * Opens a tab of an app whose script is `main`, in this `language`. `body` is its HTML, `files` are more files by their
 * paths, `workers` are scripts of workers by theirs; `headers` are added to those of its pages. With
 * `enters`, the callback has a script of its own from the beginning. The other options are those of
 * the places.
 */
export async function openApp(t, settings) {
  const { main, language = 'ts', body = HTML, files = {}, workers = {}, headers = {}, enters, ...others } = settings
  places = await startPlaces(t, others)
  const served = new Map(Object.entries(files))
  for (const [path, code] of Object.entries({ ...workers, '/main.js': main, '/enter.js': ENTER })) {
    // A module is done when its last `await` is.
    const footer = { js: 'globalThis.isDone = true' }
    const options = { footer, jsx: 'automatic', loader: { '.ts': language } }
    served.set(path, await bundle(t, { ...shared(), 'script.ts': code }, 'script.ts', options))
  }
  places.answers['app.example.com'] = async ({ url }) => {
    const { pathname } = new URL(url)
    const [, extension = 'html'] = /\.(\w+)$/.exec(pathname) ?? []
    const always = { 'content-type': TYPES[extension], 'content-security-policy': POLICY, ...headers }
    if (extension !== 'html') {
      const file = served.get(pathname)
      return new Response(file, { status: file ? 200 : 404, headers: always })
    }
    const isEntrance = isEntering && ['/enter', '/callback'].includes(pathname)
    const script = isEntrance ? 'enter' : 'main'
    const tag = `<script type="module" src="/${script}.js"></script>`
    return new Response(body.replace(/<script.*<\/script>|$/, tag), { headers: always })
  }
  let isEntering = enters
  const context = await (await launched).createBrowserContext()
  t.after(() => context.close())
  const page = await context.newPage()
  page.setDefaultTimeout(30_000)
  const errors = []
  const logs = []
  page.on('pageerror', (error) => errors.push(error.message))
  page.on('console', (message) => logs.push(message.text()))
  return {
    places,
    page,
    errors,
    logs,
    /** Signs in before the example runs. */
    async enter() {
      isEntering = true
      await page.goto(`${APP}/enter`)
      await signIn(page)
      await page.waitForFunction(() => document.title === 'entered')
    },
  }
}

/** The person answers the provider's pages, and comes back to the app. */
export async function signIn(page, login = 'alice') {
  await page.waitForFunction((origin) => location.origin === origin, {}, ISSUER)
  await signInAtProvider(page, login)
  await page.waitForFunction((origin) => location.origin === origin, {}, APP)
}

/** Waits until the script of the example has come to its end. */
export const done = (page) => page.waitForFunction(() => globalThis.isDone === true)

/** Waits until an element shows a text. */
export const shows = (page, selector, text) =>
  page.waitForFunction((selector, text) => document.querySelector(selector)?.textContent.includes(text), {},
    selector, text)
