// Keycloak, started in its development mode as `cargo xtask test interop` has unpacked it.
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { clickButton, fill } from '../../browser/harness/steps.mjs'
import { freePort, startProgram } from '../../browser/harness/process.mjs'
import { PROVIDERS } from '../facts.mjs'
import { AUDIENCE, CLIENTS, SECRET } from '../harness/places.mjs'
import { rest } from '../harness/rest.mjs'

const { KEYCLOAK_PATH } = process.env
const HOME = KEYCLOAK_PATH

/** The first start compiles Keycloak, which takes as long as the start itself. */
const START_TIMEOUT_MS = 200_000

const PEOPLE = { ada: 'Ada', bob: 'Bob' }

export const keycloak = {
  ...PROVIDERS.keycloak,
  name: 'keycloak',
  missing: HOME && existsSync(`${HOME}/bin/kc.sh`)
    ? undefined
    : 'KEYCLOAK IS MISSING: nothing was tested there. `cargo xtask test interop keycloak` brings it, with ' +
      'Java 17 and Maven (`apt-get install openjdk-17-jre-headless maven unzip`).',
  start,
}

async function start(places) {
  const port = await freePort()
  const origin = `http://localhost:${port}`
  const options = ['--db=dev-mem', '--cache=local', '--http-host=127.0.0.1', `--http-port=${port}`, `--hostname=${origin}`]
  const server = await startProgram('Keycloak', [`${HOME}/bin/kc.sh`, 'start-dev', ...options], {
    env: {
      KC_BOOTSTRAP_ADMIN_USERNAME: 'admin',
      KC_BOOTSTRAP_ADMIN_PASSWORD: 'admin',
      JAVA_OPTS_KC_HEAP: '-Xms64m -Xmx768m',
      // The second compiler makes a server faster after minutes, and its start slower.
      JAVA_OPTS_APPEND: '-XX:TieredStopAtLevel=1',
    },
    url: `${origin}/realms/master/.well-known/openid-configuration`,
    timeout: START_TIMEOUT_MS,
  })
  return configured({ origin, places, server })
}

async function configured({ origin, places, server }) {
  // An administrator's token lives for a minute.
  const admin = rest(`${origin}/admin/realms`, async () => {
    const form = new URLSearchParams({ client_id: 'admin-cli', grant_type: 'password', username: 'admin', password: 'admin' })
    const answer = await fetch(`${origin}/realms/master/protocol/openid-connect/token`, { method: 'POST', body: form })
    return { authorization: `Bearer ${(await answer.json()).access_token}` }
  })
  await admin.post('', { realm: 'demo', enabled: true })
  const { id: realmId } = await admin.get('/demo')
  for (const [username, firstName] of Object.entries(PEOPLE)) {
    await admin.post('/demo/users', {
      username, firstName, lastName: 'Test', enabled: true, email: `${username}@example.com`, emailVerified: true,
      credentials: [{ type: 'password', value: `${username}-password`, temporary: false }],
    })
  }
  for (const client of clients(places)) await admin.post('/demo/clients', client)
  const users = Object.fromEntries((await admin.get('/demo/users')).map((user) => [user.username, user]))
  const [app] = await admin.get(`/demo/clients?clientId=${CLIENTS.app}`)
  const keys = keysOf(admin, realmId)
  const setAlgorithm = (alg) => admin.put(`/demo/clients/${app.id}`, {
    ...app,
    attributes: {
      ...app.attributes, 'id.token.signed.response.alg': alg, 'access.token.signed.response.alg': alg,
    },
  })
  return {
    issuer: `${origin}/realms/demo`,
    login: 'ada',
    otherLogin: 'bob',
    sub: users.ada.id,
    userInfo: { preferred_username: 'ada', email: 'ada@example.com', email_verified: true },
    close: server.close,
    signIn,
    async isRefused(page, login) {
      await signIn(page, login)
      await page.waitForFunction(() => /disabled/i.test(document.body?.innerText))
    },
    atSignIn: (page) => page.waitForSelector('input[name=username]'),
    setRotation: (isOn) => admin.put('/demo', { revokeRefreshToken: isOn, refreshTokenMaxReuse: 0 }),
    endSessions: (login) => admin.post(`/demo/users/${users[login].id}/logout`, undefined),
    setEnabled: (login, enabled) => admin.put(`/demo/users/${users[login].id}`, { ...users[login], enabled }),
    rotateKey: () => keys.add('rsa-generated', { algorithm: ['RS256'], keySize: ['2048'] }, 200),
    algorithms: {
      all: Object.keys(KEYS),
      prepare: async () => {
        for (const [providerId, config] of Object.values(KEYS)) await keys.add(providerId, config)
      },
      use: setAlgorithm,
      reset: () => setAlgorithm('RS256'),
    },
  }
}

