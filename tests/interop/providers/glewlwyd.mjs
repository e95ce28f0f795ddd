// Glewlwyd of Debian, with its plugin for OpenID Connect.
import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { gunzipSync } from 'node:zlib'
import { decodeJwt } from 'jose'
import { freePort, startProgram } from '../../browser/harness/process.mjs'
import { clickButton } from '../../browser/harness/steps.mjs'
import { generateKeyPairSync } from '../../support/keys.mjs'
import { PROVIDERS } from '../facts.mjs'
import { AUDIENCE, CLIENTS, SECRET } from '../harness/places.mjs'
import { rest } from '../harness/rest.mjs'

const PROGRAM = '/usr/bin/glewlwyd'
const SHARED = '/usr/share/glewlwyd'
const TABLES = '/usr/share/doc/glewlwyd/database/init.sqlite3.sql.gz'
const START_TIMEOUT_MS = 30_000

export const glewlwyd = {
  ...PROVIDERS.glewlwyd,
  name: 'glewlwyd',
  missing: [PROGRAM, TABLES, '/usr/bin/sqlite3'].every((path) => existsSync(path))
    ? undefined
    : 'GLEWLWYD IS MISSING: nothing was tested there. `cargo xtask test interop glewlwyd` installs it where the ' +
      'system has its packages (`apt-get install glewlwyd sqlite3`).',
  start,
}

async function start(places) {
  const folder = mkdtempSync(`${tmpdir()}/glewlwyd-`)
  const port = await freePort()
  const origin = `http://localhost:${port}`
  writeFiles(folder, port, origin)
  const server = await startProgram('Glewlwyd', [PROGRAM, `--config-file=${folder}/glewlwyd.conf`], {
    cwd: folder, url: `${origin}/config/`, timeout: START_TIMEOUT_MS,
  })
  const close = async () => {
    await server.close()
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    return { ...(await configured(origin, places)), close }
  } catch (error) {
    await close()
    throw error
  }
}

async function configured(origin, places) {
  const admin = await signedIn(origin, 'admin', 'password')
  for (const name of ['profile', 'email']) {
    await admin.post('/scope/', { name, display_name: name, password_required: false, scheme: {} })
  }
  const people = Object.fromEntries(['ada', 'bob'].map((username) => [username, {
    username, name: username, email: `${username}@example.com`, enabled: true, scope: SCOPES,
  }]))
  for (const person of Object.values(people)) {
    await admin.post('/user/', { ...person, password: `${person.username}-password` })
  }
  // The plugin reads `post_logout_redirect_uris`, and the store of clients keeps only the former name.
  const store = await admin.get('/mod/client/database')
  store.parameters['data-format'].post_logout_redirect_uris = { multiple: true, read: true, write: true }
  await admin.put('/mod/client/database', store)
  await admin.put('/mod/client/database/reset/', {})
  for (const client of clients(places)) await admin.post('/client/', client)
  const keys = [key('first', 'RS256', ...RSA)]
  const settings = { rotates: 'never' }
  const plugin = () => ({
    module: 'oidc', name: 'oidc', display_name: 'OpenID Connect', enabled: true,
    parameters: parameters(origin, keys, settings),
  })
  await admin.post('/mod/plugin/', plugin())
  const change = async (more) => {
    Object.assign(settings, more)
    await admin.put('/mod/plugin/oidc', plugin())
    await admin.put('/mod/plugin/oidc/reset/', {})
  }
  // The person grants each scope with a box at the first sign-in; here it is granted before.
  for (const username of Object.keys(people)) {
    const person = await signedIn(origin, username, `${username}-password`)
    for (const name of ['app', 'other', 'server']) {
      await person.put(`/auth/grant/${CLIENTS[name]}`, { scope: SCOPES.join(' ') })
    }
  }
  return {
    issuer: `${origin}/api/oidc`,
    login: 'ada',
    otherLogin: 'bob',
    sub: await subjectOf(origin, places, 'ada'),
    userInfo: { name: 'ada', email: 'ada@example.com' },
    jwtSettings: { resource: AUDIENCE },
    opaqueSettings: { resource: AUDIENCE },
    introspectsOwnTokens: true,
    introspection: { clientId: CLIENTS.server },
    async signIn(page, login) {
      await fillIn(page, login)
      await clickButton(page, 'Continue')
    },
    consent: (page) => clickButton(page, 'Continue'),
    confirmSignOut: (page) => clickButton(page, 'Logout'),
    staysAfterSignOut: true,
    atSignIn: (page) => page.waitForSelector('#username'),
    setRotation: (isOn) => change({ rotates: isOn ? 'always' : 'never' }),
    async rotateKey() {
      keys.unshift(key('second', 'RS256', ...RSA))
      await change({})
    },
    algorithms: {
      all: Object.keys(KEYS),
      async prepare() {
        for (const [alg, how] of Object.entries(KEYS)) keys.push(key(alg, alg, ...how))
        await change({})
      },
      // The first key signs.
      async use(alg) {
        const place = keys.findIndex(({ kid }) => kid === alg)
        keys.unshift(...keys.splice(place, 1))
        await change({})
        // A renewal brings no ID token, so the person signs in again.
        return {}
      },
    },
  }
}

async function fillIn(page, login) {
  // The fields belong to a framework, which notices keys only.
  await (await page.waitForSelector('#username', { visible: true })).type(login)
  await page.type('#password', `${login}-password`)
  await page.click('#loginbut')
}

