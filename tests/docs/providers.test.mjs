// The pages of provider presets: each example is loaded, the core accepts its settings, and the examples of a page fit together.
import assert from 'node:assert/strict'
import { generateKeyPairSync, verify } from 'node:crypto'
import test from 'node:test'
import { systems } from '../../www/emulators/data/index.js'
import { dataOf } from '../../www/emulators/engine/facts.js'
import { openBrowser } from '../package/support/browser.mjs'
import { advanceClock } from '../package/support/clock.mjs'
import { load as entry } from '../package/support/package.mjs'
import { clientId, presetOf, startEmulator } from '../providers/engine/emulator.mjs'
import { openApp } from '../providers/engine/stage.mjs'
import { example, providerExamples, shared, textOf } from './harness/examples.mjs'
import { compile, load } from './harness/project.mjs'
import { settingsOf } from './harness/provider-pages.mjs'

const [{ createVerifier }, presets] = await Promise.all(['./edge', './providers'].map((name) => entry(name)))
const env = { CLIENT_SECRET: 'a client secret of these tests!!', SESSION_SECRET: 'a secret for the cookies of these tests' }
const API = 'https://api.example.com/'

for (const { id, code } of providerExamples()) {
  test(id, async (t) => {
    openBrowser().visit('https://app.example.com/')
    const { auth, sessions, verifier, ...rest } = await load(t, { ...shared(), 'example.ts': code }, 'example.ts')
    if (auth) assert.equal(await auth.start(), null)
    auth?.close()
    if (sessions) assert.equal(await sessions.session(new Request('https://app.example.com/'), { env }), null)
    const expected = code.includes("kind: 'id_token'") ? { nonce: 'any' } : undefined
    if (verifier) await assert.rejects(verifier.verify('no token', expected), { code: 'OIDC_TOKEN_MALFORMED' })
    if (rest.guard) assert.equal((await rest.guard(new Request(API))).response.status, 401)
    assert.ok(auth ?? sessions ?? verifier ?? Object.values(rest).some((one) => typeof one === 'function'))
  })
}

const names = [...new Set(systems.map(({ preset }) => preset))]

test('the documents that count the presets count right', () => {
  for (const file of ['docs/README.md', 'docs/page.md', 'docs/sessions.md']) {
    assert.deepEqual([...textOf(file).matchAll(/\b(\d+) providers\b|page for each of the (\d+)/g)].map(([, a, b]) => Number(a ?? b)), [names.length], file)
  }
})

for (const name of names) {
  test(`${name}: the examples of its page fit together`, () => {
    const { page, sessions, verifier } = settingsOf(name)
    const { options } = dataOf(name)
    if (page && sessions) assert.deepEqual(sessions.provider, page.provider)
    if (page && verifier) {
      for (const [option, value] of Object.entries(verifier.provider)) assert.deepEqual(page.provider[option], value, option)
    }
    const hasLogout = !dataOf(name).quirks.lacks?.includes('endSession') && name !== 'salesforce'
    for (const one of [page, sessions].filter(Boolean)) assert.equal('postLogoutRedirectUri' in one, hasLogout)
    if (!verifier) return
    for (const audience of audiencesOf(page)) assert.equal(verifier.audience, audience)
    for (const option of ['audience', 'resource']) {
      // A preset with such an option gets no token for an API without it.
      if (options[option]) assert.equal(page.provider[option], verifier.audience, option)
    }
  })
}

/** The audiences that the settings of a page ask for. */
function audiencesOf({ provider = {}, apis = {} } = {}) {
  const resources = Object.values(apis).map(({ resource }) => resource)
  return [provider.audience, provider.resource, ...resources].filter(Boolean)
}

/** The emulators whose access tokens name another audience than the example, and why. */
const OTHER_AUDIENCES = {
  'azure-ad-b2c': 'page and API are one registration',
  pingone: 'it has no custom resource',
}

/** Where a recorded document comes from, if not from where the example is. */
const PLACES = { pingone: { region: 'ca' } }

for (const name of names) {
  const system = systems.find((one) => one.preset === name && one.serves === 'page' && one.edge)
  if (!system) continue
  test(`${name}: the examples of its page run at its emulator`, async (t) => {
    const { page, verifier } = settingsOf(name)
    const { provider, clientId: _id, redirectUri, postLogoutRedirectUri, apis = {}, ...settings } = page
    // The emulator has another host and other ids; which options there are is what the example says.
    const here = (options) => {
      const found = Object.keys(options).map((option) => [option, system.options[option] ?? options[option]])
      return { ...Object.fromEntries(found), ...PLACES[name] }
    }
    const own = { ...system, options: here(provider), settings: undefined }
    const emulator = await startEmulator(t, own)
    const needs = Object.values(apis).map((need) => ({ ...need, ...(need.resource && { resource: system.settings.resource }) }))
    const stage = openApp(t, emulator, { settings: { ...settings, redirectUri, postLogoutRedirectUri, apis: { [API]: needs[0] ?? {} } } })
    assert.ok(await stage.signIn(system.signInOptions))
    const [need = {}] = needs
    const { accessToken } = await stage.accessToken(need)

    const audience = audienceAt(system, page, verifier.audience)
    const api = createVerifier({ provider: presetOf(own, here(verifier.provider)), audience, fetch: emulator.fetch })
    assert.equal((await api.verify(accessToken)).iss !== undefined, true)
    if (system.token.given === 'always' || presetOf(own).page.refresh) {
      advanceClock(t, 3700)
      await api.verify((await stage.accessToken(need)).accessToken)
    }
    const out = await stage.signOut()
    if (postLogoutRedirectUri) assert.ok(out.url, out.page)
  })
}

