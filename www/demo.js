// `npm run demo`: the app, its provider and its API, side by side on this machine.
import { startApi } from './api/index.js'
import { startProvider } from './provider/index.js'
import { usual } from './provider/settings.js'
import { appListener } from './server/app.js'
import { listen } from './server/listen.js'

try {
  const app = await listen(Number(process.env.APP_PORT ?? 4000))
  const api = await listen(Number(process.env.API_PORT ?? 4002))
  // How the app, the provider and the tokens call the API: the first of its addresses.
  const audience = `${api.origin}/`
  const provider = await startProvider({
    port: Number(process.env.PROVIDER_PORT ?? 4001),
    appOrigin: app.origin,
    // Short, so that the panel shows a renewal to somebody who waits a minute.
    switches: { ...usual, accessTokenTtl: 120 },
    apis: { [audience]: { scope: 'me:read' } },
  })
  const worker = await startApi({ issuer: provider.issuer, audience, appOrigin: app.origin })
  api.serve(worker.answer)
  app.serve(appListener({ issuer: provider.issuer, api: audience }))
  console.log(`
  Countersign, the demo

    open      ${app.origin}
    provider  ${provider.issuer}   (any login, any password)
    api       ${audience}me   (a Worker, on workerd)
    end       Ctrl+C

  The code to read first: www/src/auth.ts, and www/api/worker.js
`)
  const stop = async () => {
    await Promise.all([app.close(), provider.close(), api.close(), worker.close()])
    process.exit(0)
  }
  process.once('SIGINT', stop).once('SIGTERM', stop)
} catch (error) {
  console.error(`\n  ${error.message}\n`)
  process.exit(1)
}
