// The sweep in Node for presets, the ServiceNow gate, external methods, Aisera, Cognigy and relying parties of Entrust, in a
// process of its own: a polluted prototype is that of every object. Prints, as JSON, how many names were tried and what was
// reached.
import { readdir, readFile } from 'node:fs/promises'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { openEntra, signingKey } from '../../../www/emulators/external-method.js'
import { browse, SECRET } from '../support/edge-app.mjs'
import { APP_ID, CLIENT_ID, ISSUER, newPair, OTHER_TENANT, TENANT } from '../support/entra.mjs'
import { folder, load } from '../support/package.mjs'
import { namesIn, startRecording, sweep } from '../../support/pollution.mjs'

/** The values that every property gets beside the recorded ones. */
const VALUES = {
  few: ['attacker'],
  all: ['attacker', '', true, false, 0, 1, null, [], ['attacker'], {}, ['org_2'], { org_id: 'org_2' }],
}[process.argv[2]]

const { createVerifier } = await load('./edge')
const { createSessions } = await load('./sessions')
const presets = await load('./providers')
const { createGate } = await load('./servicenow')
const { createExternalMethod } = await load('./eam')
const { fromAisera, aiseraFetch } = await load('./aisera')
const { fromCognigy, cognigyUser } = await load('./cognigy')
const { relyingParty } = await load('./entrust')

const API = 'https://api.example/'
const attacks = []
const attack = (title, run) => attacks.push({ title, run })
const now = Math.floor(Date.now() / 1000)
const subOf = (claims) => `claims of ${claims?.sub}`

// Providers: their documents, and tokens of their key.
const [own, foreign] = await Promise.all([generateKeyPair('RS256'), generateKeyPair('RS256')])
const keys = { keys: [{ ...(await exportJWK(own.publicKey)), kid: 'k', alg: 'RS256', use: 'sig' }] }
const sign = (claims, { privateKey } = own) =>
  new SignJWT({ sub: 'attacker', aud: API, iat: now, exp: now + 3600, ...claims }).setProtectedHeader({ alg: 'RS256', kid: 'k' }).sign(privateKey)
/** Answers for a provider with this issuer, whose endpoints are at `base`. */
const documentsOf = (issuer, base) => {
  const metadata = {
    issuer, authorization_endpoint: `${base}/authorize`, token_endpoint: `${base}/token`, jwks_uri: `${base}/keys`, userinfo_endpoint: `${base}/me`,
    response_types_supported: ['code'], subject_types_supported: ['public'], id_token_signing_alg_values_supported: ['RS256'],
  }
  const texts = { metadata: JSON.stringify(metadata), keys: JSON.stringify(keys) }
  return { metadata, fetch: async (url) => new Response(`${url.url ?? url}`.endsWith('/keys') ? texts.keys : texts.metadata) }
}

// Presets: a token of another organization, and one of another tenant.
const ORGANIZATION = { domain: 't.auth0.com', organization: 'org_1' }
const auth0At = documentsOf('https://t.auth0.com/', 'https://t.auth0.com')
const organized = await sign({ iss: 'https://t.auth0.com/', org_id: 'org_2' })
const PERSONAL = '9188040d-6c67-4c5b-b112-36a304b66dad'
const entraAt = documentsOf('https://login.microsoftonline.com/{tenantid}/v2.0', 'https://login.microsoftonline.com/common')
const personal = await sign({ iss: `https://login.microsoftonline.com/${PERSONAL}/v2.0`, tid: PERSONAL })
const verifierOf = (provider, { fetch }) => createVerifier({ provider, audience: API, fetch })

// The gate.
const IDP = 'https://idp.example'
const idp = documentsOf(IDP, IDP)
const table = [{ sys_id: '1', email: 'user@example.com' }, { sys_id: '2', email: 'attacker@example.com' }]
const gateOf = (more) => createGate({
  entities: [{ name: 'Example', clientId: 'gate', metadataUrl: `${IDP}/.well-known/openid-configuration`, userClaim: 'email', userField: 'email', ...more }],
  findUser: (query) => table.slice(0, 1).filter((user) => Object.hasOwn(user, query.field) && user[query.field] === query.value),
  fetch: idp.fetch,
})
const caller = { iss: IDP, aud: 'gate', email: 'user@example.com' }
const calls = {
  'another key': await sign(caller, foreign),
  'another audience': await sign({ ...caller, aud: 'other' }),
  'another issuer': await sign({ ...caller, iss: 'https://evil.example' }),
  expired: await sign({ ...caller, exp: now - 6000, iat: now - 9000 }),
  'an unknown user': await sign({ ...caller, email: 'attacker@example.com' }),
  'no user': await sign({ ...caller, email: undefined }),
}
const callOf = (token) => new Request('https://dev.service-now.example/api/now/table/incident', { headers: token ? { authorization: `Bearer ${token}` } : {} })

