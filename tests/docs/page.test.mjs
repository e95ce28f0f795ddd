// The examples for pages run as they are written: in Chromium, at a real provider.
import assert from 'node:assert/strict'
import test from 'node:test'
import { changedClaims } from '../browser/harness/faults.mjs'
import { clickButton, signInAtProvider } from '../browser/harness/steps.mjs'
import { done, openApp, shows, signIn } from './harness/browser.mjs'
import { example } from './harness/examples.mjs'
import { API, APP, ISSUER } from './harness/places.mjs'
import { build, ofPackage } from './harness/project.mjs'

/** The headers of an API that lets the app's page call it. */
const CORS = {
  'access-control-allow-origin': APP,
  'access-control-allow-headers': 'authorization, dpop',
  'access-control-allow-methods': 'GET, POST',
  'access-control-expose-headers': 'www-authenticate, dpop-nonce',
}

/** The claims of the access token of a request; nothing for one without. */
function claimsOf({ headers }) {
  const [, payload] = headers.get('authorization')?.split('.') ?? []
  return payload && JSON.parse(Buffer.from(payload, 'base64url'))
}

/** An API that greets the user of the token. */
const inbox = {
  'api.example.com': (request) => {
    if (request.method === 'OPTIONS') return new Response(null, { headers: CORS })
    const { sub, scope } = claimsOf(request) ?? {}
    const [scheme] = request.headers.get('authorization')?.split(' ') ?? []
    return new Response(`mail of ${sub} (${scheme} ${scope})`, { headers: CORS })
  },
}

const callsOf = (places) => places.asked.filter(({ url, method }) => url.startsWith(API) && method !== 'OPTIONS')

test('README: a page signs in, comes back, and calls its API', async (t) => {
  const { code: main } = example('README.md#a-page.2')
  const { page, places, errors } = await openApp(t, { main, answers: inbox })
  await page.goto(`${APP}/inbox?folder=1`)
  await signIn(page)
  await done(page)
  assert.equal(page.url(), `${APP}/inbox?folder=1`)
  const [call, ...more] = callsOf(places)
  assert.deepEqual([call.url, more.length], [`${API}inbox`, 0])
  assert.equal(claimsOf(call).sub, 'alice')
  assert.deepEqual(errors, [])
})

test('Getting started: buttons sign in and out, and a refusal is shown', async (t) => {
  const { code: main } = example('docs/getting-started.md#4-show-the-user.2')
  const { code: body } = example('docs/getting-started.md#4-show-the-user')
  const { page, errors } = await openApp(t, { main, body, answers: inbox })
  await page.goto(`${APP}/`)
  await clickButton(page, 'Sign in')
  await page.waitForFunction((origin) => location.origin === origin, {}, ISSUER)
  await clickButton(page, 'Cancel')
  await shows(page, '#status', 'OIDC_SIGNIN_REFUSED')
  await clickButton(page, 'Sign in')
  await signIn(page)
  await shows(page, '#status', 'Hello Alice: mail of alice (Bearer inbox:read)')
  await page.reload()
  await shows(page, '#status', 'Hello Alice')
  await clickButton(page, 'Sign out')
  await clickButton(page, 'Yes, sign me out')
  await page.waitForFunction((app) => location.href === app, {}, `${APP}/`)
  await page.waitForSelector('#sign-in:not([hidden])')
  assert.deepEqual(errors, [])
})

test('start: the user is known', async (t) => {
  const { code: main } = example('docs/page.md#page-client')
  const app = await openApp(t, { main })
  await app.enter()
  await app.page.goto(`${APP}/page`)
  await done(app.page)
  assert.ok(app.logs.includes(`Alice is alice at ${ISSUER}`), app.logs.join('\n'))
})

test('signIn: the options reach the provider, and the page they name is next', async (t) => {
  const { code: main } = example('docs/page.md#sign-in')
  const { page } = await openApp(t, { main })
  const asked = page.waitForRequest((request) => request.url().startsWith(`${ISSUER}/auth?`))
  await page.goto(`${APP}/page`)
  const { searchParams } = new URL((await asked).url())
  assert.deepEqual([searchParams.get('prompt'), searchParams.get('max_age')], ['login', '300'])
})

const reactRouter = example('docs/page.md#with-a-router')
const vueRouter = example('docs/page.md#with-a-router.2')
const followed = { ...vueRouter, code: vueRouter.code.replace(/^ *navigate: .*\n/m, '') }

for (const [name, { code: main, language }, path] of [
  // A loader of React Router gets no fragment.
  ['React Router follows the address', reactRouter, '/orders?tab=2'],
  ['Vue Router is called by navigate', vueRouter, '/orders?tab=2#last'],
  ['Vue Router follows the address', followed, '/orders?tab=2#last'],
]) {
  test(`C2: ${name}: a user who opens a protected route is there after the sign-in`, async (t) => {
    const { page, errors } = await openApp(t, { main, language, body: '<!doctype html><div id="app"></div>' })
    await page.goto(`${APP}/`)
    await shows(page, '#app', 'Welcome')
    await page.goto(APP + path)
    await signIn(page)
    await shows(page, '#app', 'Your orders')
    assert.equal(page.url(), APP + path)
    await page.reload()
    await shows(page, '#app', 'Your orders')
    assert.deepEqual(errors, [])
  })
}

