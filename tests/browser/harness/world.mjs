// One story's world: an app and a provider of its own, on free ports: stories share nothing.
import { makeKeys } from '../../../www/provider/keys.js'
import { startApi } from '../../../www/api/index.js'
import { startProvider } from '../../../www/provider/index.js'
import { appListener } from '../../../www/server/app.js'
import { listen } from '../../../www/server/listen.js'

// Making an RSA key takes longer than a sign-in.
const keys = await makeKeys()

/**
 * Starts a world. `folder` is what the app serves, `headers` what it says besides. `api` starts the
 * API as well, on workerd; without it, its place answers 503.
 *
 * `world.fault` is a koa middleware that makes the provider misbehave until it is taken away;
 * `world.asked` has every request the provider saw, as `POST /token`; `world.callbacks` has every
 * address it sent a person back to.
 */
export async function startWorld({ folder, headers, api = false } = {}) {
  const app = await listen(0)
  const place = await listen(0)
  const audience = `${place.origin}/`
  const world = { app: app.origin, api: audience, asked: [], callbacks: [], fault: undefined, keys }
  const watch = async (ctx, next) => {
    world.asked.push(`${ctx.method} ${ctx.path}`)
    await next()
    const location = ctx.response.get('Location')
    if (location?.startsWith(`${app.origin}/callback?`)) world.callbacks.push(location)
  }
  const misbehave = (ctx, next) => (world.fault ? world.fault(ctx, next) : next())
  const provider = await startProvider({
    port: 0,
    appOrigin: app.origin,
    keys: structuredClone(keys),
    use: [watch, misbehave],
    apis: { [audience]: { scope: 'me:read' } },
  })
  const { issuer } = provider
  const worker = api && (await startApi({ issuer, audience, appOrigin: app.origin }))
  if (worker) place.serve(worker.answer)
  app.serve(appListener({ issuer, api: audience, folder, headers }))
  return Object.assign(world, {
    issuer,
    /** How often the provider saw this request. */
    count: (request) => world.asked.filter((seen) => seen === request).length,
    close: () => Promise.all([app, provider, place, worker].map((one) => one && one.close())),
  })
}
