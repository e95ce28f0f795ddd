// One story's world: an app and a provider of its own, on free ports: stories share nothing.
import { makeKeys } from '../../../www/provider/keys.js'
import { startApi } from '../../../www/api/index.js'
import { startProvider } from '../../../www/provider/index.js'
import { defaultSwitches } from '../../../www/provider/settings.js'
import { appListener } from '../../../www/server/app.js'
import { listen } from '../../../www/server/listen.js'
import { makeCertificate } from './certificate.mjs'
import { wrongClock } from './clock.mjs'
import { startLemonldap } from './lemonldap/index.mjs'
import { tokenLog } from './log.mjs'
import { servedWith } from './served.mjs'

// Making an RSA key takes longer than a sign-in.
const keys = await makeKeys()
const tls = makeCertificate()

/**
 * Starts a world. `folder` is what the app serves, `headers` what it says besides. `api` starts the
 * API as well, on workerd, with these options of it; without it, its place answers 503. `host` is the
 * app's name, where it is not `localhost`. `otherSite` puts the provider on
 * `https://127.0.0.1`, another site than the app's `http://localhost`. `provider` are switches of
 * it to begin with; `lemonldap` puts LemonLDAP::NG in its place (lemonldap/index.mjs), which has no
 * switches and no faults. `clock` (seconds) is how wrong the clock of the app's pages is; `before`
 * runs in them before their own scripts, as do `scripts`; `hear` gets what those report.
 *
 * `world.fault` is a koa middleware that makes the provider misbehave until it is taken away;
 * `world.provider` are its switches, and may be thrown at any time (www/provider/settings.js);
 * `world.asked` has every request it saw, as `POST /token`; `world.tokens` every token request, see
 * log.mjs; `world.callbacks` every address it sent a person back to.
 */
export async function startWorld(options = {}) {
  const { folder, headers, api = false, otherSite = false, clock } = options
  const app = await listen(0, { host: options.host })
  const place = await listen(0)
  const audience = `${place.origin}/`
  const world = { app: app.origin, api: audience, keys, clock, fault: undefined }
  Object.assign(world, { asked: [], callbacks: [], tokens: [] })
  world.provider = { ...defaultSwitches, ...options.provider }
  const where = { appOrigin: app.origin, ...(otherSite && { host: '127.0.0.1', tls }) }
  const provider = options.lemonldap
    ? await startLemonldap({ ...where, ...options.lemonldap, seen: world.asked })
    : await startProvider({ ...where, ...settingsOf(world, audience) })
  const { issuer } = provider
  const worker = api && (await startApi({ issuer, audience, appOrigin: app.origin, ...api }))
  if (worker) place.serve(worker.listener)
  const pages = appListener({ issuer, api: audience, folder, headers })
  app.serve(servedWith(pages, scriptsOf(world, options)))
  return Object.assign(world, {
    issuer,
    lemonldap: options.lemonldap && provider,
    /** How often the provider saw this request. */
    count: (request) => world.asked.filter((seen) => seen === request).length,
    close: () => Promise.all([app, provider, place, worker].map((one) => one && one.close())),
  })
}

function settingsOf(world, audience) {
  const misbehave = (ctx, next) => (world.fault ? world.fault(ctx, next) : next())
  return {
    port: 0,
    keys: structuredClone(keys),
    use: [watch(world), tokenLog(world.tokens), misbehave],
    apis: { [audience]: { scope: 'me:read' } },
    switches: world.provider,
  }
}

function watch(world) {
  return async (ctx, next) => {
    world.asked.push(`${ctx.method} ${ctx.path}`)
    // When a connection breaks that has been used before, Chromium sends the request again itself.
    ctx.set('Connection', 'close')
    await next()
    const location = ctx.response.get('Location')
    if (location?.startsWith(`${world.app}/callback?`)) world.callbacks.push(location)
  }
}

function scriptsOf(world, { before, scripts = [], hear }) {
  const clock = () => (world.clock === undefined ? [] : [wrongClock(world.clock)])
  return {
    pages: () => [...scripts, ...clock(), ...(before ? [before] : [])],
    workers: clock,
    hear,
  }
}