test('C2: the example without navigate differs from the one with it', () => {
  assert.notEqual(followed.code, vueRouter.code)
})

test('signedin: the parameters that the provider added to the callback', async (t) => {
  const { code } = example('docs/page.md#other-parameters-of-the-callback')
  const main = `${code}\nif (!(await auth.start())) await auth.signIn()\n`
  const addStatus = async (ctx, next) => {
    await next()
    const location = ctx.response.get('Location')
    if (location?.startsWith(`${APP}/callback?`)) ctx.set('Location', `${location}&kc_action_status=cancelled`)
  }
  const { page, logs, errors } = await openApp(t, { main, use: [addStatus] })
  await page.goto(`${APP}/page`)
  await signIn(page)
  await done(page)
  assert.ok(logs.includes('The password was not changed.'), logs.join('\n'))
  assert.deepEqual(errors, [])
})

test('signInPopup: a click signs in beside the page', async (t) => {
  const { code: main } = example('docs/page.md#sign-in-with-a-popup')
  const { page, errors } = await openApp(t, { main, enters: true, body: '<button>Sign in</button>' })
  await page.goto(`${APP}/page`)
  await done(page)
  const popup = await popupOf(page, () => clickButton(page, 'Sign in'))
  await signInAtProvider(popup, 'alice')
  await shows(page, 'button', 'Hello Alice')
  assert.deepEqual(errors, [])
})

test('fetch and getAccessToken: the API gets the token', async (t) => {
  const { code: main } = example('docs/page.md#call-an-api')
  const app = await openApp(t, { main, answers: inbox })
  await app.enter()
  await app.page.goto(`${APP}/page`)
  await done(app.page)
  assert.equal(claimsOf(callsOf(app.places)[0]).scope, 'inbox:read')
  assert.match(app.logs.at(-1), /^200 \d{3,}$/)
})

test('stepup: an API asks for more scope, the user agrees, and the request is sent again', async (t) => {
  const { code: main } = example('docs/page.md#answer-a-step-up')
  const transfer = (request) => {
    if (request.method === 'OPTIONS') return new Response(null, { headers: CORS })
    if (claimsOf(request).scope.includes('inbox:write')) return new Response('sent', { headers: CORS })
    const challenge = 'Bearer error="insufficient_scope", scope="inbox:write"'
    return new Response('', { status: 403, headers: { ...CORS, 'www-authenticate': challenge } })
  }
  const body = '<button id="confirm" hidden>Confirm</button><p id="result"></p>'
  const app = await openApp(t, { main, body, enters: true, answers: { 'api.example.com': transfer } })
  await app.enter()
  await app.page.goto(`${APP}/page`)
  await app.page.waitForSelector('#confirm:not([hidden])')
  const popup = await popupOf(app.page, () => clickButton(app.page, 'Confirm'))
  await clickButton(popup, 'Allow')
  await shows(app.page, '#result', 'sent')
  assert.deepEqual(callsOf(app.places).map(({ method }) => method), ['POST', 'POST'])
})

test('errors: the page offers the action that the user must take', async (t) => {
  const { code: main } = example('docs/page.md#handle-errors')
  const { page, errors } = await openApp(t, { main, body: '<button id="sign-in" hidden>Sign in</button>' })
  await page.goto(`${APP}/page`)
  await page.waitForSelector('#sign-in:not([hidden])')
  await done(page)
  assert.deepEqual(errors, [])
})

test("store: with 'memory' nothing of the session is stored", async (t) => {
  const { code: main } = example('docs/page.md#store-the-session')
  const { page, errors } = await openApp(t, { main })
  await page.goto(`${APP}/page`)
  await signIn(page)
  await done(page)
  const stored = await page.evaluate(async () => [
    ...Object.values(localStorage), ...Object.values(sessionStorage),
    ...(await indexedDB.databases()).map(({ name }) => name),
  ].join(' '))
  assert.doesNotMatch(stored, /alice|eyJ/)
  assert.deepEqual(errors, [])
})

test('allowInsecure: signatures are verified without SubtleCrypto', async (t) => {
  // Here over https: the story of insecure pages in tests/browser has an origin on plain http.
  const { code: main } = example('docs/page.md#plain-http')
  const { page, errors } = await openApp(t, { main })
  await page.evaluateOnNewDocument(() => {
    crypto.subtle.verify = () => Promise.reject(new Error('not this one'))
  })
  await page.goto(`${APP}/page`)
  await signIn(page)
  await done(page)
  assert.deepEqual(errors, [])
})

test('slim: the browser compiles the module while it loads', async (t) => {
  const { code: main } = example('docs/slim.md#fewer-bytes')
  const files = { '/sign-in.wasm': await ofPackage('sign-in.wasm') }
  const { page, errors } = await openApp(t, { main, files })
  await page.goto(`${APP}/page`)
  await signIn(page)
  await done(page)
  assert.deepEqual(errors, [])
})

