// The server of the page Systems: the rows, their runs, the emulators at addresses of this machine, and the edge functions.
import { functionName } from '../emulators/engine/emulator.js'
import { listen } from '../server/listen.js'
import { startEdge } from './edge/index.js'
import { answerReal, realAddress } from './gateway.js'
import { frameSettings, refuseNext } from './frame.js'
import { rows } from './rows.js'
import { auth0, okta } from './providers.js'
import { makeRuns } from './runs.js'
import { makeSteps } from './steps.js'

/**
 * Starts the server on `http://localhost:<port>` (0: a free port) for the app at `appOrigin`. `onRun(run)` gets each run
 * before it begins: tests break its emulators.
 *
 * | path | what is there |
 * | --- | --- |
 * | `GET /rows` | the rows: title, what each shows, where it runs |
 * | `POST /runs/ROW` | begins a run: its steps as lines of JSON, or the id of a run for a frame of the page |
 * | `GET /runs/RUN`, `POST /runs/RUN/refusal`, `POST /runs/RUN/requests` | what that frame asks |
 * | `/RUN/https/HOST/…` | the address `https://HOST/…` of a run; `newest` is the newest run that has it |
 * | `/RUN/api` | an API at the edge that takes the access tokens of the run's provider |
 * | `/api/now/…` | the ServiceNow gate |
 */
export async function startSystems({ port, appOrigin, onRun }) {
  const server = await listen(port)
  const runs = makeRuns(server.origin, onRun)
  // The providers of the gate answer before their rows have run.
  const gate = await runs.begin({ id: 'gate' })
  await Promise.all([okta, auth0].map((system) => gate.emulate(system)))
  const edge = await startEdge(server.origin, appOrigin)
  const context = { runs, appOrigin, origin: server.origin, edge: edge.listener }
  server.serve((request, response) => {
    serve(context, request, response).catch((error) => {
      console.error('systems:', error)
      if (!response.headersSent) response.writeHead(500)
      response.end()
    })
  })
  return {
    origin: server.origin,
    async close() {
      await server.close()
      await Promise.all([runs.close(), edge.close()])
    },
  }
}

async function serve(context, request, response) {
  const { runs, appOrigin, edge } = context
  const [, first, second, third] = request.url.split(/[/?]/)
  if (first === 'api') return edge(request, response)
  if (second === 'api' && runs.get(first)) return serveApi(runs.get(first), edge, request, response)
  const real = realAddress(request.url.slice(first.length + 1))
  if (real) return serveReal(context, first, real, request, response)
  const cors = { 'access-control-allow-origin': appOrigin, vary: 'origin', 'cache-control': 'no-store' }
  const json = (value, status = 200) => {
    response.writeHead(status, { ...cors, 'content-type': 'application/json' }).end(JSON.stringify(value))
  }
  const isPost = request.method === 'POST'
  // A page of another site must not begin a run, and its browser says where it is.
  if (isPost && request.headers.origin !== appOrigin) return json({ error: 'origin' }, 403)
  if (first === 'rows') return json(rows.map(({ run: _, system: __, ...row }) => row))
  const row = rows.find(({ id }) => id === second)
  if (first === 'runs' && row && isPost) return begin(context, row, { response, cors, json })
  const run = first === 'runs' && runs.get(second)
  if (!run) return json({ error: 'not_found' }, 404)
  if (third === 'edge') return json(run.edge)
  if (third === 'refusal') return json(refuseNext(run))
  if (third === 'requests') return json(run.requests.splice(0))
  return json(frameSettings(run))
}

async function begin({ runs, appOrigin, origin }, row, { response, cors, json }) {
  const run = await runs.begin(row)
  if (!row.run) {
    const { system } = row
    const address = `${appOrigin}/systems/frame/${run.id}`
    await run.emulate(system, { app: appOrigin, redirectUris: [address], postLogoutRedirectUri: address })
    run.edge = edgeOf(system)
    return json({ run: run.id })
  }
  response.writeHead(200, { ...cors, 'content-type': 'application/x-ndjson' })
  const write = (line) => response.write(`${JSON.stringify(line)}\n`)
  // The step that failed is written already; the row is over then.
  await row.run({ run, step: makeSteps(run, write), origin, write, edge: (system) => { run.edge = edgeOf(system) } })
    .catch((error) => write({ over: String(error?.message ?? error) }))
  response.end()
}

/** The settings of the API at the edge for a run's provider. */
const edgeOf = ({ preset, options, edge }) => edge && { preset: functionName(preset), options, audience: edge.audience ?? 'https://api.example/' }

/** Passes a request to the API at the edge. */
async function serveApi(run, edge, request, response) {
  const noted = { method: request.method, url: `${run.base}/api`, parameters: [] }
  if (noted.method !== 'OPTIONS') run.requests.push(noted)
  response.once('finish', () => { noted.status = response.statusCode })
  await edge(request, response)
}

async function serveReal({ runs, origin }, name, url, request, response) {
  const run = name === 'newest' ? runs.at(url) : runs.get(name)
  const { method, headers } = request
  const body = Buffer.concat(await request.toArray()).toString()
  const answer = run
    ? await answerReal(run, `${origin}/${name}`, { url, method, headers, body: ['GET', 'HEAD'].includes(method) ? undefined : body })
    : { status: 502, headers: { 'x-no-host': '1' }, text: '' }
  response.writeHead(answer.status, answer.headers).end(answer.text)
}
