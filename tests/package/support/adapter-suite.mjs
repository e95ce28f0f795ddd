// The duties of every cache and every replay store. It runs inside the runtime under test, so it
// needs nothing of Node; it answers what it saw.

/** The longest time that an entry may live on after its lifetime, in milliseconds. */
const EXPIRY_TIMEOUT_MS = 15_000

/** How long it waits between two questions, in milliseconds. */
const POLL_INTERVAL_MS = 50

/** Asks until the answer is true. Returns whether it ever was. */
async function becomes(ask) {
  const end = Date.now() + EXPIRY_TIMEOUT_MS
  for (;;) {
    if (await ask()) return true
    if (Date.now() > end) return false
    await new Promise((resolve) => setTimeout(resolve, POLL_INTERVAL_MS))
  }
}

/**
 * Asks a cache: what it gives before anything is kept, while it is, and when its lifetime has ended. The
 * store under test has a clock of its own, so the entry that expires is not read before it does: on a
 * busy machine its second may have passed by then.
 */
export async function askCache(cache) {
  // Longer than a label, and with what an address or a header would trip over.
  const key = `keys:https://op.example/tenant?x=1&y=\u00e9 ${'k'.repeat(200)}`
  const text = JSON.stringify({ keys: ['\u{1f511}', 'x'.repeat(30_000)] })
  const before = await cache.get(key)
  await cache.put(key, 'older', 60)
  await cache.put(key, text, 60)
  await cache.put('short', 'text', 1)
  const kept = (await cache.get(key)) === text
  const over = await becomes(async () => (await cache.get('short')) === undefined)
  return {
    before: before === undefined,
    kept,
    over,
    stays: (await cache.get(key)) === text,
  }
}

/** Asks a replay store: fifty at once, another, the same again, and after its lifetime. */
export async function askReplay(store) {
  const all = await Promise.all(Array.from({ length: 50 }, () => store.putIfAbsent('one', 60)))
  const other = await store.putIfAbsent('other', 60)
  const again = await store.putIfAbsent('one', 60)
  const short = await store.putIfAbsent('short', 1)
  return {
    once: all.filter((isNew) => isNew === true).length === 1 && all.length === 50,
    refused: all.filter((isNew) => isNew === false).length === 49,
    other: other === true,
    again: again === false,
    otherAgain: (await store.putIfAbsent('other', 60)) === false,
    short: short === true,
    later: await becomes(() => store.putIfAbsent('short', 1)),
    stays: (await store.putIfAbsent('one', 60)) === false,
  }
}

/** The answers of a correct cache. */
export const GOOD_CACHE = { before: true, kept: true, over: true, stays: true }

/** The answers of a correct replay store. */
export const GOOD_REPLAY = {
  once: true,
  refused: true,
  other: true,
  again: true,
  otherAgain: true,
  short: true,
  later: true,
  stays: true,
}
