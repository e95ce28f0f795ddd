// A run of a row: the emulators and apps that it has at real addresses, and every request to them.
import { startEmulator } from '../emulators/engine/emulator.js'
import { gatewayFetch } from './gateway.js'

/** How many runs of a row stay: a token of the last run is still good for a call from a terminal. */
const KEPT_RUNS = 2

/** The runs of a server at `origin`. `onRun(run)` gets each run before it begins. */
export function makeRuns(origin, onRun = () => {}) {
  const all = new Map()
  let count = 0

  async function end(run) {
    all.delete(run.id)
    await Promise.all(run.emulators.map((emulator) => emulator.close()))
  }

  return {
    /** The run with this id. */
    get: (id) => all.get(id),
    /** The newest run that answers at a real address. */
    at: (url) => [...all.values()].reverse().find((run) => run.knows(url)),
    /** Begins a run of a row, and ends the old ones. */
    async begin(row) {
      const run = makeRun(`r${(count += 1)}`, row, origin)
      all.set(run.id, run)
      onRun(run)
      const old = [...all.values()].filter((one) => one.row.id === row.id).slice(0, -KEPT_RUNS)
      await Promise.all(old.map(end))
      return run
    },
    close: () => Promise.all([...all.values()].map(end)),
  }
}

function makeRun(id, row, origin) {
  const base = `${origin}/${id}`
  const run = {
    id,
    row,
    base,
    /** Sends requests for real addresses over loopback. */
    fetch: gatewayFetch(base),
    emulators: [],
    /** May return another answer to a request: `{ status, headers, text }`. Tests break emulators with it. */
    fault: () => undefined,
    /** The handlers of apps by their host: from `Request` to `Response`. */
    apps: new Map(),
    /** Every request, with the status of its answer. */
    requests: [],
    knows: (url) => run.apps.has(url.host) || run.emulators.some(({ front }) => front.endpointAt(url)),
    /** Starts the emulator of a system for this run. */
    async emulate(system, options) {
      const emulator = await startEmulator(system, options)
      run.emulators.push(emulator)
      return emulator
    },
    async answer(request) {
      const { url, method, body } = request
      const emulator = run.emulators.find(({ front }) => front.endpointAt(url))
      const endpoint = emulator?.front.endpointAt(url)
      const noted = { method, url: url.origin + url.pathname, parameters: parametersOf(url, body), status: undefined }
      // The pages of an emulator are those of its engine, and a preflight is the browser's own.
      if (endpoint !== 'pages' && method !== 'OPTIONS') run.requests.push(noted)
      const app = run.apps.get(url.host)
      const answer = run.fault({ url, endpoint }) || (emulator
        ? { ...(await emulator.front.answer(request)), endpoint }
        : app ? await answerOfApp(app, request) : { status: 502, headers: { 'x-no-host': '1' }, text: '' })
      noted.status = answer.status
      return answer
    },
  }
  return run
}

async function answerOfApp(app, { url, method, headers, body }) {
  const given = Object.fromEntries(Object.entries(headers).filter(([name, value]) => value && !HOP_HEADERS.has(name)))
  const hasBody = !['GET', 'HEAD'].includes(method)
  const response = await app(new Request(url, { method, headers: given, ...(hasBody && { body }) }))
  const { 'set-cookie': _, ...rest } = Object.fromEntries(response.headers)
  return { status: response.status, headers: rest, cookies: response.headers.getSetCookie(), text: await response.text() }
}

/** Headers of one connection. */
const HOP_HEADERS = new Set(['host', 'connection', 'content-length', 'transfer-encoding', 'keep-alive'])

/** Parameters that are secrets, or tokens. Their values are shortened. */
const SECRET = /^(?:code|code_verifier|client_secret|client_assertion|refresh_token|token|id_token|id_token_hint|idpClientSecret)$/

function parametersOf(url, body) {
  const all = new URLSearchParams(url.search)
  if (body && !body.startsWith('{')) for (const [name, value] of new URLSearchParams(body)) all.append(name, value)
  const fields = body?.startsWith('{') ? Object.entries(JSON.parse(body)) : []
  return [...all, ...fields].map(([name, value]) => [name, SECRET.test(name) ? short(value) : String(value)])
}

/** The beginning of a secret. */
export const short = (text) => `${String(text).slice(0, 6)}…`
