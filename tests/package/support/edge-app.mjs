// An app whose sign-in is held at the edge, and a browser in front of it: cookies are kept and sent as
// RFC 6265 says, redirects are followed by hand.
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { once } from 'node:events'
import { startProvider } from '../../../www/provider/index.js'
import { defaultSwitches } from '../../../www/provider/settings.js'
import { load } from './package.mjs'
import { signInAt } from './person.mjs'

export const app = 'https://app.example'
export const SECRET = 'kQ3vN8xT1bZ5mC7wR9yL2dF4hJ6gS0pA'
export const OTHER = 'zX9cV7bN5mQ3wE1rT8yU6iO4pA2sD0fG'
const clientSecret = 'a secret: with +, % and &, of no short length'

/** Starts a provider with a confidential client; `log` has every request to its token endpoint. */
export async function startOp(t, { switches = {}, auth = 'client_secret_basic', more = {}, use = [] } = {}) {
  const log = []
  const all = { ...defaultSwitches, ...switches }
  const note = async (ctx, next) => {
    await next()
    if (!ctx.path.startsWith('/token')) return
    log.push({ path: ctx.path, grant: ctx.oidc?.params?.grant_type, status: ctx.status, by: ctx.get('authorization').split(' ')[0] })
  }
  const client = {
    client_id: 'edge:app',
    client_secret: clientSecret,
    redirect_uris: [`${app}/auth/callback`],
    post_logout_redirect_uris: [`${app}/`],
    response_types: ['code'],
    grant_types: ['authorization_code', 'refresh_token'],
    token_endpoint_auth_method: auth,
    id_token_signed_response_alg: 'RS256',
    ...more,
  }
  const provider = await startProvider({
    port: 0, appOrigin: app, clients: [client], switches: all, use: [note, ...use],
  })
  t.after(() => provider.close())
  return { ...provider, log, switches: all }
}

/** The settings of the app at a provider. */
export const settingsAt = (issuer, more = {}) => ({
  issuer,
  clientId: 'edge:app',
  clientSecret,
  secret: SECRET,
  allowLoopbackIssuer: true,
  ...more,
})

/** An API that says what it was sent. */
export async function startApi(t) {
  const server = createServer((request, response) => {
    if (request.url === '/away') return response.writeHead(302, { location: '/' }).end()
    response.end(request.headers.authorization ?? 'nothing')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  return `http://127.0.0.1:${server.address().port}/`
}

/** A browser, and the app as `createSessions` makes it of these settings. */
export async function openApp(settings, origin = app) {
  const { createSessions } = await load('./sessions')
  return browse(createSessions(settings), origin)
}

/** A browser in front of sessions. */
export function browse(sessions, origin = app) {
  const jar = new Map()
  const browser = {
    sessions,
    jar,
    /** The `Set-Cookie`s of the last response. */
    lines: [],
    request(path, init = {}) {
      const cookie = [...jar].map(([name, { value }]) => `${name}=${value}`).join('; ')
      return new Request(new URL(path, origin), { ...init, headers: { ...(cookie && { cookie }), ...init.headers } })
    },
    /** Keeps the cookies of a response; returns it. */
    keep(response) {
      browser.lines = response.headers.getSetCookie()
      if (browser.lines.length) {
        assert.equal(response.headers.get('cache-control'), 'private, no-store')
        assert.match(response.headers.get('vary'), /\bcookie\b/i)
      }
      for (const line of browser.lines) store(jar, line, origin)
      return response
    },
    handle: async (path, init) => browser.keep(await sessions.handle(browser.request(path, init))),
    with: async (act, path = '/') => browser.keep(await sessions.with(browser.request(path), act)),
    user: async () => (await sessions.session(browser.request('/')))?.user ?? null,
    /** Signs in by going where the redirects lead. */
    async signIn(login = 'alice@example.com', path = '/auth/login?returnTo=/inbox') {
      const away = await browser.handle(path)
      assert.equal(away.status, 302, await away.text())
      const callback = await signInAt(away.headers.get('location'), login, origin)
      return { callback, response: await browser.handle(callback) }
    },
    signOut: (headers = { origin }) =>
      browser.handle('/auth/logout', { method: 'POST', headers }),
    /** The cookies of the session, without those of sign-ins under way. */
    chunks: () => [...jar.keys()].filter((name) => /countersign(\.\d+)?$/.test(name)).sort(),
    pending: () => [...jar.keys()].filter((name) => name.includes('countersign-')),
  }
  return browser
}

/** Keeps a cookie as a browser does, and refuses what a browser would. */
function store(jar, line, origin) {
  assert.ok(Buffer.byteLength(line) <= 4096, `a cookie of ${Buffer.byteLength(line)} bytes`)
  const [pair, ...attributes] = line.split('; ')
  const [, name, value] = /^([^=]+)=(.*)$/.exec(pair)
  const own = attributes.filter((one) => !one.startsWith('Max-Age='))
  const isSecure = origin.startsWith('https:')
  assert.equal(name.startsWith('__Host-'), isSecure)
  const wanted = ['Path=/', ...(isSecure ? ['Secure'] : []), 'HttpOnly']
  assert.deepEqual(own.filter((one) => !one.startsWith('SameSite=')), wanted)
  assert.match(own.at(-1), /^SameSite=(Lax|Strict)$/)
  const age = attributes.find((one) => one.startsWith('Max-Age='))?.slice(8)
  jar.delete(name)
  if (age !== '0') jar.set(name, { value, sameSite: own.at(-1), age: age && Number(age) })
}
