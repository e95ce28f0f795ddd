// Scripts that come before the app's own in every engine, served by the app itself: its policy
// allows them, and frames, popups and workers have them, too.

const SCRIPTS = '/before-all-others.js'
const SAID = '/what-was-said'
const WORKERS = new Set(['worker', 'sharedworker', 'serviceworker'])

/**
 * A request listener around the app's. Its pages run the functions of `pages()` first, its workers
 * those of `workers()`. `hear` gets what pages say of their console, see `report`.
 */
export function servedWith(listener, { pages, workers, hear }) {
  const text = (scripts) => scripts.map((script) => `;(${script})()\n`).join('')
  return (request, response) => {
    const [path] = request.url.split('?')
    if (path === SAID) {
      return void listen(request, hear).finally(() => response.writeHead(204).end())
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

async function listen(request, hear) {
  const parts = await request.setEncoding('utf8').toArray()
  hear(parts.join(''))
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

/** In the page: tells the harness what the console hears, where no driver does. */
export function report() {
  const say = (line) => void navigator.sendBeacon('/what-was-said', line)
  const told = (word) => (typeof word === 'string' ? word : String(word?.stack ?? word))
  for (const level of ['debug', 'log', 'info', 'warn', 'error']) {
    const { [level]: usual } = console
    console[level] = (...words) => {
      say(words.map(told).join(' '))
      usual.apply(console, words)
    }
  }
  addEventListener('error', ({ message }) => say(`uncaught: ${message}`))
  addEventListener('unhandledrejection', ({ reason }) => say(`uncaught: ${reason}`))
}

/** In the page: engines tell a driver of violations differently, a page the same way. */
export function reportViolations() {
  addEventListener('securitypolicyviolation', (event) => {
    console.warn(`policy violated: ${event.violatedDirective} ${event.blockedURI}`)
  })
}