async function signIn(page, login) {
  await fill(page, 'input[name=username]', login)
  await fill(page, 'input[name=password]', `${login}-password`)
  await clickButton(page, 'Sign In')
}

/** The provider of keys for each algorithm. */
const KEYS = {
  RS256: ['rsa-generated', { algorithm: ['RS256'] }],
  RS384: ['rsa-generated', { algorithm: ['RS384'] }],
  RS512: ['rsa-generated', { algorithm: ['RS512'] }],
  PS256: ['rsa-generated', { algorithm: ['PS256'] }],
  PS384: ['rsa-generated', { algorithm: ['PS384'] }],
  PS512: ['rsa-generated', { algorithm: ['PS512'] }],
  ES256: ['ecdsa-generated', { ecdsaEllipticCurveKey: ['P-256'] }],
  ES384: ['ecdsa-generated', { ecdsaEllipticCurveKey: ['P-384'] }],
  ES512: ['ecdsa-generated', { ecdsaEllipticCurveKey: ['P-521'] }],
  EdDSA: ['eddsa-generated', { eddsaEllipticCurveKey: ['Ed25519'] }],
}

const keysOf = (admin, parentId) => ({
  add: (providerId, config, priority = 100) => admin.post('/demo/components', {
    name: `${providerId} ${priority}`, providerId, parentId, providerType: 'org.keycloak.keys.KeyProvider',
    config: { priority: [String(priority)], enabled: ['true'], active: ['true'], ...config },
  }),
})

/** Keycloak tells a client only about tokens that name it in `aud`. */
const INTROSPECTION_MAPPER = {
  name: 'audience of the client that introspects',
  protocol: 'openid-connect',
  protocolMapper: 'oidc-audience-mapper',
  config: { 'included.client.audience': CLIENTS.api, 'access.token.claim': 'true' },
}

/** The clients. Those of pages are the one that docs/keycloak.md says to import. */
function clients(places) {
  const text = readFileSync(new URL('../../../docs/keycloak.md', import.meta.url), 'utf8')
  const [, json] = /```json\n(.*?)```/s.exec(text)
  const ofPage = (name) => {
    const client = JSON.parse(json
      .replaceAll('https://app.example.com', places[name])
      .replaceAll('"spa"', `"${CLIENTS[name]}"`))
    assert.equal(client.clientId, CLIENTS[name])
    client.protocolMappers.push(INTROSPECTION_MAPPER)
    assert.ok(json.includes(AUDIENCE))
    return client
  }
  const confidential = { publicClient: false, secret: SECRET }
  return [
    ofPage('app'),
    ofPage('other'),
    {
      ...confidential,
      clientId: CLIENTS.server,
      redirectUris: [`${places.server}/auth/callback`],
      attributes: { 'post.logout.redirect.uris': `${places.server}/` },
    },
    { ...confidential, clientId: CLIENTS.api, standardFlowEnabled: false, serviceAccountsEnabled: true },
  ]
}
