// Loading the core: forbidden, absent, brought along, and never remembered as failed.
import assert from 'node:assert/strict'
import test from 'node:test'
import vm from 'node:vm'
import { addressOf, compileModule, load } from '../support/package.mjs'
import { code, warmUp } from '../support/stage.mjs'

const settings = {
  issuer: 'https://op.example',
  clientId: 'c',
  redirectUri: 'https://app.example/cb',
}

await warmUp()

/** A fresh copy of an entry, whose core is not loaded yet. */
let copies = 0
const freshEntry = async (path) => import(`${await addressOf(path)}?copy=${(copies += 1)}`)

function replaceWebAssembly(t, value) {
  const before = Object.getOwnPropertyDescriptor(globalThis, 'WebAssembly')
  const restore = () => Object.defineProperty(globalThis, 'WebAssembly', before)
  Object.defineProperty(globalThis, 'WebAssembly', { ...before, value })
  t.after(restore)
  return restore
}

/** WebAssembly as a page has it whose CSP lacks 'wasm-unsafe-eval': the engine itself refuses. */
const forbidden = () =>
  vm.runInContext(
    'WebAssembly',
    vm.createContext({}, { codeGeneration: { strings: false, wasm: false } }),
  )

test('B18: a CSP that forbids wasm has its own code, and the page may allow it later', async (t) => {
  const { createClient } = await freshEntry('.')
  const auth = createClient(settings)
  const restore = replaceWebAssembly(t, forbidden())
  await assert.rejects(auth.start(), code('OIDC_WASM_FORBIDDEN'))
  await assert.rejects(auth.signIn(), code('OIDC_WASM_FORBIDDEN'))
  assert.equal(auth.status, 'signedOut')
  restore()
  assert.equal(await auth.start(), null)
})

test("a module that fails to load does not have the code of the CSP", async (t) => {
  const { createClient } = await freshEntry('./slim')
  const module = () => Promise.reject(new TypeError('offline'))
  replaceWebAssembly(t, forbidden())
  const auth = createClient({ ...settings, module })
  await assert.rejects(auth.start(), code('OIDC_WASM_UNAVAILABLE'))
})

test('a runtime without wasm gets its own code', async (t) => {
  const { createClient } = await freshEntry('.')
  replaceWebAssembly(t, undefined)
  await assert.rejects(createClient(settings).start(), code('OIDC_WASM_UNAVAILABLE'))
})

test('slim takes a module, a promise of one, or a function that makes either', async () => {
  const { createClient } = await load('./slim')
  const module = await compileModule()
  for (const given of [module, Promise.resolve(module), () => module, async () => module]) {
    assert.equal(await createClient({ ...settings, module: given }).start(), null)
  }
})

test('slim refuses a value that is no module, and the next call reads the setting again', async () => {
  const { createClient } = await load('./slim')
  const other = await WebAssembly.compile(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0))
  for (const module of [
    undefined,
    {},
    new Response('x'),
    other,
    () => {
      throw new Error('404')
    },
  ]) {
    await assert.rejects(
      createClient({ ...settings, module }).start(),
      code('OIDC_WASM_UNAVAILABLE'),
    )
  }
  let calls = 0
  const module = () => {
    calls += 1
    if (calls === 1) return {}
    return calls > 2 ? compileModule() : Promise.reject(new TypeError('offline'))
  }
  const auth = createClient({ ...settings, module })
  await assert.rejects(auth.getAccessToken(), code('OIDC_WASM_UNAVAILABLE'))
  await assert.rejects(auth.getAccessToken(), code('OIDC_SIGNIN_REQUIRED'))
})

test('the core is loaded once for parallel calls', async (t) => {
  const { createClient } = await freshEntry('./slim')
  let calls = 0
  const module = () => {
    calls += 1
    return compileModule()
  }
  const instantiate = t.mock.method(WebAssembly, 'instantiate')
  const fetch = () => Promise.reject(new TypeError('offline'))
  const auth = createClient({ ...settings, module, fetch })
  await Promise.allSettled([auth.start(), auth.signIn(), auth.getAccessToken(), auth.signOut()])
  assert.equal(calls, 1)
  assert.equal(instantiate.mock.callCount(), 1)
})
