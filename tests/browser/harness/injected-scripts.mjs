// Scripts that run before the app's own in every engine. The app itself serves them, so that its
// policy allows them and frames, popups and workers have them too.

const SCRIPTS = '/injected-scripts.js'
const CONSOLE = '/console-line'
const WORKERS = new Set(['worker', 'sharedworker', 'serviceworker'])

/**
 * A request listener around the app's. Its pages run the functions of `pages()` first, its workers
 * those of `workers()`. `onConsole` gets the lines that pages send with `report`.
 */
export function withInjectedScripts(listener, { pages, workers, onConsole }) {
  const text = (scripts) => scripts.map((script) => `;(${script})()\n`).join('')
  return (request, response) => {
    const [path] = request.url.split('?')
    if (path === CONSOLE) {
      return void readLine(request, onConsole).finally(() => response.writeHead(204).end())
    }
    if (path === SCRIPTS) {
      const headers = { 'Content-Type': 'text/javascript', 'Cache-Control': 'no-store' }
      return response.writeHead(200, headers).end(text(pages()))
    }
    const isWorker = WORKERS.has(request.headers['sec-fetch-dest'])
    changeBody(response, isWorker ? (script) => text(workers()) + script : withTag)
    return listener(request, response)
  }
}

async function readLine(request, onConsole) {
  const parts = await request.setEncoding('utf8').toArray()
  onConsole(parts.join(''))
}

function withTag(body, type) {
  const tag = `<head><script src="${SCRIPTS}"></script>`
  return type?.startsWith('text/html') ? String(body).replace('<head>', tag) : body
}

function changeBody(response, change) {
  let type
  const { writeHead, end } = response
  response.writeHead = (status, headers) => {
    type = headers['Content-Type']
    return writeHead.call(response, status, headers)
  }
  response.end = (body) => end.call(response, body === undefined ? body : change(body, type))
}

/** In the page: sends console lines to the harness, where no driver reads them. */
export function report() {
  const send = (line) => void navigator.sendBeacon('/console-line', line)
  const textOf = (value) => (typeof value === 'string' ? value : String(value?.stack ?? value))
  for (const level of ['debug', 'log', 'info', 'warn', 'error']) {
    const { [level]: original } = console
    console[level] = (...values) => {
      send(values.map(textOf).join(' '))
      original.apply(console, values)
    }
  }
  addEventListener('error', ({ message }) => send(`uncaught: ${message}`))
  // A script that does not load. The event does not bubble.
  addEventListener('error', ({ target }) => target.src && send(`not loaded: ${target.src}`), true)
  addEventListener('unhandledrejection', ({ reason }) => send(`uncaught: ${reason}`))
}

/** In the page: logs policy violations the same way in every engine. */
export function reportViolations() {
  addEventListener('securitypolicyviolation', (event) => {
    console.warn(`policy violated: ${event.violatedDirective} ${event.blockedURI}`)
  })
}
