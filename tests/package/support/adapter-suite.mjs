// The duties of every cache and every replay store. It runs inside the runtime under test, so it
// needs nothing of Node; it answers what it saw.
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

/** Asks a cache: what it gives before anything is kept, while it is, and when its time is over. */
export async function askCache(cache) {
  // Longer than a label, and with what an address or a header would trip over.
  const key = `keys:https://op.example/tenant?x=1&y=\u00e9 ${'k'.repeat(200)}`
  const text = JSON.stringify({ keys: ['\u{1f511}', 'x'.repeat(30_000)] })
  const before = await cache.get(key)
  await cache.put(key, 'older', 60)
  await cache.put(key, text, 60)
  await cache.put('short', 'text', 1)
  const kept = (await cache.get(key)) === text
  const short = await cache.get('short')
  await wait(1200)
  const over = await cache.get('short')
  return {
    before: before === undefined,
    kept,
    short: short === 'text',
    over: over === undefined,
    stays: (await cache.get(key)) === text,
  }
}

/** Asks a replay store: fifty at once, another, the same again, and after its time. */
export async function askReplay(store) {
  const all = await Promise.all(Array.from({ length: 50 }, () => store.putIfAbsent('one', 1)))
  const other = await store.putIfAbsent('other', 60)
  const again = await store.putIfAbsent('one', 1)
  await wait(1200)
  return {
    once: all.filter((isNew) => isNew === true).length === 1 && all.length === 50,
    refused: all.filter((isNew) => isNew === false).length === 49,
    other: other === true,
    again: again === false,
    otherAgain: (await store.putIfAbsent('other', 60)) === false,
    later: (await store.putIfAbsent('one', 1)) === true,
  }
}

/** The answers of a correct cache. */
export const GOOD_CACHE = { before: true, kept: true, short: true, over: true, stays: true }

/** The answers of a correct replay store. */
export const GOOD_REPLAY = {
  once: true,
  refused: true,
  other: true,
  again: true,
  otherAgain: true,
  later: true,
}