/** The audience of the verifier's example at the emulator, which has another client and another API. */
function audienceAt(system, page, audience) {
  const usual = system.edge.audience ?? 'https://api.example/'
  if (system.preset in OTHER_AUDIENCES) return usual
  // The address or the GUID of an API stands for that of the emulator; any other text is a name of the provider.
  const isApi = /^https:|^[\da-f]{8}-/.test(audience)
  const own = audience === page.clientId ? clientId : audience
  assert.equal(isApi ? 'https://api.example/' : own, usual)
  return usual
}

/** Loads an example that imports `auth`, and gives what it calls: the options go to an app at the emulator of the provider. */
async function loadAt(t, name, heading, idToken = {}) {
  const found = systems.find((one) => one.preset === name)
  const system = { ...found, idToken: { ...found.idToken, add: { ...found.idToken.add, ...idToken } } }
  const emulator = await startEmulator(t, system)
  const stage = openApp(t, emulator)
  globalThis.authOfTest = { signIn: (options) => stage.go(options), signOut: (options) => stage.signOut(options), get user() { return stage.user() } }
  t.after(() => delete globalThis.authOfTest)
  const files = { 'example.ts': example(`docs/providers/${name}.md#${heading}`).code, 'auth.ts': 'export const auth = (globalThis as any).authOfTest' }
  const asked = (endpoint) => emulator.asked.findLast((one) => one.endpoint === endpoint).params
  return { ...(await load(t, files, 'example.ts')), stage, asked }
}

test('auth0: an invitation goes along with one sign-in, and the outer provider with a sign-out', async (t) => {
  const { acceptInvitation, asked } = await loadAt(t, 'auth0', 'organizations-and-invitations')
  await acceptInvitation(new URL('https://app.example.com/?invitation=i1&organization=org_1'))
  assert.deepEqual([asked('authorize').get('invitation'), asked('authorize').get('organization')], ['i1', 'org_1'])
  const { signOutEverywhere, stage, asked: askedLater } = await loadAt(t, 'auth0', 'sign-out-of-the-outer-provider-too')
  await stage.signIn()
  await signOutEverywhere()
  assert.equal(askedLater('logout').get('federated'), '')
})

test('entra: a domain goes along with one sign-in, and the login hint with a sign-out', async (t) => {
  const { signInAt, signOut, stage, asked } = await loadAt(t, 'entra', 'hints-for-one-sign-in-and-for-the-sign-out', { login_hint: 'hint-1' })
  await stage.come(await signInAt('example.com'))
  assert.equal(asked('authorize').get('domain_hint'), 'example.com')
  await signOut()
  assert.equal(asked('logout').get('logout_hint'), 'hint-1')
})

/** An API of the example, with the keys of an emulator and the roles that its tokens have. */
for (const [name, heading, right, wrong] of [
  ['auth0', 'roles-and-organizations-in-an-api', { permissions: ['inbox:read'], org_id: 'org_0000000000000000' }, { permissions: ['inbox:read'], org_id: 'org_1' }],
  ['entra', 'roles', { roles: ['Inbox.Reader'] }, { roles: ['Other'] }],
  ['okta', 'groups', { groups: ['Everyone', 'Support'] }, { groups: ['Everyone'] }],
]) {
  test(`${name}: guard of the example accepts and refuses by roles`, async (t) => {
    const { code } = example(`docs/providers/${name}.md#${heading}`)
    const { verifier: { provider, audience } } = settingsOf(name)
    const { issuer } = presets[name](provider).verifier
    const { privateKey, publicKey } = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify'])
    const jwk = { ...(await crypto.subtle.exportKey('jwk', publicKey)), kid: 'k', alg: 'ES256' }
    const { fetch } = globalThis
    t.after(() => { globalThis.fetch = fetch })
    globalThis.fetch = async (input) => Response.json(String(input.url ?? input).endsWith('/keys') ? { keys: [jwk] } : { issuer, jwks_uri: `${new URL(issuer).origin}/keys` })
    const { guard } = await load(t, { 'example.ts': code }, 'example.ts')
    const answer = async (claims) => {
      const times = { iat: Math.floor(Date.now() / 1000), exp: Math.floor(Date.now() / 1000) + 60 }
      const token = await sign(privateKey, { alg: 'ES256', kid: 'k', typ: 'JWT' }, { iss: issuer, aud: audience, sub: 'alice', ...times, ...claims })
      return guard(new Request(API, { headers: { authorization: `Bearer ${token}` } }))
    }
    assert.equal((await answer(right)).ok, true)
    assert.equal((await answer(wrong)).response.status, 403)
  })
}

