// A provider that behaves as Auth0 does where that matters: npm's oidc-provider with a slash at the end of its issuer,
// Auth0's paths, and claims of the administrator in ID tokens. Its public address is https and leads to this machine by
// the `fetch` that it gives.
import { exportJWK, generateKeyPair } from 'jose'
import { randomBytes } from 'node:crypto'
import { interactionRoutes } from '../../../www/provider/interaction.js'
import { makeAccounts } from '../../../www/provider/accounts.js'
import { memoryAdapter } from '../../../www/provider/memory.js'
import { Provider } from '../../../www/provider/library.js'
import { listen } from '../../../www/server/listen.js'
import { app } from './edge-app.mjs'

const HOUR = 60 * 60

/** One key pair for each algorithm, made once. */
const keys = Promise.all(['RS256', 'ES256'].map(async (alg) => {
  const { privateKey } = await generateKeyPair(alg, { extractable: true })
  return { ...(await exportJWK(privateKey)), alg, use: 'sig', kid: `key-${alg}` }
}))

/**
 * Starts the provider. `client` has members of the client's registration, `claims(login)` makes more claims, `ttl` is the
 * lifetime of access tokens in seconds. `log` has every request to the token endpoint. `login` is who signs in.
 */
export async function startAuth0(t, options = {}) {
  const { issuer = 'https://tenant.eu.auth0.example/', client = {}, claims = () => ({}), ttl = HOUR, login = 'ada' } = options
  const log = []
  const server = await listen(0)
  const accounts = makeAccounts()
  const names = Object.keys(claims('x'))
  const provider = new Provider(issuer, {
    adapter: memoryAdapter(),
    jwks: { keys: await keys },
    cookies: { keys: [randomBytes(32).toString('base64url')] },
    routes: {
      authorization: '/authorize',
      token: '/oauth/token',
      jwks: '/.well-known/jwks.json',
      end_session: '/oidc/logout',
      revocation: '/oauth/revoke',
    },
    clients: [{
      client_id: 'console',
      client_secret: 'secret-of-the-registration',
      redirect_uris: [`${app}/auth/callback`],
      response_types: ['code'],
      grant_types: ['authorization_code', 'refresh_token'],
      ...client,
    }],
    enabledJWA: { idTokenSigningAlgValues: ['RS256', 'ES256'] },
    clientAuthMethods: ['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none'],
    claims: { openid: ['sub', ...names], profile: ['name', 'given_name', 'family_name'], email: ['email', 'email_verified'] },
    conformIdTokenClaims: false,
    pkce: { required: () => false },
    findAccount: (_ctx, sub) => ({
      accountId: sub,
      claims: () => ({
        sub,
        name: accounts.login(sub),
        given_name: accounts.login(sub),
        email: `${accounts.login(sub)}@example.com`,
        email_verified: true,
        ...claims(accounts.login(sub)),
      }),
    }),
    features: {
      devInteractions: { enabled: false },
      rpInitiatedLogout: { enabled: true },
      revocation: { enabled: true, allowedPolicy: () => true },
      resourceIndicators: { enabled: false },
    },
    interactions: { url: (_ctx, { uid }) => `/interaction/${uid}` },
    issueRefreshToken: (_ctx, one) => one.grantTypeAllowed('refresh_token'),
    expiresWithSession: () => false,
    rotateRefreshToken: () => true,
    ttl: { AccessToken: ttl, IdToken: options.idTokenTtl ?? HOUR, RefreshToken: 24 * HOUR, Session: 24 * HOUR, Grant: 24 * HOUR },
  })
  provider.proxy = true
  provider.use(async (ctx, next) => {
    await next()
    if (ctx.path !== '/oauth/token') return
    const { grant_type: grant, ...params } = ctx.oidc?.params ?? {}
    log.push({ grant, params, status: ctx.status, by: ctx.get('authorization').split(' ')[0] })
  })
  provider.use(interactionRoutes(provider, accounts, () => ({ login: options.next?.login ?? login })))
  server.serve(provider.callback())
  t.after(() => server.close())
  const { origin, host } = new URL(issuer)
  const asked = []

  /** Sends requests for the public address to this machine, and all others where they go. */
  async function mapped(input, init) {
    const request = new Request(input, init)
    const url = new URL(request.url)
    if (url.origin !== origin) return fetch(request)
    asked.push(url.pathname + url.search)
    const headers = new Headers(request.headers)
    headers.set('x-forwarded-proto', 'https')
    headers.set('x-forwarded-host', host)
    const body = request.body && (await request.arrayBuffer())
    const { method } = request
    return fetch(`${server.origin}${url.pathname}${url.search}`, { method, headers, body, redirect: 'manual' })
  }
  return { issuer, log, asked, fetch: mapped, close: server.close }
}
