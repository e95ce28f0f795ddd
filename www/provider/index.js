// The local OpenID provider: npm's oidc-provider (certified by the OpenID Foundation) with its own
// pages. It accepts any login and stores everything in memory. Never run it on a public address.
import { listen } from '../server/listen.js'
import { makeAccounts } from './accounts.js'
import { interactionRoutes } from './interaction.js'
import { makeKeys } from './keys.js'
import { Provider } from './library.js'
import { pageHeaders } from './pages/headers.js'
import { defaultSwitches, settings } from './settings.js'

/**
 * Starts the provider on `http://localhost:<port>` (0: a free port) for the app at `appOrigin`. Tests
 * of an app on another site set `host` and `tls`.
 *
 * `apis` are the resources that access tokens can be issued for: `{ scope, accessTokenFormat }` by
 * identifier. A request that names no resource is for `defaultApi`. `clients` are further clients, as
 * oidc-provider configures them. `issuer` is the public address if a reverse proxy is in front of the
 * provider. `switches` are settings that may change while the provider runs, see settings.js. `keys`
 * are private JWKs to sign with; without them new keys are made. `use` is a list of koa middlewares
 * that get every request first: tests simulate a faulty provider with them. `autoLogin` may return a
 * user who signs in without a page, see interaction.js.
 */
export async function startProvider(options) {
  const { port, host, tls, appOrigin, keys, use = [], switches = defaultSwitches } = options
  const server = await listen(port, { host, tls })
  const signing = keys ?? (await makeKeys())
  const accounts = makeAccounts()
  const otherSite = Boolean(tls)
  const { apis, defaultApi, clients, issuer = server.origin, autoLogin = () => undefined } = options
  const provider = new Provider(
    issuer,
    settings({ appOrigin, signing, accounts, apis, defaultApi, clients, otherSite, switches }),
  )
  // Only a reverse proxy may say which address the client used.
  provider.proxy = issuer !== server.origin
  provider.on('server_error', (_ctx, error) => console.error('provider:', error))
  for (const middleware of use) provider.use(middleware)
  provider.use(pageHeaders(appOrigin))
  provider.use(interactionRoutes(provider, accounts, autoLogin))
  server.serve(provider.callback())
  return { issuer, address: server.origin, keys: signing, close: server.close }
}
