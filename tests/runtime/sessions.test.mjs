// Sign-in held at the edge, in every runtime that has an edge: the whole way, inside the runtime, against
// a provider double over sockets. The browsers have no such thing; workerd is in tests/package.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { json, startDouble } from '../package/support/double.mjs'
import { runtimes } from './harness/run.mjs'

const app = 'https://app.example'

/** Signs in, renews for four requests at a time, signs out; gives what it saw. */
const program = (entry, settings) => `
  import { createSessions } from './entry/${entry}.js'
  const settings = ${JSON.stringify(settings)}
  const sessions = createSessions(settings)
  const jar = new Map()
  const request = (path, init) => new Request(new URL(path, '${app}'), {
    ...init, headers: { origin: '${app}', cookie: [...jar].map((pair) => pair.join('=')).join('; ') },
  })
  function keep(response) {
    for (const line of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line)
      if (line.includes('Max-Age=0')) jar.delete(name)
      else jar.set(name, value)
    }
    return response
  }
  const go = async (path, init) => keep(await sessions.handle(request(path, init)))
  export async function tell() {
    const away = (await go('/auth/login?returnTo=/inbox')).headers.get('location')
    const back = await go(await (await fetch(settings.issuer + '/go?' + new URLSearchParams({ to: away }))).text())
    const user = (await sessions.session(request('/'))).user
    const answers = await Promise.all([1, 2, 3, 4].map(() => sessions.with(request('/'), async (session) =>
      new Response(await (await session.fetch(settings.issuer + '/api')).text()))))
    const said = await Promise.all(answers.map((answer) => answer.text()))
    answers.forEach(keep)
    const again = await (await sessions.with(request('/'), (session) => new Response(session?.user.sub))).text()
    const out = await go('/auth/logout', { method: 'POST' })
    const after = await sessions.session(request('/'))
    return [back.status, back.headers.get('location'), user.sub, said, again, out.status, after]
  }
`

// workerd holds sessions in tests/package.
const { workerd, ...others } = runtimes

for (const [name, { entry, missing, tell }] of Object.entries(others)) {
  test(`a sign-in is held in ${name}`, { skip: missing, timeout: 60_000 }, async (t) => {
    const { double, refreshes } = await startProvider(t)
    const settings = {
      issuer: double.issuer, clientId: 'edge', clientSecret: 's', secret: 'kQ3vN8xT1bZ5mC7wR9yL2dF4hJ6gS0pA',
      allowLoopbackIssuer: true, apis: { [`${double.issuer}/api`]: {} },
    }
    const said = await tell(program(`sessions/${entry}`, settings), 'sessions')
    const api = Array.from({ length: 4 }, () => 'Bearer at-1')
    assert.deepEqual(said, [302, `${app}/inbox`, 'alice', api, 'alice', 303, null])
    assert.deepEqual(refreshes, ['rt-0'])
  })
}

/** A double whose first access token is old at once. */
async function startProvider(t) {
  const double = await startDouble()
  t.after(() => double.close())
  const refreshes = []
  const redeem = double.answers['/token']
  double.answers['/token'] = async (request, body) => {
    const token = new URLSearchParams(body).get('refresh_token')
    if (!token) {
      return json({ ...JSON.parse((await redeem(request, body)).body), refresh_token: 'rt-0', expires_in: 0 })
    }
    refreshes.push(token)
    return json({ access_token: 'at-1', token_type: 'Bearer', expires_in: 600, refresh_token: 'rt-1' })
  }
  double.answers['/go'] = ({ url }) => ({
    status: 200, body: double.authorize(new URL(url, double.issuer).searchParams.get('to')),
  })
  double.answers['/api'] = ({ headers }) => ({ status: 200, body: headers.authorization ?? '' })
  return { double, refreshes }
}