/** The requests of the code under test go to the emulator, those of the emulator to this machine. */
function useEmulator(t, emulator) {
  const { fetch } = globalThis
  t.after(() => { globalThis.fetch = fetch })
  globalThis.fetch = (input, init) => (new URL(input.url ?? input).hostname === '127.0.0.1' ? fetch : emulator.fetch)(input, init)
}

test('sessions: a preset sends the parameters of its provider, and refuses what that ignores', async (t) => {
  const emulator = await startEmulator(t, systems.find(({ preset }) => preset === 'google'))
  useEmulator(t, emulator)
  globalThis.secrets = { client: env.CLIENT_SECRET, cookie: env.SESSION_SECRET }
  t.after(() => delete globalThis.secrets)
  const { code } = example('docs/sessions.md#providers-with-their-own-rules')
  const { sessions } = await load(t, { 'example.ts': code }, 'example.ts')
  const login = (query) => sessions.handle(new Request(`https://app.example.com/auth/login?${query}`))
  const { searchParams } = new URL((await login('prompt=consent')).headers.get('location'))
  assert.deepEqual(['access_type', 'hd', 'prompt'].map((name) => searchParams.get(name)), ['offline', 'example.com', 'consent'])
  const refused = await login('max_age=60')
  assert.equal(refused.status, 400)
  assert.match(await refused.text(), /OIDC_SIGNIN_OPTION_INVALID/)
})

test('page: the example of a preset runs, and both type arguments keep the check of refused options', async (t) => {
  const { code } = example('docs/page.md#choose-a-provider')
  openBrowser().visit('https://app.example.com/')
  const { auth } = await load(t, { 'example.ts': code }, 'example.ts')
  assert.equal(await auth.start(), null)
  auth.close()
  const typed = (types, call) => `${code.replace('createClient(', `createClient<${types}>(`)}\n${call}\n`
  const complaints = await compile(t, {
    'none.ts': `${code}\n// @ts-expect-error Okta refuses it\nauth.signIn({ uiLocales: 'de' })\n`,
    'one.ts': typed('{ dept: string }', "auth.signIn({ uiLocales: auth.user!.dept })"),
    'both.ts': typed("{ dept: string }, 'uiLocales' | 'claims'", "auth.user!.dept\n// @ts-expect-error Okta refuses it\nauth.signIn({ uiLocales: 'de' })"),
    'incomplete.ts': code.replace('createClient(', "createClient<{ dept: string }, 'uiLocales'>(").replace('  provider:', '  // @ts-expect-error the list lacks claims\n  provider:'),
  })
  assert.equal(complaints, '')
})

test('entrust: with audience, resource compiles neither as a setting nor as an option', async (t) => {
  const page = (options, more, signIn = '{}') =>
    "import { createClient } from 'countersign'\nimport { entrust } from 'countersign/providers'\n" +
    `const auth = createClient({\n  provider: entrust(${options}),\n  clientId: 'c',\n  redirectUri: '/callback',\n${more}})\nauth.signIn(${signIn})\n`
  const [plain, withAudience] = ["{ host: 'a.example' }", "{ host: 'a.example', audience: 'api' }"]
  const refused = '// @ts-expect-error Entrust takes one of them\n'
  const complaints = await compile(t, {
    'plain.ts': page(plain, "  resource: 'r',\n", "{ resource: 'r' }"),
    'audience.ts': page(withAudience, ''),
    'setting.ts': page(withAudience, `  ${refused}  resource: 'r',\n`),
    'option.ts': page(withAudience, '').replace('auth.signIn({})', `${refused}auth.signIn({ resource: 'r' })`),
    'unknown.ts': page("{ host: 'a.example', tenant: 'x' }", '').replace('  provider:', `  ${refused}  provider:`),
  })
  assert.equal(complaints, '')
})

async function sign(key, header, claims) {
  const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const text = `${part(header)}.${part(claims)}`
  const signature = await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, key, Buffer.from(text))
  return `${text}.${Buffer.from(signature).toString('base64url')}`
}

test('apple: the client secret is a JWT of the key, as Apple wants it', async (t) => {
  const { code } = example('docs/providers/apple.md#the-client-secret')
  const { clientSecret } = await load(t, { 'example.ts': code }, 'example.ts')
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const secret = await clientSecret(privateKey.export({ type: 'pkcs8', format: 'pem' }), 'KEY0000000', 'EXAMPLE000', 'com.example.app')
  const [header, claims, signature] = secret.split('.')
  assert.deepEqual(JSON.parse(Buffer.from(header, 'base64url')), { alg: 'ES256', kid: 'KEY0000000' })
  const { iat, exp, ...rest } = JSON.parse(Buffer.from(claims, 'base64url'))
  assert.deepEqual(rest, { iss: 'EXAMPLE000', sub: 'com.example.app', aud: 'https://appleid.apple.com' })
  assert.ok(exp > iat && exp - iat <= 15_777_000)
  const key = { key: publicKey, dsaEncoding: 'ieee-p1363' }
  assert.ok(verify('sha256', Buffer.from(`${header}.${claims}`), key, Buffer.from(signature, 'base64url')))
})
