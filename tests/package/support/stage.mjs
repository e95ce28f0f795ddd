// A double, a browser and a client: what most tests begin with.
import { setImmediate as turn } from 'node:timers/promises'
import { openBrowser } from './browser.mjs'
import { startDouble } from './double.mjs'
import { load } from './package.mjs'

export const app = 'https://app.example'

/** Sets a stage. `settings` are added to the client's. The test ends it. */
export async function setStage(t, settings = {}) {
  const { createClient, OidcError } = await load()
  const double = await startDouble()
  t.after(() => double.close())
  const browser = openBrowser()
  const stage = {
    double,
    browser,
    OidcError,
    createClient,
    settings: {
      issuer: double.issuer,
      clientId: 'spa',
      redirectUri: '/callback',
      allowLoopbackIssuer: true,
      // Node has no IndexedDB for the default; what is kept here is kept as a tab keeps it.
      store: 'session',
      ...settings,
    },
    /** Loads a page of the app with a client of its own. */
    open(path = '/', more = {}) {
      const page = browser.visit(new URL(path, app).href)
      const auth = createClient({ ...stage.settings, ...more })
      t.after(() => auth.close())
      return { page, auth }
    },
    /** Leaves a page for the provider; gives the address the person comes back to. */
    async goAndComeBack(options, more) {
      const { page, auth } = stage.open('/inbox?x=1', more)
      auth.signIn(options).catch(() => {})
      return double.authorize(await page.left)
    },
    /** Signs in, up to the client of the callback page. */
    async signIn(more) {
      const { page, auth } = stage.open(await stage.goAndComeBack({}, more), more)
      await auth.start()
      return { page, auth }
    },
  }
  return stage
}

/** A matcher for assert.rejects and assert.throws. */
export const code = (expected, at) => (error) => {
  if (error.code === expected && (at === undefined || error.at === at)) return true
  throw new Error(
    `expected ${expected} ${at ?? ''}, got ${error.code ?? error} ${error.at ?? ''}`,
    { cause: error },
  )
}

/**
 * Whether a promise is still pending after everything that can run has run. A number of turns of the
 * event loop, and not a time: so the load of the machine does not change the result.
 */
export async function isPending(promise) {
  let pending = true
  const settle = () => { pending = false }
  promise.then(settle, settle)
  for (let n = 0; n < 200 && pending; n += 1) await turn()
  return pending
}

/** Lets Node load its own wasm, which its `fetch` brings, before a test looks at WebAssembly. */
export const warmUp = () => fetch('http://127.0.0.1:1').catch(() => {})
