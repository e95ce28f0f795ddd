// LemonLDAP::NG of Debian, with its demonstration accounts.
import { execFile } from 'node:child_process'
import { userInfo } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { missing, startLemonldap } from '../../browser/harness/lemonldap/index.mjs'
import { signInAtLemonldap } from '../../browser/harness/steps.mjs'
import { PROVIDERS } from '../facts.mjs'
import { AUDIENCE, CLIENTS, SECRET } from '../harness/places.mjs'

const run = promisify(execFile)
const ALGORITHMS = ['RS256', 'RS384', 'RS512']
const TOOLS = '/usr/share/lemonldap-ng/bin'

export const lemonldap = {
  ...PROVIDERS.lemonldap,
  name: 'lemonldap',
  missing: missing?.replace('cargo xtask setup', 'cargo xtask test interop lemonldap'),
  start,
}

async function start(places) {
  const clients = {
    app: ofPage('app', places.app),
    other: ofPage('other', places.other),
    server: {
      ClientID: CLIENTS.server,
      ClientSecret: SECRET,
      BypassConsent: 1,
      RedirectUris: `${places.server}/auth/callback`,
      PostLogoutRedirectUris: `${places.server}/`,
      LogoutBypassConfirm: 1,
      IDTokenSignAlg: 'RS256',
      RefreshToken: 1,
      UserIDAttr: 'uid',
    },
    api: { ClientID: CLIENTS.api, ClientSecret: SECRET, UserIDAttr: 'uid' },
  }
  clients.hs256 = { ...clients.server, ClientID: `${CLIENTS.server}-hs256`, IDTokenSignAlg: 'HS256' }
  for (const alg of ALGORITHMS) {
    const own = { ClientID: `${CLIENTS.app}-${alg}`, IDTokenSignAlg: alg, AccessTokenSignAlg: alg }
    clients[alg] = { ...clients.app, ...own }
  }
  const { issuer, env, close } = await startLemonldap({ clients })
  const tool = (name, ...args) => run(`${TOOLS}/${name}`, args, { env: { ...process.env, ...env } })
  return {
    issuer,
    login: 'dwho',
    sub: 'dwho',
    userInfo: { preferred_username: 'dwho', email: 'dwho@badwolf.org', name: 'Doctor Who' },
    // An additional audience of the access tokens is one of the ID tokens, too.
    settings: { trustedAudiences: [AUDIENCE] },
    // The access token names its client and its API, and is no `at+jwt`.
    apiSettings: { profile: 'jwt' },
    introspection: { required: [] },
    serverSettings: { authMethod: 'client_secret_post' },
    close,
    signIn: signInAtLemonldap,
    atSignIn: (page) => page.waitForSelector('input[name=user]'),
    endSessions: (login) => tool('lemonldap-ng-sessions', '--user', userInfo().username, 'delete', '--where', `uid=${login}`),
    async rotateKey() {
      const kids = async () => (await (await fetch(`${issuer}/oauth2/jwks`)).json()).keys.map(({ kid }) => kid)
      const [before] = await kids()
      await tool('rotateOidcKeys')
      // Each process of the portal looks for another configuration every second.
      while ((await kids()).includes(before)) await sleep(200)
      await sleep(1500)
    },
    algorithms: { all: ALGORITHMS, use: (alg) => ({ clientId: `${CLIENTS.app}-${alg}` }) },
    secretAlgorithm: { clientId: `${CLIENTS.server}-hs256` },
  }
}

const ofPage = (name, origin) => ({
  ClientID: CLIENTS[name],
  Public: 1,
  RequirePKCE: 1,
  BypassConsent: 1,
  RedirectUris: `${origin}/callback`,
  PostLogoutRedirectUris: `${origin}/`,
  LogoutBypassConfirm: 1,
  IDTokenSignAlg: 'RS256',
  RefreshToken: 1,
  UserIDAttr: 'uid',
  AccessTokenJWT: 1,
  AccessTokenSignAlg: 'RS256',
  AdditionalAudiences: AUDIENCE,
})
