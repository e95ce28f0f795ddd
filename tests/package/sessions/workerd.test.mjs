// Sign-in held in the real Workers runtime, where no request may wait for what another one resolves.
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import test from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { Miniflare } from 'miniflare'
import { bundle } from '../support/bundle.mjs'
import { json, startDouble } from '../support/double.mjs'
import { app, browse, settingsAt } from '../support/edge-app.mjs'
import { folder } from '../support/package.mjs'

const worker = `
  import { createSessions } from './entry/sessions/workerd.js'
  const sessions = createSessions((env) => env.SETTINGS)
  const { now } = Date
  let offset = 0
  Date.now = () => now() + offset
  export default {
    async fetch(request) {
      if (request.url.endsWith('/advance')) {
        offset += 3200
        return new Response()
      }
      const answered = await sessions.handle(request)
      if (answered) return answered
      if (request.url.endsWith('/who')) return Response.json((await sessions.session(request))?.user.sub ?? null)
      return sessions.with(request, async (session) => {
        if (!session) return Response.json(null)
        const api = await session.fetch(request.headers.get('api'))
        return Response.json([session.user.sub, await api.text()])
      })
    },
  }`

/** A Worker with sessions; what a browser needs of them. */
async function start(t, settings) {
  const outside = (build) =>
    build.onResolve({ filter: /\.wasm$/ }, () => ({ path: './sessions.wasm', external: true }))
  const contents = await bundle(worker, folder, {
    external: ['cloudflare:workers'],
    plugins: [{ name: 'wasm', setup: outside }],
  })
  const flare = new Miniflare({
    cf: false,
    compatibilityDate: '2026-04-01',
    modules: [
      { type: 'ESModule', path: 'worker.mjs', contents },
      { type: 'CompiledWasm', path: 'sessions.wasm', contents: await readFile(new URL('sessions.wasm', folder)) },
    ],
    bindings: { SETTINGS: settings },
  })
  t.after(() => flare.dispose())
  const fetch = (request) => {
    const { url, method, headers } = request
    return flare.dispatchFetch(url, { method, headers: Object.fromEntries(headers), redirect: 'manual' })
  }
  return { handle: fetch, fetch }
}

test('a Worker signs in, renews once for eight requests at a time, and signs out', async (t) => {
  const double = await startDouble()
  t.after(() => double.close())
  const redeem = double.answers['/token']
  let refreshes = 0
  double.answers['/token'] = async (request, body) => {
    if (!body.includes('grant_type=refresh_token')) {
      const answer = await redeem(request, body)
      return json({ ...JSON.parse(answer.body), refresh_token: 'rt-0', expires_in: 6 })
    }
    assert.equal(new URLSearchParams(body).get('refresh_token'), `rt-${refreshes}`)
    refreshes += 1
    await sleep(200)
    return json({ access_token: `at-${refreshes}`, token_type: 'Bearer', expires_in: 6, refresh_token: `rt-${refreshes}` })
  }
  double.answers['/api'] = ({ headers }) => ({ status: 200, body: headers.authorization ?? '' })
  const api = `${double.issuer}/api`
  const sessions = await start(t, settingsAt(double.issuer, { clientId: 'edge', apis: { [api]: {} } }))
  const browser = browse(sessions)
  const ask = (path = '/') => sessions.fetch(browser.request(path, { headers: { api } }))
  assert.equal(await (await ask('/who')).json(), null)
  const away = await browser.handle('/auth/login?returnTo=/inbox')
  const back = await browser.handle(double.authorize(away.headers.get('location')))
  assert.equal(back.headers.get('location'), `${app}/inbox`)
  assert.equal(await (await ask('/who')).json(), 'alice')
  assert.deepEqual(await (await ask()).json(), ['alice', 'Bearer token-of-alice'])
  await sessions.fetch(new Request(`${app}/advance`))
  const all = await Promise.all(Array.from({ length: 8 }, () => ask()))
  const said = await Promise.all(all.map((response) => response.json()))
  assert.deepEqual(said, Array.from({ length: 8 }, () => ['alice', 'Bearer at-1']))
  assert.equal(refreshes, 1)
  all.forEach(browser.keep)
  await sessions.fetch(new Request(`${app}/advance`))
  assert.deepEqual(await (await ask()).json(), ['alice', 'Bearer at-2'])
  const out = await browser.signOut()
  assert.equal(out.status, 303)
  assert.deepEqual(browser.chunks(), [])
  assert.equal(double.asked.filter(({ path }) => path === '/revoke').length, 2)
})
