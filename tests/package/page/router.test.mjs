// The app's router after a sign-in.
import assert from 'node:assert/strict'
import test from 'node:test'
import { setStage } from '../support/stage.mjs'

test('C2: navigate receives path, query and fragment', async (t) => {
  const stage = await setStage(t)
  const been = []
  const callback = await stage.goAndComeBack({ returnTo: '/inbox?x=1#top' })
  await stage.open(callback, { navigate: (to) => been.push(to) }).auth.start()
  assert.deepEqual(been, ['/inbox?x=1#top'])
})

test('C2: without navigate the address changes, and a router that listens to popstate is notified when the user is known', async (t) => {
  const stage = await setStage(t)
  const { auth, page } = stage.open(await stage.goAndComeBack())
  const seen = []
  const onPopState = (event) => seen.push([event.type, event.state, page.href, auth.status])
  Object.defineProperty(globalThis, 'dispatchEvent', { configurable: true, value: onPopState })
  t.after(() => delete globalThis.dispatchEvent)
  await auth.start()
  assert.deepEqual(seen, [['popstate', { kept: 'by a router' }, 'https://app.example/inbox?x=1', 'signedIn']])
  await stage.open('/inbox').auth.start()
  assert.equal(seen.length, 1, 'nothing changed')
})
