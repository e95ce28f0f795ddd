// `npm run demo`: starts the app, its provider, its API and the server of the page Systems on this machine.
import { startApi } from './api/index.js'
import { startProvider } from './provider/index.js'
import { defaultSwitches } from './provider/settings.js'
import { appListener } from './server/app.js'
import { listen } from './server/listen.js'
import { startSystems } from './systems/index.js'

try {
  const app = await listen(Number(process.env.APP_PORT ?? 4000))
  const api = await listen(Number(process.env.API_PORT ?? 4002))
  // The app, the provider and the tokens name the API by its address.
  const audience = `${api.origin}/`
  const provider = await startProvider({
    port: Number(process.env.PROVIDER_PORT ?? 4001),
    appOrigin: app.origin,
    // Short, so that the panel shows a renewal after a minute.
    switches: { ...defaultSwitches, accessTokenTtl: 120 },
    apis: { [audience]: { scope: 'me:read' } },
  })
  const worker = await startApi({ issuer: provider.issuer, audience, appOrigin: app.origin })
  api.serve(worker.listener)
  const systems = await startSystems({ port: Number(process.env.SYSTEMS_PORT ?? 4003), appOrigin: app.origin })
  app.serve(appListener({ issuer: provider.issuer, api: audience, systems: systems.origin }))
  console.log(`
  Countersign, the demo

    open      ${app.origin}
    provider  ${provider.issuer}   (any login, any password)
    api       ${audience}me   (a Worker, on workerd)
    systems   ${app.origin}/systems   (every named system, run at a click; their server is ${systems.origin})
    stop      Ctrl+C

  Read first: www/src/auth.ts and www/api/worker.js
`)
  const stop = async () => {
    await Promise.all([app.close(), provider.close(), api.close(), worker.close(), systems.close()])
    process.exit(0)
  }
  process.once('SIGINT', stop).once('SIGTERM', stop)
} catch (error) {
  console.error(`\n  ${error.message}\n`)
  process.exit(1)
}
