// Messages between tabs, in the one "browser" that Node is: its BroadcastChannel is a real one.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import test from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { addressOfInternal } from '../../internal/modules.mjs'
import { openBrowser } from '../support/browser.mjs'
import { load } from '../support/package.mjs'

const address = addressOfInternal('broadcast')
const { openChannel } = await import(address)

/** An open channel, and what it has heard; `said(n)` waits for n texts. */
function listenTo(t, name) {
  const heard = []
  const channel = openChannel(name, (text) => heard.push(text))
  t.after(channel.close)
  // A timer, because a channel does not keep the process alive.
  const said = async (n) => {
    while (heard.length < n) await sleep(2)
    return heard
  }
  return { ...channel, heard, said }
}

test('a message reaches the other tabs on its channel, and no others', async (t) => {
  const [one, two, three] = ['a', 'a', 'b'].map((name) => listenTo(t, name))
  one.post('renewed')
  two.post('signed out')
  assert.deepEqual(await two.said(1), ['renewed'])
  assert.deepEqual(await one.said(1), ['signed out'])
  assert.deepEqual(three.heard, [])
})

test('WEB-04: a message that is not a text is ignored', async (t) => {
  const { said } = listenTo(t, 'strange')
  const stranger = new BroadcastChannel('strange')
  for (const word of [1, null, { v: 1 }, ['x'], new Uint8Array(2), 'text']) stranger.postMessage(word)
  stranger.close()
  assert.deepEqual(await said(1), ['text'])
})

test('a closed channel neither receives nor sends, and can be closed twice', async (t) => {
  const [one, two] = [listenTo(t, 'shut'), listenTo(t, 'shut')]
  one.close()
  one.close()
  one.post('not received')
  two.post('no receiver')
  const last = listenTo(t, 'shut')
  two.post('still here')
  assert.deepEqual(await last.said(1), ['still here'])
  assert.deepEqual([one.heard, two.heard], [[], []])
})

test('a page in the back/forward cache has no open channel, and has one again when it is restored', async (t) => {
  const page = openBrowser().visit('https://app.example/')
  const [one, two] = [listenTo(t, 'cache'), listenTo(t, 'cache')]
  page.hide()
  one.post('from the cache')
  const other = new BroadcastChannel('cache')
  t.after(() => other.close())
  other.postMessage('to the cache')
  await page.comeBack()
  one.post('back')
  assert.deepEqual(await two.said(1), ['back'])
  await page.comeBack()
  one.post('once')
  assert.deepEqual(await two.said(2), ['back', 'once'])
})

test('WEB-10: without a BroadcastChannel, or if it is refused, no message arrives and nothing fails', (t) => {
  const real = globalThis.BroadcastChannel
  t.after(() => { globalThis.BroadcastChannel = real })
  const refused = class { constructor() { throw new DOMException('', 'SecurityError') } }
  for (const kind of [undefined, refused]) {
    globalThis.BroadcastChannel = kind
    const { post, close } = openChannel('none', assert.fail)
    post('hello')
    close()
  }
})

test('an open channel does not keep Node running', async () => {
  const program = `import { openChannel } from '${address}'; openChannel('x', () => {}).post('y')`
  await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], {
    timeout: 20_000,
  })
})

test('a client without a page opens no channel: Deno would wait for it forever', async (t) => {
  const { createClient } = await load()
  const opened = t.mock.method(globalThis, 'BroadcastChannel', () => assert.fail('a line is open'))
  const settings = { issuer: 'https://id.example.com', clientId: 'spa', log() {} }
  const auth = createClient({ ...settings, redirectUri: 'https://app.example/', store: 'memory' })
  // The tests above may have left a page behind.
  delete globalThis.location
  assert.equal(await auth.start(), null)
  auth.close()
  assert.equal(opened.mock.callCount(), 0)
})