/** The `sub` of a person: a text that Glewlwyd chooses at the first sign-in at a plugin. */
async function subjectOf(origin, places, login) {
  const person = await signedIn(origin, login, `${login}-password`)
  const request = {
    client_id: CLIENTS.server, redirect_uri: `${places.server}/auth/callback`, response_type: 'code', scope: 'openid',
    state: 'setup', nonce: 'setup',
  }
  const to = await person.location(`/oidc/auth?${new URLSearchParams(request)}&g_continue`)
  const form = new URLSearchParams({
    grant_type: 'authorization_code', code: to.searchParams.get('code'), redirect_uri: request.redirect_uri,
  })
  const authorization = `Basic ${btoa(`${CLIENTS.server}:${SECRET}`)}`
  const answer = await fetch(`${origin}/api/oidc/token`, { method: 'POST', headers: { authorization }, body: form })
  return decodeJwt((await answer.json()).id_token).sub
}

/** The interface for the person who signs in. */
async function signedIn(origin, username, password) {
  const answer = await fetch(`${origin}/api/auth/`, {
    method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ username, password }),
  })
  const cookie = answer.headers.getSetCookie().map((line) => line.split(';')[0]).join('; ')
  return rest(`${origin}/api`, () => ({ cookie }))
}

const SCOPES = ['openid', 'profile', 'email']
const RSA = ['rsa', { modulusLength: 2048 }]
const KEYS = {
  RS256: RSA,
  RS384: RSA,
  RS512: RSA,
  PS256: RSA,
  PS384: RSA,
  PS512: RSA,
  ES256: ['ec', { namedCurve: 'P-256' }],
  ES384: ['ec', { namedCurve: 'P-384' }],
  ES512: ['ec', { namedCurve: 'P-521' }],
}

const key = (kid, alg, type, options) =>
  ({ ...generateKeyPairSync(type, options).privateKey.export({ format: 'jwk' }), kid, alg, use: 'sig' })

const parameters = (origin, keys, { rotates }) => ({
  iss: `${origin}/api/oidc`,
  'jwks-private': JSON.stringify({ keys }),
  'jwks-show': true,
  'access-token-duration': 3600,
  'refresh-token-duration': 1209600,
  'code-duration': 600,
  'refresh-token-rolling': true,
  'refresh-token-one-use': rotates,
  'auth-type-code-enabled': true,
  'auth-type-refresh-enabled': true,
  'auth-type-token-enabled': false,
  'auth-type-id-token-enabled': false,
  'auth-type-none-enabled': false,
  'auth-type-password-enabled': false,
  'auth-type-client-enabled': true,
  'auth-type-device-enabled': false,
  'pkce-allowed': true,
  'allowed-scope': ['openid'],
  'subject-type': 'public',
  'name-claim': 'mandatory',
  'email-claim': 'mandatory',
  'introspection-revocation-allowed': true,
  'introspection-revocation-allow-target-client': true,
  'session-management-allowed': true,
  'front-channel-logout-allowed': true,
  'session-cookie-name': 'GLEWLWYD_OIDC_SID',
  'session-cookie-expiration': 2419200,
  'resource-allowed': true,
  'resource-scope': { openid: [AUDIENCE] },
  'resource-scope-and-client-property': false,
})

function clients(places) {
  const ofPage = (name) => ({
    client_id: CLIENTS[name],
    name,
    confidential: false,
    enabled: true,
    scope: [],
    redirect_uri: [`${places[name]}/callback`],
    post_logout_redirect_uris: [`${places[name]}/`],
    authorization_type: ['code', 'refresh_token'],
    token_endpoint_auth_method: ['none'],
  })
  const confidential = {
    confidential: true, enabled: true, scope: [], client_secret: SECRET,
    token_endpoint_auth_method: ['client_secret_basic', 'client_secret_post'],
  }
  return [
    ofPage('app'),
    ofPage('other'),
    {
      ...confidential,
      client_id: CLIENTS.server,
      name: 'server',
      redirect_uri: [`${places.server}/auth/callback`],
      post_logout_redirect_uris: [`${places.server}/`],
      authorization_type: ['code', 'refresh_token'],
    },
    { ...confidential, client_id: CLIENTS.api, name: 'api', redirect_uri: [], authorization_type: ['client_credentials'] },
  ]
}

function writeFiles(folder, port, origin) {
  execFileSync('sqlite3', [`${folder}/glewlwyd.db`], { input: gunzipSync(readFileSync(TABLES)) })
  // The package has a folder where the pages look for the file config.json.
  const pages = `${folder}/webapp`
  cpSync(`${SHARED}/webapp`, pages, { recursive: true, dereference: true, filter: (name) => !name.endsWith('/config.json') })
  const config = JSON.parse(readFileSync(`${SHARED}/templates/config.json`))
  writeFileSync(`${pages}/config.json`, JSON.stringify({ ...config, GlewlwydUrl: `${origin}/` }))
  const usual = readFileSync('/etc/glewlwyd/glewlwyd.conf', 'utf8')
  const own = {
    port: String(port),
    external_url: `"${origin}"`,
    log_mode: '"console"',
    static_files_path: `"${pages}/"`,
    bind_address: '"127.0.0.1"',
  }
  // The sample has each setting once, and these lines replace it.
  const isOwn = new RegExp(`^\\s*(?:${Object.keys(own).join('|')})\\s*=|^@include`)
  const lines = usual.split('\n').filter((line) => !isOwn.test(line))
  lines.push(...Object.entries(own).map(([name, value]) => `${name}=${value}`))
  lines.push(`database = { type = "sqlite3"; path = "${folder}/glewlwyd.db"; };`)
  writeFileSync(`${folder}/glewlwyd.conf`, `${lines.join('\n')}\n`)
}
