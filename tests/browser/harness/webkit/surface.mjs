// A document in WebKit, a page's own or a frame's, with the methods of puppeteer that scenarios use.
import { setTimeout as sleep } from 'node:timers/promises'

const ELEMENT = 'element-6066-11e4-a52e-4f735466cecf'
const POLL_INTERVAL_MS = 40

/**
 * How long a question to a page may take. WebKit never answers one that comes while the page goes to
 * the back/forward cache: it is asked again.
 */
const QUESTION_TIMEOUT_MS = 5000

/** A document. */
export class Surface {
  constructor(session, window, frame) {
    this.session = session
    this.window = window
    this.frame = frame
    this.timeoutMs = 10_000
  }

  /** Sends one or several commands to this document, without others in between. */
  at(act) {
    return this.session.at(this.window, this.frame, act)
  }

  /** Runs a script. Without `timeoutMs` it may take any time. */
  async script(script, args = [], timeoutMs) {
    return this.at((command) => command('POST', '/execute/sync', { script, args }, timeoutMs))
  }

  /** The result of a function in the page, or the value of an expression. Awaits a promise. */
  async evaluate(act, ...args) {
    return this.#evaluate(act, args)
  }

  async #evaluate(act, args, timeoutMs) {
    if (typeof act === 'string') return this.#evaluate({ toString: () => `() => (${act}\n)` }, [], timeoutMs)
    let result = await this.script(begin(act), args.map(reference), timeoutMs)
    // The page does not wait for the promise: a page that leaves would never answer.
    for (let delay = 1; result.id; delay = Math.min(2 * delay, POLL_INTERVAL_MS)) {
      await sleep(delay)
      const { id } = result
      const next = await this.#look(id)
      if (next.isGone) throw new Error('The page was left before its promise was settled')
      result = next.isPending ? result : next
    }
    if (result.failed) throw new Error(result.failed)
    return result.value?.[ELEMENT] ? new Element(this, result.value[ELEMENT]) : result.value
  }

  #look(id) {
    return this.script(LOOK, [id], QUESTION_TIMEOUT_MS).catch((error) => {
      if (error.isTimeout) return { isPending: true }
      throw error
    })
  }

  /** Like `evaluate`, for a question that may be asked again. Fails if the answer takes too long. */
  async ask(act, ...args) {
    return this.#evaluate(act, args, QUESTION_TIMEOUT_MS)
  }

  async waitForFunction(act, { timeout = this.timeoutMs } = {}, ...args) {
    return this.until(`${act}`, timeout, () => this.ask(act, ...args))
  }

  async waitForSelector(selector, { timeout = this.timeoutMs } = {}) {
    return this.until(selector, timeout, () => this.$(selector))
  }

  /** Asks until the answer is true. A document that is being replaced gives no answer. */
  async until(what, timeout, ask) {
    const end = Date.now() + timeout
    let failure
    do {
      const answer = await ask().catch((error) => void (failure = error))
      if (answer) return answer
      await sleep(POLL_INTERVAL_MS)
    } while (Date.now() < end)
    throw new Error(`Waited ${timeout} ms for ${what}`, { cause: failure })
  }

  async $(selector) {
    const found = await this.script('return document.querySelector(arguments[0])', [selector], QUESTION_TIMEOUT_MS)
    return found && new Element(this, found[ELEMENT])
  }

  $$eval(selector, act) {
    const source = `(selector) => (${act})([...document.querySelectorAll(selector)])`
    return this.evaluate({ toString: () => source }, selector)
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

// The page may forbid `eval`, so the function is part of the script's own text. It sees the names of
// the page only.
const begin = (act) => `return (${run})(${act}\n, arguments)`

// In the page. A promise is not waited for, so that other tabs get their turn.
function run(act, args) {
  // The driver would make `null` of `undefined`.
  const wrap = (value) => (value === undefined ? {} : { value })
  const value = act(...args)
  if (typeof value?.then !== 'function') return wrap(value)
  const promises = (globalThis[Symbol.for('promises')] ??= { last: 0 })
  const id = (promises.last += 1)
  promises[id] = { isPending: true }
  Promise.resolve(value).then(
    (value) => (promises[id] = wrap(value)),
    (error) => (promises[id] = { failed: error?.stack ? `${error}\n${error.stack}` : String(error) }),
  )
  return { id }
}

const LOOK = `
  const promises = globalThis[Symbol.for('promises')]
  return promises?.[arguments[0]] ?? { isGone: true }
`
