// One at a time where there are no Web Locks: a queue for each name inside the page (WEB-10).
import assert from 'node:assert/strict'
import test from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { loadInternal } from '../../internal/modules.mjs'

const { acquireOriginLock } = await loadInternal('locks')

const SOON = 20
const LONG = 5000

/** Replaces the page's Web Locks. A page on plain http has none. */
function withoutLocks(t, locks) {
  const before = Object.getOwnPropertyDescriptor(globalThis, 'navigator')
  Object.defineProperty(globalThis, 'navigator', { configurable: true, value: { locks } })
  t.after(() => {
    if (before) Object.defineProperty(globalThis, 'navigator', before)
    else delete globalThis.navigator
  })
}

test('WEB-10: without Web Locks, callers of one page get the lock one at a time, in order', async (t) => {
  withoutLocks(t)
  const seen = []
  const work = async (n) => {
    const release = await acquireOriginLock('in-order', LONG)
    seen.push(`${n} in`)
    await sleep(1)
    seen.push(`${n} out`)
    release()
  }
  await Promise.all([work(1), work(2), work(3)])
  assert.deepEqual(seen, ['1 in', '1 out', '2 in', '2 out', '3 in', '3 out'])
})

test('WEB-10: without Web Locks no tab waits longer than the limit, and none blocks the next one', async (t) => {
  withoutLocks(t)
  const release = await acquireOriginLock('late', LONG)
  const begun = performance.now()
  assert.equal(await acquireOriginLock('late', SOON), undefined)
  assert.ok(performance.now() - begun >= SOON - 2)
  const next = acquireOriginLock('late', LONG)
  release()
  const again = await next
  assert.equal(typeof again, 'function')
  assert.equal(await acquireOriginLock('late', 0), undefined, 'it is held by who came next')
  again()
  again()
  assert.equal(typeof (await acquireOriginLock('late', 0)), 'function')
})

test('WEB-10: names do not wait for each other', async (t) => {
  withoutLocks(t)
  assert.ok(await acquireOriginLock('one name', LONG))
  assert.ok(await acquireOriginLock('another name', 0))
})

test('WEB-10: a frame without access to Web Locks uses the queue of its page', async (t) => {
  const refuse = async () => {
    throw new DOMException('The origin is opaque.', 'SecurityError')
  }
  withoutLocks(t, { request: refuse })
  const release = await acquireOriginLock('opaque', LONG)
  assert.equal(await acquireOriginLock('opaque', SOON), undefined)
  release()
  assert.ok(await acquireOriginLock('opaque', SOON))
})

test('a stolen lock is not requested again', async (t) => {
  let steal
  withoutLocks(t, {
    async request(_name, _options, granted) {
      const stolen = new Promise((_, reject) => {
        steal = () => reject(new DOMException('It was stolen.', 'AbortError'))
      })
      await Promise.race([granted({}), stolen])
    },
  })
  const release = await acquireOriginLock('stolen', LONG)
  steal()
  await sleep(1)
  release()
  withoutLocks(t)
  assert.ok(await acquireOriginLock('stolen', 0), 'it is in the queue of the page')
})
