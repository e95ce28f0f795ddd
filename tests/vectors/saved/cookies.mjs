// Makes cookies.json: the cookies of a session and of a pending sign-in, sealed by the package in COUNTERSIGN_PACKAGE.
// Run it with the package of a released format only; the test `old-cookies` opens what it wrote then.
import { generateKeyPairSync, sign } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { load } from '../../package/support/package.mjs'

export const issuer = 'https://op.example'
export const app = 'https://app.example'

/** The settings that the cookies were made with. `fetch` is that of a {@link makeProvider}. */
export const settingsWith = (fetch) => ({
  issuer,
  clientId: 'edge',
  clientSecret: 'the secret of a client that never existed',
  secret: 'kQ3vN8xT1bZ5mC7wR9yL2dF4hJ6gS0pA',
  fetch,
})

/** A provider without a network: its `fetch`, and the forms that its token endpoint got. */
export function makeProvider(now) {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const part = (json) => Buffer.from(JSON.stringify(json)).toString('base64url')
  const provider = {
    forms: [],
    nonce: '',
    async fetch(url, { body }) {
      const { pathname } = new URL(url)
      if (pathname === '/keys') return Response.json({ keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'k', alg: 'ES256' }] })
      if (pathname === '/revoke') return new Response('')
      if (pathname !== '/token') {
        const endpoint = (path) => `${issuer}${path}`
        return Response.json({
          issuer, authorization_endpoint: endpoint('/authorize'), token_endpoint: endpoint('/token'), jwks_uri: endpoint('/keys'),
          revocation_endpoint: endpoint('/revoke'), end_session_endpoint: endpoint('/end'),
        })
      }
      const form = Object.fromEntries(new URLSearchParams(body))
      provider.forms.push(form)
      const claims = { iss: issuer, sub: 'alice', aud: 'edge', iat: now(), exp: now() + 3600, nonce: provider.nonce, email: 'a@b.example' }
      const input = `${part({ alg: 'ES256', kid: 'k' })}.${part(claims)}`
      const signature = sign('sha256', Buffer.from(input), { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url')
      const idToken = form.grant_type === 'authorization_code' && { id_token: `${input}.${signature}` }
      return Response.json({
        access_token: `token-${provider.forms.length}`, token_type: 'Bearer', expires_in: 3600, refresh_token: 'refresh-1', ...idToken,
      })
    },
  }
  return provider
}

/** The name-value pairs of the `Set-Cookie`s of a response that do not delete. */
export const cookiesOf = (response) =>
  response.headers.getSetCookie().filter((line) => !/Max-Age=0/.test(line)).map((line) => line.split(';')[0])

async function make() {
  const { createSessions } = await load('./sessions')
  const savedAt = Math.floor(Date.now() / 1000)
  const provider = makeProvider(() => savedAt)
  const sessions = createSessions(settingsWith(provider.fetch))
  const begin = async () => {
    const away = await sessions.handle(new Request(`${app}/auth/login?returnTo=/inbox`))
    const { state, nonce } = Object.fromEntries(new URL(away.headers.get('location')).searchParams)
    return { cookies: cookiesOf(away), state, nonce }
  }
  const { cookies, state, nonce } = await begin()
  provider.nonce = nonce
  const back = new Request(`${app}/auth/callback?code=x&state=${state}`, { headers: { cookie: cookies.join('; ') } })
  const session = cookiesOf(await sessions.handle(back)).filter((line) => !/countersign-/.test(line))
  const text = JSON.stringify({ savedAt, session, pending: await begin() }, undefined, 2)
  await writeFile(new URL('cookies.json', import.meta.url), `${text}\n`)
}

if (process.argv[1] === new URL(import.meta.url).pathname) await make()
