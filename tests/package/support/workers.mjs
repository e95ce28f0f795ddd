// Workers as a browser has them, in this thread: each runs the package's own `countersign/vault`.
import { addressOf } from './package.mjs'

/**
 * Gives this thread the constructor of shared workers, or of dedicated ones. `seen` has the text of
 * every message from a worker to a page.
 */
export async function openWorkers(t, { shared = true } = {}) {
  // A browser ends the timers of a worker with its last page. Here they do not keep the process.
  const { setTimeout } = globalThis
  t.mock.method(globalThis, 'setTimeout', (...all) => setTimeout(...all).unref())
  const entry = await addressOf('./vault')
  const workers = new Map()
  const ports = []
  const browser = { seen: [], started: 0, urls: [], connect, kill, silence }

  async function start() {
    browser.started += 1
    // A worker's global object, as far as the entry looks at it.
    const name = shared ? 'onconnect' : 'DedicatedWorkerGlobalScope'
    const line = { postMessage: (...message) => line.port.postMessage(...message) }
    if (!shared) Object.assign(globalThis, { postMessage: line.postMessage })
    globalThis[name] = null
    await import(`${entry}?${browser.started} ${Math.random()}`)
    const scope = { onconnect: globalThis.onconnect, onmessage: globalThis.onmessage, line }
    for (const made of [name, 'onmessage']) delete globalThis[made]
    return scope
  }

  /** A line to the worker at an address, as any script of the origin can have it. */
  function connect(url, name = 'countersign 2') {
    const key = JSON.stringify([String(url), name])
    const { port1, port2 } = new MessageChannel()
    ports.push(port1, port2)
    port1.addEventListener('message', ({ data }) => browser.seen.push(textOf(data)))
    let worker = shared ? workers.get(key) : undefined
    worker ??= starting(start)
    workers.set(key, worker)
    worker.then((scope) => {
      if (shared) return scope.onconnect({ ports: [port2] })
      scope.line.port = port2
      port2.onmessage = scope.onmessage
    })
    return port1
  }

  /** The workers' memory is gone; pages learn it as soon as their browser notices. */
  function kill() {
    workers.clear()
    for (const port of ports.splice(0)) port.close()
  }

  /** The workers receive nothing any more, and no page learns it. */
  function silence() {
    workers.clear()
    for (const port of ports) port.onmessage = null
  }

  class SharedWorker {
    constructor(url, { name, type }) {
      browser.urls.push([String(url), type])
      this.port = connect(url, name)
    }
  }
  class Worker {
    constructor(url, { name, type }) {
      browser.urls.push([String(url), type])
      const port = connect(url, name)
      port.terminate = () => port.close()
      return port
    }
  }
  if (shared) globalThis.SharedWorker = SharedWorker
  else globalThis.Worker = Worker
  t.after(() => {
    kill()
    for (const made of ['SharedWorker', 'Worker', 'postMessage']) delete globalThis[made]
  })
  return browser
}

// One at a time: each borrows the global object of this thread.
let queue = Promise.resolve()
const starting = (start) => (queue = queue.then(start))

const textOf = (data) => JSON.stringify(data, (_, value) =>
  (value instanceof ArrayBuffer ? Buffer.from(value).toString('latin1') : value))
