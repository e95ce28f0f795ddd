// `npm run demo`: the app and its provider, side by side on this machine.
import { startProvider } from './provider/index.js'
import { appListener } from './server/app.js'
import { listen } from './server/listen.js'

try {
  const app = await listen(Number(process.env.APP_PORT ?? 4000))
  const provider = await startProvider({
    port: Number(process.env.PROVIDER_PORT ?? 4001),
    appOrigin: app.origin,
  })
  app.serve(appListener({ issuer: provider.issuer }))
  console.log(`
  Countersign, the demo

    open      ${app.origin}
    provider  ${provider.issuer}   (any login, any password)
    end       Ctrl+C

  The code to read first: www/src/auth.ts
`)
  const stop = async () => {
    await Promise.all([app.close(), provider.close()])
    process.exit(0)
  }
  process.once('SIGINT', stop).once('SIGTERM', stop)
} catch (error) {
  console.error(`\n  ${error.message}\n`)
  process.exit(1)
}
