// The configuration of a LemonLDAP::NG for tests (lmConf-1.json).
import { generateKeyPairSync } from '../../../support/keys.mjs'

/** Claims of a client's UserInfo, by the attributes of the user. */
const CLAIMS = { name: 'cn', email: 'mail', preferred_username: 'uid' }

/**
 * The configuration of a portal with these clients: their options by a name, without the prefix of
 * LemonLDAP::NG. Its data is below `folder`.
 */
export function settings({ origin, folder, clients }) {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const sessions = (name) => ({
    Directory: `${folder}/${name}`,
    LockDirectory: `${folder}/${name}/lock`,
    generateModule: 'Lemonldap::NG::Common::Apache::Session::Generate::SHA256',
  })
  const { hostname } = new URL(origin)
  return {
    cfgNum: 1,
    cfgDate: Math.floor(Date.now() / 1000),
    cfgVersion: '2.0.0',
    authentication: 'Demo',
    userDB: 'Same',
    passwordDB: 'Null',
    registerDB: 'Null',
    portal: `${origin}/`,
    domain: hostname,
    cookieName: 'lemonldap',
    securedCookie: origin.startsWith('https') ? 1 : 0,
    sameSite: origin.startsWith('https') ? 'None' : 'Lax',
    globalStorage: 'Apache::Session::File',
    globalStorageOptions: sessions('sessions'),
    persistentStorage: 'Apache::Session::File',
    persistentStorageOptions: sessions('psessions'),
    localSessionStorage: 'Cache::FileCache',
    localSessionStorageOptions: { cache_root: `${folder}/cache`, namespace: 'sessions' },
    exportedVars: {},
    demoExportedVars: { cn: 'cn', mail: 'mail', uid: 'uid' },
    macros: { _whatToTrace: '$uid' },
    whatToTrace: '_whatToTrace',
    locationRules: { [hostname]: { default: 'accept' } },
    captcha: 'NoCaptcha',
    captcha_mail_enabled: 0,
    captcha_register_enabled: 0,
    portalDisplayRegister: 0,
    portalDisplayResetPassword: 0,
    issuerDBOpenIDConnectActivation: 1,
    issuerDBOpenIDConnectRule: '1',
    oidcServiceMetaDataIssuer: origin,
    oidcServicePrivateKeySig: privateKey.export({ type: 'pkcs8', format: 'pem' }),
    oidcServicePublicKeySig: publicKey.export({ type: 'spki', format: 'pem' }),
    oidcServiceKeyIdSig: 'of-this-run',
    oidcRPMetaDataExportedVars: mapped(clients, () => CLAIMS),
    oidcRPMetaDataOptions: mapped(clients, prefixed),
  }
}

const mapped = (object, change) =>
  Object.fromEntries(Object.entries(object).map(([name, value]) => [name, change(value)]))

const prefixed = (options) => Object.fromEntries(Object.entries(options).map(([name, value]) =>
  [`oidcRPMetaDataOptions${name}`, value]))

/**
 * The client of a page. LemonLDAP::NG does not rotate refresh tokens: one works as long as the session.
 */
export function pageClient(appOrigin, accessTokenTtl, { namesSession, query }) {
  return {
    ClientID: 'demo-spa',
    Public: 1,
    RequirePKCE: 1,
    BypassConsent: 1,
    RedirectUris: `${appOrigin}/callback`,
    PostLogoutRedirectUris: `${appOrigin}/`,
    LogoutBypassConfirm: 1,
    LogoutUrl: `${appOrigin}/front-channel-logout${query}`,
    LogoutType: 'front',
    LogoutSessionRequired: namesSession ? 1 : 0,
    IDTokenSignAlg: 'RS256',
    RefreshToken: 1,
    AccessTokenExpiration: accessTokenTtl,
    UserIDAttr: 'uid',
  }
}