test('slim with renewal: the larger module does it all', async (t) => {
  const { code: main } = example('docs/slim.md#everything-with-your-own-module')
  const files = { '/countersign.wasm': await ofPackage('countersign.wasm') }
  const { page, errors } = await openApp(t, { main, files })
  await page.goto(`${APP}/page`)
  await signIn(page)
  await done(page)
  assert.deepEqual(errors, [])
})

test('slim with Vite: the address of the module is an import', async (t) => {
  const { code } = example('docs/slim.md#fewer-bytes.2')
  const files = await build(t, { 'main.ts': `${code}\nexport { url }\n` }, 'main.ts')
  assert.equal(files.filter((name) => /sign-in-[\w-]+\.wasm$/.test(name)).length, 1, `${files}`)
})

test('vault: the worker signs in and sends the requests', async (t) => {
  const { code: main } = example('docs/vault.md#vault.2')
  const { code: worker } = example('docs/vault.md#vault')
  const app = await openApp(t, { main, workers: { '/vault.js': worker }, answers: inbox })
  await app.page.goto(`${APP}/page`)
  await signIn(app.page)
  await shows(app.page, '#app', 'mail of alice')
  const stored = await app.page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }))
  assert.doesNotMatch(stored, /eyJ/)
  assert.deepEqual(app.errors, [])
})

test('vault with Vite: the address of the worker is an import', async (t) => {
  const { code } = example('docs/vault.md#vault.3')
  const { code: worker } = example('docs/vault.md#vault')
  const files = await build(t, { 'main.ts': `${code}\nconsole.log(workerUrl)\n`, 'vault.ts': worker }, 'main.ts')
  assert.equal(files.filter((name) => /vault-[\w-]+\.js$/.test(name)).length, 1, `${files}`)
})

test('dpop: the API gets a bound token with a proof', async (t) => {
  const { code: main } = example('docs/dpop.md#dpop')
  const app = await openApp(t, { main, answers: inbox })
  await app.page.goto(`${APP}/page`)
  await signIn(app.page)
  await shows(app.page, '#app', 'mail of alice (DPoP')
  const [call] = callsOf(app.places)
  assert.ok(claimsOf(call).cnf.jkt)
  assert.equal(call.headers.get('dpop').split('.').length, 3)
})

test('signOut: the provider signs out too, and sends the user back', async (t) => {
  const { code: main } = example('docs/logout.md#log-out')
  const app = await openApp(t, { main, body: '<button id="sign-out">Sign out</button>' })
  await app.enter()
  await app.page.goto(`${APP}/page`)
  await done(app.page)
  await clickButton(app.page, 'Sign out')
  await clickButton(app.page, 'Yes, sign me out')
  await app.page.waitForFunction((app) => location.href === app, {}, `${APP}/`)
})

test('front-channel logout: only the session with the `sid` of the address ends', async (t) => {
  const { code: main } = example('docs/logout.md#front-channel-logout')
  const { code: headers } = example('docs/logout.md#front-channel-logout.2')
  const world = {}
  const app = await openApp(t, {
    main,
    headers: Object.fromEntries(headers.trim().split('\n').map((line) => line.split(': '))),
    use: [changedClaims(world, { sid: 'session-1' })],
  })
  world.keys = app.places.provider.keys
  await app.enter()
  for (const [sid, said] of [['session-2', 'nothing to do'], ['session-1', 'signed out']]) {
    await app.page.goto(`${APP}/front-channel-logout?iss=${encodeURIComponent(ISSUER)}&sid=${sid}`)
    await done(app.page)
    assert.equal(app.logs.at(-1), said)
  }
})

test('sessionCheck: the page starts with a provider that has no frame for it', async (t) => {
  const { code: main } = example('docs/logout.md#follow-the-providers-session')
  const app = await openApp(t, { main })
  await app.page.goto(`${APP}/page`)
  await done(app.page)
  assert.deepEqual(app.errors, [])
})

test('errors.md: the text for the user depends on the error', async (t) => {
  const { code } = example('docs/errors.md#errors')
  const main = `${code}
    document.querySelector('#app')!.textContent = await start()
    document.querySelector('button')!.onclick = () => auth.signIn()`
  const app = await openApp(t, { main, body: '<p id="app"></p><button>Sign in</button>' })
  await app.page.goto(`${APP}/page`)
  await shows(app.page, '#app', 'Signed out')
  await clickButton(app.page, 'Sign in')
  await app.page.waitForFunction((origin) => location.origin === origin, {}, ISSUER)
  await clickButton(app.page, 'Cancel')
  await shows(app.page, '#app', 'You cancelled the sign-in.')
})

/** The window that a click opens. */
async function popupOf(page, act) {
  const [popup] = await Promise.all([new Promise((resolve) => page.once('popup', resolve)), act()])
  popup.setDefaultTimeout(30_000)
  return popup
}