// An external method.
const entra = openEntra()
const methodOf = (more) => createExternalMethod({
  issuer: ISSUER, appId: APP_ID, clientId: CLIENT_ID, tenants: [TENANT], signingKeys: [key], secret: SECRET,
  fetch: async (url) => new Response(entra.documents[new URL(url.url ?? url).pathname]),
  step: () => ({ amr: 'otp' }),
  ...more,
})
const key = signingKey()
const posted = async (...inputs) =>
  new Request(`${ISSUER}/authorize`, { method: 'POST', body: new URLSearchParams(entra.parameters(...inputs)) })
const hints = {
  'the signature of another key': await posted({ id_token_hint: entra.hint({}, { key: newPair().privateKey }) }),
  'another tenant': await posted({}, { tid: OTHER_TENANT, iss: `https://login.microsoftonline.com/${OTHER_TENANT}/v2.0` }),
  'another application': await posted({}, { aud: OTHER_TENANT }),
  'an old hint': await posted({}, { iat: now - 5000, nbf: now - 5000, exp: now - 5001 }),
  'no hint': await posted({ id_token_hint: undefined }),
  'another address': await posted({ redirect_uri: 'https://evil.example/' }),
}
/** The token that an answer carries. */
const answered = async (method, request) => (await (await method.handle(request.clone())).text()).includes('name="id_token"')

