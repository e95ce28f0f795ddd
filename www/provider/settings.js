// The configuration of oidc-provider.
import { randomBytes } from 'node:crypto'
import { memoryAdapter } from './memory.js'
import { errors } from './library.js'
import { failurePage } from './pages/failure.js'
import { logoutPage, signedOutPage } from './pages/logout.js'

const HOUR = 60 * 60

/**
 * Settings that may change while the provider runs; lifetimes are in seconds. Refresh tokens rotate:
 * each works once, and a second use revokes the whole session (RFC 9700, section 4.14.2).
 */
export const defaultSwitches = {
  refreshTokens: true,
  rotation: true,
  accessTokenTtl: HOUR,
  refreshTokenTtl: 24 * HOUR,
  idTokenTtl: HOUR,
  requirePushes: false,
  dpopNonces: false,
}

/**
 * The settings of a provider with one public client, `demo-spa`, at `appOrigin`. `switches` is an
 * object like `defaultSwitches`. It is read for every token; only `requirePushes` (RFC 9126) is read
 * once, at the start. With `otherSite` the app is on another site, and the provider's cookies are sent
 * in its frames and requests too.
 */
export function settings(options) {
  const { appOrigin, signing, accounts, otherSite, switches } = options
  const { apis = {}, defaultApi, clients = [] } = options
  return {
    adapter: memoryAdapter(),
    jwks: { keys: signing },
    cookies: {
      keys: [randomBytes(32).toString('base64url')],
      long: { httpOnly: true, sameSite: otherSite ? 'none' : 'lax' },
    },
    clients: [demoClient(appOrigin), ...clients],
    // A page has no secret. Its requests are accepted from its own origin only.
    clientBasedCORS: (_ctx, origin) => origin === appOrigin,
    claims: {
      openid: ['sub'],
      profile: ['name', 'preferred_username', 'locale'],
      email: ['email', 'email_verified'],
    },
    scopes: ['openid'],
    responseTypes: ['code'],
    // The claims of the scopes are in the ID token and in UserInfo, as with most providers.
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
      resourceIndicators: resourceIndicators(apis, defaultApi, switches),
      dPoP: {
        enabled: true,
        nonceSecret: randomBytes(32),
        requireNonce: () => switches.dpopNonces,
      },
      pushedAuthorizationRequests: {
        enabled: true,
        requirePushedAuthorizationRequests: switches.requirePushes,
      },
      // Features for confidential clients.
      clientCredentials: { enabled: clients.length > 0 },
      introspection: { enabled: clients.length > 0, allowedPolicy: isConfidential },
      jwtIntrospection: { enabled: clients.length > 0 },
      jwtUserinfo: { enabled: clients.length > 0 },
      requestObjects: { enabled: clients.length > 0 },
    },
    // An API needs the time of the sign-in in the access token (RFC 9470, section 6).
    extraTokenClaims: ({ oidc: { entities } }) => {
      const { authTime } = entities.AuthorizationCode ?? entities.RefreshToken ?? {}
      return authTime && { auth_time: authTime }
    },
    interactions: { url: (_ctx, { uid }) => `/interaction/${uid}` },
    renderError: failurePage,
    // Many providers issue a refresh token to a page without `offline_access`.
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

/** Access tokens for APIs (RFC 8707): JWTs of RFC 9068, or opaque ones for an API that is set so. */
function resourceIndicators(apis, defaultApi, switches) {
  return {
    enabled: true,
    defaultResource: () => defaultApi,
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
