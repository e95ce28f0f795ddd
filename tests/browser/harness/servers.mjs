// The servers of one scenario: an app, a provider and an API of its own, on ports that no other
// scenario of the run had. Scenarios share nothing that a browser keeps for an origin.
import { makeKeys } from '../../../www/provider/keys.js'
import { startApi } from '../../../www/api/index.js'
import { startProvider } from '../../../www/provider/index.js'
import { defaultSwitches } from '../../../www/provider/settings.js'
import { appListener } from '../../../www/server/app.js'
import { listen } from '../../../www/server/listen.js'
import { makeCertificate } from './certificate.mjs'
import { clockScript } from './clock.mjs'
import { withInjectedScripts } from './injected-scripts.mjs'
import { startLemonldap } from './lemonldap/index.mjs'
import { tokenLog } from './token-log.mjs'

// Making an RSA key takes longer than a sign-in.
const keys = await makeKeys()
const tls = makeCertificate()
const usedOrigins = new Set()

/**
 * Starts the servers.
 *
 * | option | meaning |
 * | --- | --- |
 * | `folder` | what the app serves; the demo's app without it |
 * | `headers` | response headers of the app that replace or complete its own |
 * | `host` | the app's host name, where it is not `localhost` |
 * | `api` | options of the API, which runs on workerd; without them its address answers 503 |
 * | `systems` | options of the server of the page Systems |
 * | `otherSite` | the provider is at `https://127.0.0.1`, another site than `http://localhost` |
 * | `provider` | the first values of the provider's switches (www/provider/settings.js) |
 * | `lemonldap` | options of LemonLDAP::NG, which is then the provider; it has no switches and faults |
 * | `clock` | seconds by which the pages' clock is ahead; needed for `advance` (clock.mjs) |
 * | `before` | a function, or several, that the app's pages run before their own scripts |
 * | `scripts` | more such functions, of the engine; `onConsole` gets the lines that they report |
 *
 * The result:
 *
 * | member | meaning |
 * | --- | --- |
 * | `app`, `issuer`, `api`, `systems` | the addresses |
 * | `fault` | a koa middleware that makes the provider misbehave while it is set |
 * | `provider` | the provider's switches, which may change at any time |
 * | `autoLogin` | the user whom the provider signs in without asking, while it is set |
 * | `autoLoginTime` | when that sign-in was, in seconds since 1970; without it, now |
 * | `requests` | every request to the provider, as `POST /token`; `count` counts one of them |
 * | `appRequests` | every request to the app, as `GET /callback` |
 * | `tokenRequests` | every token request (token-log.mjs) |
 * | `callbacks` | every address of the app to which the provider redirected |
 */
export async function startServers(options = {}) {
  const { folder, headers, api = false, otherSite = false, clock } = options
  const app = await listenAtNewOrigin({ host: options.host })
  const apiServer = await listenAtNewOrigin()
  const audience = `${apiServer.origin}/`
  const servers = { app: app.origin, api: audience, keys, clock, fault: undefined }
  Object.assign(servers, { requests: [], appRequests: [], callbacks: [], tokenRequests: [] })
  servers.provider = { ...defaultSwitches, ...options.provider }
  const address = { appOrigin: app.origin, ...(otherSite && { host: '127.0.0.1', tls }) }
  const provider = options.lemonldap
    ? await startLemonldap({ ...address, ...options.lemonldap, requests: servers.requests })
    : await startProvider({ ...address, ...providerSettings(servers, audience) })
  const { issuer } = provider
  const worker = api && (await startApi({ issuer, audience, appOrigin: app.origin, ...api }))
  if (worker) apiServer.serve(worker.listener)
  const systems = options.systems && (await startSystems(app.origin, options.systems))
  const pages = appListener({ issuer, api: audience, systems: systems?.origin, folder, headers })
  app.serve(logged(withInjectedScripts(pages, scriptsOf(servers, options)), servers.appRequests))
  return Object.assign(servers, {
    issuer,
    systems: systems?.origin,
    lemonldap: options.lemonldap && provider,
    count: (request) => servers.requests.filter((one) => one === request).length,
    close: () => Promise.all([app, provider, apiServer, worker, systems].map((one) => one && one.close())),
  })
}

// Most scenarios need no emulators, which take time to load.
async function startSystems(appOrigin, options) {
  const systems = await import('../../../www/systems/index.js')
  return systems.startSystems({ port: 0, appOrigin, ...options })
}

// The system hands out a port again. A profile that several scenarios use would then have storage
// of an earlier one.
async function listenAtNewOrigin(options) {
  const server = await listen(0, options)
  if (!usedOrigins.has(server.origin)) {
    usedOrigins.add(server.origin)
    return server
  }
  const other = await listenAtNewOrigin(options)
  await server.close()
  return other
}

function providerSettings(servers, audience) {
  const misbehave = (ctx, next) => (servers.fault ? servers.fault(ctx, next) : next())
  return {
    port: 0,
    keys: structuredClone(keys),
    use: [watch(servers), tokenLog(servers.tokenRequests), misbehave],
    apis: { [audience]: { scope: 'me:read' } },
    switches: servers.provider,
    autoLogin: () => servers.autoLogin && { login: servers.autoLogin, ts: servers.autoLoginTime },
  }
}

// No connection is used twice. A server closes one that is idle, perhaps while a browser sends the next
// request on it: then Chromium repeats the request by itself, and a page of WebKit may lack a script.
function watch(servers) {
  return async (ctx, next) => {
    servers.requests.push(`${ctx.method} ${ctx.path}`)
    ctx.set('Connection', 'close')
    await next()
    const location = ctx.response.get('Location')
    if (location?.startsWith(`${servers.app}/callback?`)) servers.callbacks.push(location)
  }
}

function logged(listener, requests) {
  return (request, response) => {
    requests.push(`${request.method} ${request.url.split('?')[0]}`)
    response.setHeader('Connection', 'close')
    return listener(request, response)
  }
}

function scriptsOf(servers, { before, scripts = [], onConsole }) {
  const clock = () => (servers.clock === undefined ? [] : [clockScript(servers.clock)])
  return {
    pages: () => [...scripts, ...clock(), ...[before ?? []].flat()],
    workers: clock,
    onConsole,
  }
}
