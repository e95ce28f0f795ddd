// A clock that a scenario moves: `Date`, `setTimeout` and `setInterval` of its pages and workers. No
// scenario waits for real seconds: a timer of a second or more fires only when the scenario lets
// the time pass. So a limit of the product is neither waited for, nor passed because a machine is busy.

/** The name of the channel on which workers receive a change, and of the lock that they hold. */
const NAME = 'scenario clock'

/** Timers from this delay on fire only by `advance`. */
const HELD_TIMER_MS = 1000

/** The script that installs the clock in a page or a worker, so many seconds ahead of the machine's. */
export const clockScript = (seconds) => `() => (${installClock})(${seconds}, '${NAME}', ${HELD_TIMER_MS})`

/** Sets how wrong the device's clock is, in an open page and in every page that loads later. */
export async function setClock(servers, page, seconds) {
  servers.clock = seconds
  await page.evaluate((seconds) => globalThis[Symbol.for('clock')].set(seconds), seconds)
}

/**
 * Lets time pass in open pages and in every page that loads later. Timers that are due fire, in
 * their order, and before this returns; an interval fires once. `worker` moves the clocks of the
 * workers of these pages too.
 */
export async function advance(servers, pages, seconds, { worker = false } = {}) {
  servers.clock += seconds
  if (worker) await pages[0].evaluate(advanceWorkers, NAME, seconds)
  for (const page of pages) {
    await page.evaluate((seconds) => globalThis[Symbol.for('clock')].advance(seconds), seconds)
  }
}

/**
 * Runs `act` in the page, and lets time pass by so many seconds at a time until its promise is
 * settled. Returns its value.
 */
export async function advanceUntilSettled(servers, page, act, seconds) {
  await page.evaluate(`void (async () => {
    globalThis.settled = undefined
    globalThis.settled = { value: await (${act})() }
  })()`)
  for (;;) {
    const settled = await page.evaluate(() => globalThis.settled)
    if (settled) return settled.value
    await advance(servers, [page], seconds)
    // The code that the timers started needs real time.
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

/** Waits until each page has a timer of this delay, and lets it fire. */
export async function fireTimer(servers, pages, seconds) {
  for (const page of pages) await waitForTimer(page, seconds)
  await advance(servers, pages, seconds)
}

/** Waits until the page has a timer of this delay. */
export const waitForTimer = (page, seconds) =>
  page.waitForFunction((ms) => globalThis[Symbol.for('clock')].hasTimer(ms), {}, seconds * 1000)

/** Waits until the worker with a clock has ended. The page may be any page of its origin. */
export const workerEnds = (page) =>
  page.evaluate((name) => navigator.locks.request(name, () => true), NAME)

// In a page: each worker answers when its clock has moved. A worker of a page that is gone may live on
// for a moment, so the first answer is not enough: every worker that holds the lock, or waits for it,
// must have answered.
async function advanceWorkers(name, seconds) {
  const channel = new BroadcastChannel(name)
  let answers = 0
  channel.onmessage = () => { answers += 1 }
  channel.postMessage(seconds)
  for (;;) {
    const { held, pending } = await navigator.locks.query()
    const workers = [...held, ...pending].filter((lock) => lock.name === name).length
    if (workers > 0 && answers >= workers) break
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  channel.close()
}

// In a page or a worker, before its own scripts.
function installClock(seconds, name, heldTimerMs) {
  // WebKit says of the files that a worker imports that they are workers, too.
  if (globalThis[Symbol.for('clock')]) return
  const real = {
    Date,
    setTimeout: setTimeout.bind(globalThis),
    setInterval: setInterval.bind(globalThis),
    clearTimeout: clearTimeout.bind(globalThis),
  }
  const timers = new Map()
  let offset = seconds * 1000
  const { now: realNow } = Date
  const now = () => realNow() + offset
  // The app may replace it again.
  real.Date.now = now
  globalThis.Date = new Proxy(real.Date, {
    construct: (_, when, self) => Reflect.construct(real.Date, when.length > 0 ? when : [now()], self),
    apply: () => new real.Date(now()).toString(),
  })
  const dueIn = (delay) => now() + (Number(delay) || 0)
  const realTimer = (kind, act, delay) => (delay >= heldTimerMs
    ? real[kind](() => {}, 2 ** 31 - 1)
    : real[kind](act, delay))
  globalThis.setTimeout = (act, delay, ...args) => {
    const fire = () => {
      stop(id)
      act(...args)
    }
    const id = realTimer('setTimeout', fire, delay)
    timers.set(id, { delay, due: dueIn(delay), fire })
    return id
  }
  globalThis.setInterval = (act, delay, ...args) => {
    const fire = () => {
      timers.get(id).due = dueIn(delay)
      act(...args)
    }
    const id = realTimer('setInterval', fire, delay)
    timers.set(id, { delay, due: dueIn(delay), fire })
    return id
  }
  const stop = (id) => {
    timers.delete(id)
    real.clearTimeout(id)
  }
  globalThis.clearTimeout = stop
  globalThis.clearInterval = stop
  const clock = {
    set(seconds) {
      const change = seconds * 1000 - offset
      offset += change
      // A timer of a browser does not look at the device's clock.
      for (const timer of timers.values()) timer.due += change
    },
    advance(seconds) {
      offset += seconds * 1000
      const all = [...timers].sort(([, one], [, other]) => one.due - other.due)
      for (const [id, { due, fire }] of all) if (due <= now() && timers.has(id)) fire()
    },
  }
  clock.hasTimer = (delay) => [...timers.values()].some((timer) => timer.delay === delay)
  globalThis[Symbol.for('clock')] = clock
  if ('document' in globalThis) return
  // No driver reaches a worker.
  const channel = new BroadcastChannel(name)
  channel.onmessage = ({ data }) => {
    clock.advance(data)
    channel.postMessage('moved')
  }
  void navigator.locks.request(name, () => new Promise(() => {}))
}