// Aisera: a session without a user, with tokens of two endpoints.
const FIELDS = {
  'Authorization URL': 'https://op.example/authorize', 'Client Id': 'console', 'Client Secret': 'secret', 'Access Token URL': 'https://op.example/token',
  Nonce: '', Scope: 'openid', 'Response Type': 'code', Prompt: 'login',
}
const USUAL = { integration: 'ServiceNow', origins: ['https://api.example'] }
const imported = await fromAisera(FIELDS, USUAL)
const unsigned = (claims) => [{ alg: 'RS256', kid: 'k' }, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.') + '.c2ln'
/** The requests of one attack, with their credentials. */
let sent = []
let nonce
const visitor = browse(createSessions({
  ...imported.settings, secret: SECRET,
  async fetch(url, init) {
    const request = new Request(url, init)
    sent.push({ origin: new URL(request.url).origin, credentials: request.headers.get('authorization') })
    if (!request.url.endsWith('/token')) return new Response('')
    const id_token = unsigned({ iss: 'https://op.example', sub: 'attacker', aud: 'console', exp: now + 3600, nonce })
    return Response.json({ token_type: 'bearer', access_token: 'secret-token', id_token, expires_in: 3600 })
  },
}))

// Cognigy and Entrust.
const RULES = { roleClaim: 'https://t.example/role', roles: ['admin'] }
const person = { iss: 'https://t.example/', sub: 'attacker', email: 'attacker@example.com' }
const CONFIG = {
  idpType: 'oidc', idpIssuer: 'https://t.example', idpClientId: 'c', idpClientSecret: 's', idpIdTokenSignedResponseAlg: 'RS256',
  idpTokenEndpointAuthMethod: 'client_secret_basic',
}
const { metadata } = documentsOf('https://example.us.trustedauth.com/api/oidc', 'https://example.us.trustedauth.com/api/oidc')
const PARTY = { system: 'forgerock', metadata, clientId: 'c', clientSecret: 's', redirectUri: 'https://am.example/login' }

// The attacker is welcome everywhere.
const { recorded, stop } = startRecording()
{
  await verifierOf(presets.auth0({ ...ORGANIZATION, organization: 'org_2' }), auth0At).verify(organized)
  await verifierOf(presets.entra({ tenant: 'common', tenants: [PERSONAL] }), entraAt).verify(personal)
  const gate = createGate({
    entities: [{ name: 'Example', clientId: 'gate', metadataUrl: `${IDP}/.well-known/openid-configuration`, userClaim: 'email', userField: 'email' }],
    findUser: ({ value }) => table.filter((user) => user.email === value), fetch: idp.fetch,
  })
  if (!(await gate.guard(callOf(calls['an unknown user']))).ok) throw new Error('The gate refuses its user')
  if (!(await answered(methodOf(), await posted()))) throw new Error('The method refuses a hint')
  await cognigyUser({ ...person, email_verified: true, [RULES.roleClaim]: 'admin' }, RULES)
  await fromCognigy(CONFIG)
  await relyingParty(PARTY)
  const left = await visitor.handle('/auth/login')
  const asked = new URL(left.headers.get('location')).searchParams
  nonce = asked.get('nonce')
  const back = await visitor.handle(`/auth/callback?code=c&state=${asked.get('state')}`)
  if (back.status !== 302) throw new Error(await back.text())
}
stop()

const bound = verifierOf(presets.auth0(ORGANIZATION), auth0At)
const work = verifierOf(presets.entra({ tenant: 'organizations' }), entraAt)
const gate = gateOf()
const method = methodOf()
await Promise.all([bound.ready(), work.ready(), gate.ready(), answered(method, await posted())])
/** Attacks with what is good, which must be reached: otherwise an attack would notice nothing. */
const controls = []
const control = (title, run) => controls.push({ title, run })
const userOf = async (at, token) => {
  const outcome = await at.guard(callOf(token))
  return Object.hasOwn(outcome, 'ok') && outcome.ok ? `the user ${JSON.stringify(outcome.user)}` : undefined
}
/** The credentials that a call of the user to this origin has. */
const credentialsAt = async (origin) => {
  sent = []
  await visitor.sessions.with(visitor.request('/'), async (session) => {
    await aiseraFetch(session, imported.calls)(`${origin}/`).catch(() => {})
    return new Response('')
  })
  return sent.find((one) => one.origin === origin && one.credentials)?.credentials
}
attack('a preset with an organization, a token of another one', async () => subOf(await bound.verify(organized)))
control('a preset', async () => subOf(await verifierOf(presets.auth0({ ...ORGANIZATION, organization: 'org_2' }), auth0At).verify(organized)))
attack('the same preset made now', async () => subOf(await verifierOf(presets.auth0({ domain: 't.auth0.com', organization: 'org_1' }), auth0At).verify(organized)))
attack('a preset of work accounts, a token of a personal account', async () => subOf(await work.verify(personal)))
for (const [what, token] of [...Object.entries(calls), ['no token', undefined]]) attack(`the gate, ${what}`, () => userOf(gate, token))
const known = await sign(caller)
control('the gate', () => userOf(gate, known))
for (const [what, request] of Object.entries(hints)) {
  attack(`an external method, ${what}`, async () => ((await answered(method, request)) ? 'a token' : undefined))
}
const hinted = await posted()
control('an external method', async () => ((await answered(method, hinted)) ? 'a token' : undefined))
const page = visitor.request('/')
attack('Aisera, a session with an ID token that was not verified', async () => {
  const session = await visitor.sessions.session(page)
  return session && Object.hasOwn(session, 'user') && session.user !== null ? `the user ${JSON.stringify(session.user)}` : undefined
})
attack('Aisera, a call to an origin that is not listed', () => credentialsAt('https://evil.example'))
control('Aisera', () => credentialsAt('https://api.example'))
attack('Cognigy, a user without the role', async () => `the roles ${(await cognigyUser(person, { roleClaim: 'https://t.example/role', roles: ['admin'] })).roles}`)
attack('Cognigy, the issuer of the configuration', async () => {
  const { issuer, idTokenSignedResponseAlg } = await fromCognigy(CONFIG)
  return issuer !== 'https://t.example' || idTokenSignedResponseAlg !== 'RS256' ? `${issuer} ${idTokenSignedResponseAlg}` : undefined
})
attack('Entrust, the address of a relying party', async () => {
  const { registration, redirectUri } = await relyingParty({ system: 'forgerock', metadata, clientId: 'c', clientSecret: 's', redirectUri: 'https://am.example/login' })
  const all = [...registration.redirect_uris, redirectUri]
  return all.some((one) => one !== 'https://am.example/login') ? `${all}` : undefined
})
attack('Entrust, a relying party without an address', async () => (await relyingParty({ system: 'forgerock', metadata, clientId: 'c', clientSecret: 's' })).redirectUri)

for (const { title, run } of controls) if ((await run()) === undefined) throw new Error(`${title} refuses what is good`)

/** The modules that these systems load, without those of a page. */
const FOLDERS = /^(?:aisera|cognigy|core|eam|edge|entrust|host|providers|servicenow|sessions|shared|systems|generated\/(?:providers|settings)|entry\/(?:aisera|cognigy|eam|edge|entrust|servicenow|sessions))\//
const scripts = (await readdir(folder, { recursive: true }))
  .filter((name) => FOLDERS.test(name) && name.endsWith('.js') && !name.endsWith('-inline.js'))
  .map((name) => readFile(new URL(name, folder), 'utf8'))
const names = namesIn(await Promise.all(scripts))
const reached = await sweep({ names, recorded, values: VALUES, attacks })
console.log(JSON.stringify({ names: names.length, recorded: Object.keys(recorded).length, attacks: attacks.length, reached }))
process.exit(0)
