// The library oidc-provider with its own defaults: its pages, its adapter in memory, and what is off is turned on.
import { listen } from '../../../www/server/listen.js'
import { memoryAdapter } from '../../../www/provider/memory.js'
import { Provider } from '../../../www/provider/library.js'
import { clickButton, fill } from '../../browser/harness/steps.mjs'
import { generateKeyPairSync } from '../../support/keys.mjs'
import { PROVIDERS } from '../facts.mjs'
import { AUDIENCE, CLIENTS, SECRET } from '../harness/places.mjs'

/** The resource whose access tokens are JWTs is `AUDIENCE`; those of this one are opaque. */
const OPAQUE = 'https://opaque.example.com/'

export const oidcProvider = {
  ...PROVIDERS['oidc-provider'],
  name: 'oidc-provider',
  start,
}

async function start(places) {
  const front = await listen(0)
  const state = { keys: [rsa('first')], rotates: true, disabled: new Set(), grants: new Map(), sessions: new Map() }
  const adapter = recording(state)
  let op
  const serve = () => {
    op = make(front.origin, places, state, adapter)
    front.serve(op.callback())
  }
  serve()
  return {
    issuer: front.origin,
    login: 'ada',
    otherLogin: 'bob',
    sub: 'ada',
    settings: { refresh: true },
    serverSettings: { refresh: true },
    // Without it the provider drops `offline_access`.
    signInOptions: { prompt: 'consent' },
    jwtSettings: { resource: AUDIENCE },
    opaqueSettings: { resource: OPAQUE },
    opaqueAudience: OPAQUE,
    close: front.close,
    async signIn(page, login) {
      await fillIn(page, login)
      await clickButton(page, 'Continue')
    },
    // The pages for development show no better message for an account that `findAccount` does not find.
    async isRefused(page, login) {
      await fillIn(page, login)
      await page.waitForFunction(() => document.body?.innerText.includes('server_error'))
    },
    consent: (page) => clickButton(page, 'Continue'),
    confirmSignOut: (page) => clickButton(page, 'Yes, sign me out'),
    atSignIn: (page) => page.waitForSelector('input[name=login]'),
    setRotation: (isOn) => { state.rotates = isOn },
    async endSessions(login) {
      for (const [id, account] of state.sessions) if (account === login) await new adapter('Session').destroy(id)
      for (const [id, account] of state.grants) {
        if (account !== login) continue
        for (const model of ['AccessToken', 'RefreshToken', 'AuthorizationCode']) await new adapter(model).revokeByGrantId(id)
        await new adapter('Grant').destroy(id)
      }
    },
    setEnabled: (login, isEnabled) => { state.disabled[isEnabled ? 'delete' : 'add'](login) },
    rotateKey() {
      state.keys.unshift(rsa('second'))
      serve()
    },
    algorithms: {
      all: Object.keys(KEYS),
      prepare() {
        state.keys.push(...Object.entries(KEYS).map(([alg, make]) => ({ ...make(), alg, use: 'sig', kid: alg })))
        serve()
      },
      use(alg) {
        state.alg = alg
        serve()
      },
      reset() {
        state.alg = undefined
        serve()
      },
    },
    secretAlgorithm: { clientId: `${CLIENTS.server}-hs256` },
  }
}

async function fillIn(page, login) {
  await fill(page, 'input[name=login]', login)
  await fill(page, 'input[name=password]', 'any password')
  await clickButton(page, 'Sign-in')
}

const jwk = (type, options) => generateKeyPairSync(type, options).privateKey.export({ format: 'jwk' })
const ofRsa = () => jwk('rsa', { modulusLength: 2048 })
const rsa = (kid) => ({ ...ofRsa(), kid, use: 'sig', alg: 'RS256' })

const KEYS = {
  RS384: ofRsa,
  RS512: ofRsa,
  PS256: ofRsa,
  PS384: ofRsa,
  PS512: ofRsa,
  ES256: () => jwk('ec', { namedCurve: 'P-256' }),
  ES384: () => jwk('ec', { namedCurve: 'P-384' }),
  ES512: () => jwk('ec', { namedCurve: 'P-521' }),
  EdDSA: () => jwk('ed25519'),
}

/** An adapter that remembers who has which session and which grant. */
function recording({ grants, sessions }) {
  const known = { Grant: grants, Session: sessions }
  return class extends memoryAdapter() {
    async upsert(id, payload, expiresIn) {
      if (payload.accountId) known[this.model]?.set(id, payload.accountId)
      return super.upsert(id, payload, expiresIn)
    }
  }
}

function make(issuer, places, state, adapter) {
  const { alg = 'RS256' } = state
  const ofPage = (name) => ({
    client_id: CLIENTS[name],
    token_endpoint_auth_method: 'none',
    redirect_uris: [`${places[name]}/callback`],
    post_logout_redirect_uris: [`${places[name]}/`],
    grant_types: ['authorization_code', 'refresh_token'],
    ...(name === 'app' && { id_token_signed_response_alg: alg }),
  })
  const ofServer = {
    client_id: CLIENTS.server,
    client_secret: SECRET,
    redirect_uris: [`${places.server}/auth/callback`],
    post_logout_redirect_uris: [`${places.server}/`],
    grant_types: ['authorization_code', 'refresh_token'],
  }
  const algorithms = ['HS256', 'RS256', ...Object.keys(KEYS)]
  return new Provider(issuer, {
    adapter,
    jwks: { keys: state.keys },
    cookies: { keys: ['interop'] },
    clients: [
      ofPage('app'),
      ofPage('other'),
      ofServer,
      { ...ofServer, client_id: `${CLIENTS.server}-hs256`, id_token_signed_response_alg: 'HS256' },
      { client_id: CLIENTS.api, client_secret: SECRET, redirect_uris: [], response_types: [], grant_types: [] },
    ],
    claims: { openid: ['sub'], profile: ['preferred_username'], email: ['email'] },
    findAccount: (_ctx, sub) => (state.disabled.has(sub) ? undefined : { accountId: sub, claims: () => ({ sub }) }),
    rotateRefreshToken: () => state.rotates,
    enabledJWA: { idTokenSigningAlgValues: algorithms },
    features: {
      introspection: { enabled: true },
      revocation: { enabled: true },
      resourceIndicators: {
        getResourceServerInfo: (_ctx, resource) => ({
          scope: '',
          accessTokenFormat: resource === AUDIENCE ? 'jwt' : 'opaque',
          ...(resource === AUDIENCE && { jwt: { sign: { alg } } }),
        }),
        useGrantedResource: () => true,
      },
    },
  })
}
