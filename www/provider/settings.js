// What this provider is, in oidc-provider's words.
import { randomBytes } from 'node:crypto'
import { memoryAdapter } from './memory.js'
import { errors } from './library.js'
import { failurePage } from './pages/failure.js'
import { logoutPage, signedOutPage } from './pages/logout.js'

const HOUR = 60 * 60

/**
 * What may be changed while the provider runs, lifetimes in seconds. Refresh tokens rotate: each
 * works once, and one that comes again ends the whole session (RFC 9700, 4.14.2).
 */
export const usual = {
  refreshTokens: true,
  rotation: true,
  accessTokenTtl: HOUR,
  refreshTokenTtl: 24 * HOUR,
  idTokenTtl: HOUR,
  requirePushes: false,
  dpopNonces: false,
}

/**
 * The settings of a provider with one public client, `demo-spa`, that lives at `appOrigin`.
 * `switches` is an object like `usual`, read at every token, but for
 * `requirePushes` (RFC 9126), which is read at the start; `otherSite` says that the app is of
 * another site, whose frames and requests may bring the provider's cookies.
 */
export function settings(options) {
  const { appOrigin, signing, accounts, otherSite, switches, apis = {}, clients = [] } = options
  return {
    adapter: memoryAdapter(),
    jwks: { keys: signing },
    cookies: {
      keys: [randomBytes(32).toString('base64url')],
      long: { httpOnly: true, sameSite: otherSite ? 'none' : 'lax' },
    },
    clients: [demoClient(appOrigin), ...clients],
    // A page has no secret: it may come from its own origin, and from no other.
    clientBasedCORS: (_ctx, origin) => origin === appOrigin,
    claims: {
      openid: ['sub'],
      profile: ['name', 'preferred_username', 'locale'],
      email: ['email', 'email_verified'],
    },
    scopes: ['openid'],
    responseTypes: ['code'],
    // The scopes' claims stand in the ID token and at UserInfo, as at most providers.
    conformIdTokenClaims: false,
    findAccount: (_ctx, sub) => accounts.find(sub),
    features: {
      devInteractions: { enabled: false },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: logoutPage,
        postLogoutSuccessSource: signedOutPage,
      },
      revocation: {
        enabled: true,
        allowedPolicy: (_ctx, client, token) => token.clientId === client.clientId,
      },
      resourceIndicators: resourceIndicators(apis, switches),
      dPoP: {
        enabled: true,
        nonceSecret: randomBytes(32),
        requireNonce: () => switches.dpopNonces,
      },
      pushedAuthorizationRequests: {
        enabled: true,
        requirePushedAuthorizationRequests: switches.requirePushes,
      },
      // What only a confidential client may ask; without one there is nobody to ask it.
      clientCredentials: { enabled: clients.length > 0 },
      introspection: { enabled: clients.length > 0, allowedPolicy: isConfidential },
      jwtIntrospection: { enabled: clients.length > 0 },
      jwtUserinfo: { enabled: clients.length > 0 },
      requestObjects: { enabled: clients.length > 0 },
    },
    // What an API needs to know of the sign-in that a token came of (RFC 9470, 6).
    extraTokenClaims: ({ oidc: { entities } }) => {
      const { authTime } = entities.AuthorizationCode ?? entities.RefreshToken ?? {}
      return authTime && { auth_time: authTime }
    },
    interactions: { url: (_ctx, { uid }) => `/interaction/${uid}` },
    renderError: failurePage,
    // Many providers give a page a refresh token whether it asks for `offline_access` or not.
    issueRefreshToken: (_ctx, client) => {
      return client.grantTypeAllowed('refresh_token') && switches.refreshTokens
    },
    expiresWithSession: () => false,
    rotateRefreshToken: () => switches.rotation,
    ttl: {
      AccessToken: () => switches.accessTokenTtl,
      AuthorizationCode: 60,
      Grant: 24 * HOUR,
      IdToken: () => switches.idTokenTtl,
      Interaction: HOUR,
      RefreshToken: () => switches.refreshTokenTtl,
      Session: 24 * HOUR,
    },
  }
}

const isConfidential = (_ctx, client) => client.clientAuthMethod !== 'none'

/** Access tokens for APIs (RFC 8707): JWTs of RFC 9068, or opaque ones where an API says so. */
function resourceIndicators(apis, switches) {
  return {
    enabled: true,
    defaultResource: () => undefined,
    useGrantedResource: () => true,
    getResourceServerInfo(_ctx, resource) {
      if (!Object.hasOwn(apis, resource)) throw new errors.InvalidTarget()
      const accessTokenTTL = switches.accessTokenTtl
      return { audience: resource, accessTokenFormat: 'jwt', accessTokenTTL, ...apis[resource] }
    },
  }
}

function demoClient(appOrigin) {
  return {
    client_id: 'demo-spa',
    client_name: 'Countersign demo',
    redirect_uris: [`${appOrigin}/callback`],
    post_logout_redirect_uris: [`${appOrigin}/`],
    response_types: ['code'],
    grant_types: ['authorization_code', 'refresh_token'],
    token_endpoint_auth_method: 'none',
    id_token_signed_response_alg: 'RS256',
  }
}
