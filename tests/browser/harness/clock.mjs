// The page's clock, shifted: what a device with a wrong clock has. The served scripts bring it.

/** In a page or a worker: `Date` is off by `seconds`, and `shiftClock` changes that later. */
export const wrongClock = (seconds) => `() => {
  const { Date: Right } = globalThis
  let shift = ${seconds} * 1000
  const now = () => Right.now() + shift
  globalThis.Date = new Proxy(Right, {
    construct: (_, when, self) => Reflect.construct(Right, when.length > 0 ? when : [now()], self),
    apply: () => new Right(now()).toString(),
    get: (_, name) => (name === 'now' ? now : Reflect.get(Right, name)),
  })
  globalThis[Symbol.for('shift')] = (seconds) => { shift = seconds * 1000 }
}`

/** Shifts the clock of an open page, and of every page that is loaded from now on. */
export async function shiftClock(world, page, seconds) {
  world.clock = seconds
  await page.evaluate((seconds) => globalThis[Symbol.for('shift')](seconds), seconds)
}
