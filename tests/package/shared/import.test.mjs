// Promise B19: importing the package on a server does nothing.
import assert from 'node:assert/strict'
import test from 'node:test'
import { addressOf } from '../support/package.mjs'

const WATCHED = [
  'window',
  'document',
  'location',
  'history',
  'navigator',
  'localStorage',
  'sessionStorage',
  'indexedDB',
  'crypto',
  'fetch',
  'WebAssembly',
  'atob',
  'DecompressionStream',
  'addEventListener',
  'BroadcastChannel',
]

/** Says which of the watched globals the work touched. */
async function touchedBy(work) {
  const touched = []
  const before = WATCHED.map((name) => [name, Object.getOwnPropertyDescriptor(globalThis, name)])
  for (const [name, property] of before) {
    const get = () => {
      touched.push(name)
      return property?.get ? property.get.call(globalThis) : property?.value
    }
    Object.defineProperty(globalThis, name, { configurable: true, get })
  }
  try {
    await work()
  } finally {
    for (const [name, property] of before) {
      if (property) Object.defineProperty(globalThis, name, property)
      else delete globalThis[name]
    }
  }
  return touched
}

test('the test notices a change of a global object', async () => {
  assert.deepEqual(await touchedBy(() => globalThis.location), ['location'])
})

const NAMES = {
  '.': ['OidcError', 'createClient'],
  './slim': ['OidcError', 'createClient'],
  './sessions': ['OidcError', 'createSessions'],
  './soft': ['soft'],
}

for (const [path, expected] of Object.entries(NAMES)) {
  test(`B19: importing ${path} touches nothing global`, async () => {
    const address = await addressOf(path)
    assert.deepEqual(await touchedBy(() => import(address)), [])
  })

  test(`${path} exports names and no default`, async () => {
    const names = Object.keys(await import(await addressOf(path)))
    assert.deepEqual(names.sort(), expected)
  })
}

test('B19: making a client touches nothing global', async () => {
  const { createClient } = await import(await addressOf('.'))
  const settings = { issuer: 'https://op.example', clientId: 'c', redirectUri: '/cb' }
  assert.deepEqual(await touchedBy(() => createClient(settings)), [])
})

test('B19, B24: on a server a start finds no user', async () => {
  const { createClient } = await import(await addressOf('.'))
  const auth = createClient({
    issuer: 'https://op.example',
    clientId: 'c',
    redirectUri: 'https://app.example/cb',
  })
  assert.equal(auth.status, 'loading')
  assert.equal(await auth.start(), null)
  assert.equal(auth.status, 'signedOut')
})
