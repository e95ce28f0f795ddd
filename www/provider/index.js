// The local OpenID provider: npm's oidc-provider (certified by the OpenID Foundation) with its own
// pages. It accepts any login and keeps everything in memory: for this machine only.
import { listen } from '../server/listen.js'
import { makeAccounts } from './accounts.js'
import { interactionRoutes } from './interaction.js'
import { makeKeys } from './keys.js'
import { Provider } from './library.js'
import { pageHeaders } from './pages/headers.js'
import { settings, usual } from './settings.js'

/**
 * Starts the provider on `http://localhost:<port>` (0: a free one) for the app at `appOrigin`, or
 * at another `host` and with `tls`, as an app of another site needs it.
 *
 * `apis` are resources it gives access tokens for: `{ scope, accessTokenFormat }` by their
 * identifiers. `clients` are more clients, in oidc-provider's words. `switches` is what may change
 * while it runs, see settings.js. These are for tests.
 * `keys` are private JWKs to sign with; fresh ones are made otherwise. `use` is a list of koa
 * middlewares that see every request first: the tests make the provider misbehave with them.
 */
export async function startProvider(options) {
  const { port, host, tls, appOrigin, keys, use = [], switches = usual } = options
  const place = await listen(port, { host, tls })
  const signing = keys ?? (await makeKeys())
  const accounts = makeAccounts()
  const otherSite = Boolean(tls)
  const { apis, clients } = options
  const provider = new Provider(
    place.origin,
    settings({ appOrigin, signing, accounts, apis, clients, otherSite, switches }),
  )
  provider.on('server_error', (_ctx, error) => console.error('provider:', error))
  for (const middleware of use) provider.use(middleware)
  provider.use(pageHeaders(appOrigin))
  provider.use(interactionRoutes(provider, accounts))
  place.serve(provider.callback())
  return { issuer: place.origin, keys: signing, close: place.close }
}
