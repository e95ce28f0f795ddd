// The sweep in Node, in a process of its own: a polluted prototype is that of every object. Prints, as
// JSON, how many names were tried and what was reached.
import { readdir, readFile } from 'node:fs/promises'
import { CompactEncrypt, exportJWK, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose'
import { openBrowser } from '../support/browser.mjs'
import { startDouble } from '../support/double.mjs'
import { browse, SECRET } from '../support/edge-app.mjs'
import { folder, load } from '../support/package.mjs'
import { namesIn, startRecording, sweep } from '../../support/pollution.mjs'

const API = 'https://api.example/'
const APP = 'https://app.example/'

/** The values that every property gets beside the recorded ones. */
const VALUES = {
  few: ['attacker'],
  all: ['attacker', 'none', '', true, false, 0, 1, 9e9, null, [], ['attacker'], [['sub', 'attacker']], {}],
}[process.argv[2]]

const { createVerifier, memoryReplay } = await load('./edge')
const { introspection, userinfo } = await load('./introspection')
const { decryptJwe } = await load('./jose')
const { createSessions } = await load('./sessions')
const { createClient } = await load('.')
const { createMachineClient } = await load('./client-credentials')

const double = await startDouble()
const { issuer } = double
const attacks = []
const attack = (title, run) => attacks.push({ title, run })
const subOf = (claims) => `claims of ${claims?.sub}`

// Tokens: the issuer's key, and an attacker's with the same name.
const [own, foreign] = await Promise.all([generateKeyPair('ES256'), generateKeyPair('ES256')])
const setOf = async ({ publicKey }) => ({
  keys: [{ ...(await exportJWK(publicKey)), kid: 'k', alg: 'ES256', use: 'sig' }],
})
const [jwks, foreignJwks] = await Promise.all([own, foreign].map(setOf))
const now = Math.floor(Date.now() / 1000)
const claims = {
  ...{ iss: issuer, aud: API, sub: 'attacker', client_id: 'x', jti: 'j' },
  ...{ iat: now, exp: now + 600, scope: 'inbox:read' },
}
const sign = (claims, { privateKey }) =>
  new SignJWT(claims).setProtectedHeader({ alg: 'ES256', kid: 'k', typ: 'at+jwt' }).sign(privateKey)
const forged = {
  'another key': await sign(claims, foreign),
  'no signature': new UnsecuredJWT(claims).encode(),
  'another audience': await sign({ ...claims, aud: 'https://other.example/' }, own),
  'another issuer': await sign({ ...claims, iss: 'https://evil.example' }, own),
  expired: await sign({ ...claims, exp: now - 6000, iat: now - 9000 }, own),
}

// The issuer, without a socket: Node's own would break first.
const metadata = {
  issuer,
  authorization_endpoint: `${issuer}/auth`,
  token_endpoint: `${issuer}/token`,
  jwks_uri: `${issuer}/keys`,
  introspection_endpoint: `${issuer}/introspect`,
}
const answerOf = (keys, introspected) => async (url) => {
  const { pathname } = new URL(url)
  if (pathname === '/keys') return Response.json(keys)
  if (pathname === '/token') return Response.json({ access_token: 'token', token_type: 'Bearer', expires_in: 600 })
  return Response.json(pathname === '/introspect' ? introspected : metadata)
}
const verifierAt = (fetch) => createVerifier({
  issuer,
  audience: API,
  allowLoopbackIssuer: true,
  introspection: introspection({ clientId: 'api', clientSecret: SECRET }),
  fetch,
})
const honest = answerOf(jwks, { active: false })
const request = (token) => new Request(`${API}inbox`, { headers: token ? { authorization: `Bearer ${token}` } : {} })
const guarded = async (verifier, token, requirements) => {
  const outcome = await verifier.guard(request(token), requirements)
  return outcome.ok ? subOf(outcome.claims) : undefined
}

// Sessions, and a page.
const sessionsOf = () => createSessions({
  issuer,
  clientId: 'shop',
  clientSecret: SECRET,
  secret: SECRET,
  allowLoopbackIssuer: true,
})
const machineAt = (fetch) => createMachineClient({
  issuer, clientId: 'machine', clientSecret: SECRET, allowLoopbackIssuer: true, fetch,
})
const pageAt = (url, browser = openBrowser()) => {
  const page = browser.visit(url)
  const settings = { issuer, clientId: 'spa', redirectUri: '/callback', store: 'session', allowLoopbackIssuer: true }
  return { page, browser, auth: createClient(settings) }
}

// The attacker is signed in everywhere, with a key that is trusted.
const { recorded, stop } = startRecording()
/** A browser whose user is signed in. */
let visitor
{
  const verifier = verifierAt(answerOf(foreignJwks, { active: true, ...claims }))
  await verifier.verify(forged['another key'])
  await guarded(verifier, forged['another key'], { scope: 'inbox:read' })
  await guarded(verifier, 'opaque')

  await machineAt(honest).getAccessToken({ renew: true })
  await createMachineClient({ metadata, clientId: 'machine', clientSecret: SECRET, allowLoopbackIssuer: true, apis: [API], fetch: honest }).fetch(API)

  const browser = browse(sessionsOf())
  const left = await browser.handle('/auth/login')
  const { pathname, search } = new URL(double.authorize(left.headers.get('location')))
  await browser.handle(pathname + search)
  await browser.sessions.session(browser.request('/'))
  visitor = browser

  const { page, browser: tab, auth } = pageAt(APP)
  auth.signIn().catch(() => {})
  const back = pageAt(double.authorize(await page.left), tab)
  await back.auth.start()
  auth.close()
  back.auth.close()
}
stop()

const verifier = verifierAt(honest)
await verifier.ready()
const sessions = sessionsOf()
for (const what of Object.keys(forged)) {
  const token = forged[what]
  attack(`verify, ${what}`, async () => subOf(await verifier.verify(token)))
  attack(`verifySync, ${what}`, async () => subOf(verifier.verifySync(token)))
  attack(`guard, ${what}`, () => guarded(verifier, token, { scope: 'inbox:read' }))
}
attack('a new verifier, another key', async () => subOf(await verifierAt(honest).verify(forged['another key'])))
attack('guard without a token', () => guarded(verifier))
attack('guard, an inactive token', () => guarded(verifier, 'opaque'))
attack('introspect, an inactive token', async () => subOf(await verifier.introspect('opaque')))
attack('a session without cookies', async () => (await sessions.session(request()))?.user && 'a user')
attack('a session with a forged cookie', async () => {
  const headers = { cookie: '__Host-countersign=forged; __Host-countersign.0=forged' }
  return (await sessions.session(new Request(APP, { headers })))?.user && 'a user'
})
for (const url of [APP, `${APP}callback?code=c&state=forged`]) {
  attack(`a page at ${url}`, async () => {
    const { auth } = pageAt(url)
    const user = await auth.start().catch(() => auth.user)
    auth.close()
    return user ? subOf(user) : undefined
  })
}

double.close()
/** The requests of one attack. */
let requests = []
globalThis.fetch = async (url) => {
  requests.push(`${url}`)
  return Response.json({ error: 'invalid_request' }, { status: 400 })
}

const addressesOf = async (fetchOf, run) => {
  const addresses = []
  await run(async (url, init) => {
    addresses.push(`${url}`)
    return fetchOf(url, init)
  }).catch(() => {})
  return addresses
}
attack('a client without users, at the address of its token request', async () => {
  const addresses = await addressesOf(honest, (fetch) => machineAt(fetch).getAccessToken())
  return addresses.find((one) => !one.startsWith(issuer))
})
attack('a client without users, whose secret is refused', async () => {
  const refused = async (url) => (`${url}`.endsWith('/token') ? Response.json({ error: 'invalid_client' }, { status: 401 }) : honest(url))
  const token = await machineAt(refused).getAccessToken().catch(() => undefined)
  return token && `a token ${token.accessToken}`
})
attack('a client without users, at an address that is not listed', async () => {
  let sent
  const fetch = async (url, init) => {
    if (`${url}`.startsWith(issuer)) return honest(url)
    sent = new Headers(init?.headers).get('authorization')
    return new Response()
  }
  await machineAt(fetch).fetch('https://evil.example/')
  return sent?.includes('token') ? sent : undefined
})
let machineRequests = 0
const kept = createMachineClient({
  metadata, clientId: 'machine', clientSecret: SECRET, allowLoopbackIssuer: true, apis: [API],
  async fetch(url) {
    machineRequests += `${url}` === metadata.token_endpoint
    return honest(url)
  },
})
await kept.getAccessToken()
attack('a client without users that has a good token', async () => {
  machineRequests = 0
  await kept.getAccessToken().catch(() => {})
  await kept.fetch(API).catch(() => {})
  return machineRequests ? 'another token request' : undefined
})

// An app's input is optional: settings that are a function, and methods without options.
for (const make of [createVerifier, createSessions, createMachineClient]) {
  attack(`the bindings of ${make.name}`, async () => {
    let env
    const made = make((given) => {
      env = given
      throw new Error('no bindings')
    })
    const first = make === createVerifier ? () => made.guard(request()) : make === createSessions ? () => made.session(request()) : () => made.getAccessToken()
    await first().catch(() => {})
    if (make === createVerifier) await made.verify('x').catch(() => {})
    return env === undefined ? undefined : `the bindings ${JSON.stringify(env)}`
  })
}
const asked = verifierAt(answerOf(jwks, { active: true, ...claims, sub: 'introspected' }))
attack('guard without introspection of JWTs', async () => {
  const reached = await guarded(asked, forged['another key'])
  return reached && `${reached} by introspection`
})
await asked.ready()
const ownToken = await sign({ ...claims, sub: 'alice' }, own)
attack('introspect, at the address of the metadata', async () => {
  const addresses = []
  const fetch = async (url) => {
    addresses.push(`${url}`)
    return honest(url)
  }
  await verifierAt(fetch).introspect('opaque').catch(() => {})
  return addresses.find((one) => !one.startsWith(issuer))
})
attack('userinfo without a sub', async () => {
  const fetch = async (url) => (`${url}`.endsWith('/me') ? Response.json({ sub: 'attacker' }) : Response.json({ ...metadata, userinfo_endpoint: `${issuer}/me` }))
  const verifier = createVerifier({ issuer, audience: API, allowLoopbackIssuer: true, userinfo: userinfo(), fetch })
  return subOf(await verifier.userinfo(ownToken, {}))
})
const secret = crypto.getRandomValues(new Uint8Array(32))
const sealedToken = await new CompactEncrypt(new TextEncoder().encode('x'))
  .setProtectedHeader({ alg: 'dir', enc: 'A256GCM' })
  .encrypt(secret)
const octKey = { kty: 'oct', k: Buffer.from(secret).toString('base64url') }
for (const options of [{ alg: 'dir' }, { enc: 'A256GCM' }]) {
  attack(`decryptJwe with ${Object.keys(options)} alone`, async () => {
    return (await decryptJwe(sealedToken, octKey, options)) && 'a plaintext'
  })
}
attack('decryptJwe with no key', async () => {
  return (await decryptJwe(sealedToken, { kty: 'oct' }, { alg: 'dir', enc: 'A256GCM' })) && 'a plaintext'
})
attack('session.getAccessToken()', async () => {
  requests = []
  await visitor.sessions.with(visitor.request('/'), async (session) => {
    await session?.getAccessToken().catch(() => {})
    return new Response()
  })
  return requests.length ? `a request to ${requests}` : undefined
})
attack('a second use with memoryReplay()', async () => {
  const replay = memoryReplay()
  await replay.putIfAbsent('a', 60)
  return (await replay.putIfAbsent('a', 60)) ? 'a replay' : undefined
})
const scripts = (await readdir(folder, { recursive: true }))
  // The inlined modules are base64 text, which has no names.
  .filter((name) => name.endsWith('.js') && !name.endsWith('-inline.js'))
  .map((name) => readFile(new URL(name, folder), 'utf8'))
// Values that say more than a text does.
for (const [name, ...texts] of [
  ['alg', '"dir"'],
  ['enc', '"A256GCM"'],
  ['keys', JSON.stringify([octKey])],
  ['k', JSON.stringify(octKey.k)],
  ['introspection', '{"endpoint":"https://evil.example/introspect"}'],
  ['userinfo', '{"endpoint":"https://evil.example/me"}'],
  ['most', '0', '-1'],
]) {
  recorded[name] = [...(Object.hasOwn(recorded, name) ? recorded[name] : []), ...texts]
}
const names = namesIn(await Promise.all(scripts))
const reached = await sweep({ names, recorded, values: VALUES, attacks })
console.log(JSON.stringify({ names: names.length, recorded: Object.keys(recorded).length, reached }))
process.exit(0)
