// What can be done with a document in WebKit, in puppeteer's words: a page's own, or a frame's.
import { setTimeout as sleep } from 'node:timers/promises'

const ELEMENT = 'element-6066-11e4-a52e-4f735466cecf'
const POLL = 40

/** A document that can be asked. */
export class Surface {
  constructor(session, window, frame) {
    this.session = session
    this.window = window
    this.frame = frame
    this.patience = 10_000
  }

  /** One or several commands to this document that nobody's else come between. */
  at(act) {
    return this.session.at(this.window, this.frame, act)
  }

  async script(script, args = []) {
    return this.at((command) => command('POST', '/execute/sync', { script, args }))
  }

  /** What a function of the page returns, or an expression is, or what its promise becomes. */
  async evaluate(act, ...args) {
    if (typeof act === 'string') return this.evaluate({ toString: () => `() => (${act}\n)` })
    const begun = await this.script(begin(act), args.map(reference))
    if (begun.failed) throw new Error(begun.failed)
    if (!begun.id) return begun.value
    for (;;) {
      await sleep(POLL)
      const { gone, failed, over, value } = await this.script(LOOK, [begun.id])
      if (gone) throw new Error('The page was left before its promise was settled')
      if (failed) throw new Error(failed)
      if (over) return value
    }
  }

  async waitForFunction(act, { timeout = this.patience } = {}, ...args) {
    return this.until(`${act}`, timeout, () => this.evaluate(act, ...args))
  }

  async waitForSelector(selector, { timeout = this.patience } = {}) {
    return this.until(selector, timeout, () => this.$(selector))
  }

  /** Asks until the answer is yes; a document on its way to another gives none. */
  async until(what, timeout, ask) {
    const end = Date.now() + timeout
    let failure
    do {
      const answer = await ask().catch((error) => void (failure = error))
      if (answer) return answer
      await sleep(POLL)
    } while (Date.now() < end)
    throw new Error(`Waited ${timeout} ms in vain for ${what}`, { cause: failure })
  }

  async $(selector) {
    const found = await this.script(`return (${find})(...arguments)`, [selector])
    return found && new Element(this, found[ELEMENT])
  }

  $$eval(selector, act) {
    const source = `(selector) => (${act})([...document.querySelectorAll(selector)])`
    return this.evaluate({ toString: () => source }, selector)
  }

  async type(selector, text) {
    const element = await this.waitForSelector(selector)
    await element.type(text)
  }
}

/** An element of a document. */
export class Element {
  constructor(surface, id) {
    this.surface = surface
    this.id = id
  }

  #command(path, body) {
    return this.surface.at((command) => command('POST', `/element/${this.id}/${path}`, body))
  }

  click() {
    return this.#command('click', {})
  }

  type(text) {
    return this.#command('value', { text })
  }

  evaluate(act, ...args) {
    return this.surface.evaluate(act, this, ...args)
  }

  /** The document inside an `<iframe>`. */
  async contentFrame() {
    return new Surface(this.surface.session, this.surface.window, { [ELEMENT]: this.id })
  }
}

const reference = (arg) => (arg instanceof Element ? { [ELEMENT]: arg.id } : arg)

// The page may be strict about eval: the function travels in the script's own text, where it sees
// no name but the page's.
const begin = (act) => `return (${run})(${act}\n, arguments)`

// In the page. A promise that takes longer is asked for again, so that other tabs get their turn.
function run(act, args) {
  // The driver would make null of nothing.
  const told = (value) => (value === undefined ? {} : { value })
  const value = act(...args)
  if (typeof value?.then !== 'function') return told(value)
  const kept = (globalThis[Symbol.for('driven')] ??= { last: 0 })
  const id = (kept.last += 1)
  kept[id] = {}
  const settled = Promise.resolve(value).then(
    (value) => (kept[id] = { over: true, ...told(value) }),
    (error) => (kept[id] = { failed: error?.stack ? `${error}\n${error.stack}` : String(error) }),
  )
  const soon = new Promise((over) => setTimeout(over, 20, { id }))
  return Promise.race([settled, soon])
}

const LOOK = `
  const kept = globalThis[Symbol.for('driven')]?.[arguments[0]]
  return kept ?? { gone: true }
`

// In the page: a selector of CSS, or a button's name in puppeteer's way of asking for it.
function find(selector) {
  const named = /^::-p-aria\(\[name="(.*)"\]\[role="button"\]\)$/.exec(selector)
  if (!named) return document.querySelector(selector)
  const buttons = document.querySelectorAll('button, input[type=submit], [role=button]')
  const nameOf = (one) => one.getAttribute('aria-label') ?? (one.textContent || one.value)
  return [...buttons].find((one) => one.checkVisibility() && nameOf(one).trim() === named[1])
}
