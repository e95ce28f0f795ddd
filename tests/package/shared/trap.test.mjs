// A trap inside wasm ends its call, and nothing else. Needs the build with a planted trap.
import assert from 'node:assert/strict'
import test from 'node:test'
import { openBrowser } from '../support/browser.mjs'
import { startDouble } from '../support/double.mjs'
import { load, trapFolder } from '../support/package.mjs'
import { code } from '../support/stage.mjs'

const plant = { extra: { note: 'plant-a-trap' } }

test(
  'a trap fails with OIDC_INTERNAL, and the next call works on a new instance',
  { timeout: 20_000 },
  async (t) => {
    const { createClient } = await load('.', trapFolder)
    const double = await startDouble()
    t.after(() => double.close())
    const browser = openBrowser()
    const open = (url) => {
      const page = browser.visit(url)
      const auth = createClient({
        issuer: double.issuer,
        clientId: 'spa',
        redirectUri: '/callback',
        allowLoopbackIssuer: true,
      })
      t.after(() => auth.close())
      return { auth, page }
    }
    const instantiate = t.mock.method(WebAssembly, 'instantiate')
    // Node's own fetch instantiates a module too.
    const ours = () =>
      instantiate.mock.calls
        .map((call) => call.arguments)
        .filter(([, imports]) => imports?.host)

    const { auth, page } = open('https://app.example/')
    const error = await auth.signIn(plant).catch((error) => error)
    assert.deepEqual([error.code, error.blame], ['OIDC_INTERNAL', 'Bug'])
    assert.ok(error.cause instanceof WebAssembly.RuntimeError)
    auth.signIn().catch(() => {})
    const callback = double.authorize(await page.left)
    assert.equal(ours().length, 2)

    // A trap of one client in the middle of another's flow: both share an instance.
    const back = open(callback)
    const honest = double.answers['/token']
    double.answers['/token'] = async (request, body) => {
      await assert.rejects(auth.signIn(plant), code('OIDC_INTERNAL'))
      return honest(request, body)
    }
    assert.equal((await back.auth.start()).sub, 'alice')
    assert.equal(ours().length, 3)
    assert.equal(new Set(ours().map(([module]) => module)).size, 1, 'the same compiled module')
  },
)
