// Pushed authorization requests (RFC 9126) at a real provider that takes no others.
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import test from 'node:test'
import { startProvider } from '../../../www/provider/index.js'
import { defaultSwitches } from '../../../www/provider/settings.js'
import { openBrowser } from '../support/browser.mjs'
import { addressOf, load } from '../support/package.mjs'
import { signInAt } from '../support/person.mjs'

const app = 'https://app.example'
const { createClient } = await load()
const { createClient: createSlim } = await load('./slim')

async function setStage(t, { create = createClient, ...settings } = {}) {
  const asked = []
  const provider = await startProvider({
    port: 0,
    appOrigin: app,
    switches: { ...defaultSwitches, requirePushes: true },
    use: [
      async (ctx, next) => {
        await next()
        asked.push(`${ctx.method} ${ctx.path} ${ctx.status}`)
      },
    ],
  })
  t.after(() => provider.close())
  const browser = openBrowser()
  const open = (url) => {
    const page = browser.visit(url)
    const auth = create({
      issuer: provider.issuer,
      clientId: 'demo-spa',
      redirectUri: '/callback',
      allowLoopbackIssuer: true,
      store: 'session',
      ...settings,
    })
    t.after(() => auth.close())
    return { page, auth }
  }
  return { asked, open, provider }
}

test('REQ-14: the parameters are pushed, and the address has only client_id and request_uri', async (t) => {
  const { asked, open } = await setStage(t)
  const here = open(`${app}/inbox`)
  await here.auth.start()
  here.auth.signIn({ loginHint: 'alice@example.com' }).catch(() => {})
  const url = new URL(await here.page.left)
  assert.deepEqual([...url.searchParams.keys()], ['client_id', 'request_uri'])
  assert.ok(asked.includes('POST /request 201'), asked.join('\n'))
  const back = open(await signInAt(url.href, 'alice@example.com', app))
  assert.equal((await back.auth.start()).sub, 'alice@example.com')
  assert.equal(back.page.href, `${app}/inbox`)
})

test('REQ-15: if the pushed request fails, the page does not navigate', async (t) => {
  const { open } = await setStage(t, { scope: 'openid', clientId: 'unknown-client' })
  const { auth } = open(`${app}/`)
  await auth.start()
  const error = await auth.signIn().catch((error) => error)
  assert.deepEqual([error.code, error.at], [
    'OIDC_PROVIDER_ERROR',
    'pushed_authorization_request_endpoint',
  ])
  assert.equal(error.cause.error, 'invalid_client')
})

test('REQ-15: a module that cannot push does not redirect to a provider that requires it', async (t) => {
  const module = await WebAssembly.compile(await readFile(new URL(await addressOf('./sign-in.wasm'))))
  const { asked, open } = await setStage(t, { create: createSlim, module })
  const { auth } = open(`${app}/`)
  await auth.start()
  const error = await auth.signIn().catch((error) => error)
  assert.deepEqual([error.code, error.at], ['OIDC_CONFIG_INVALID', 'module'])
  assert.ok(!asked.some((seen) => seen.includes('/auth')))
})
