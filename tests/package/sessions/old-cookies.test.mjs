// Cookies that an earlier package sealed stay readable. `tests/vectors/saved/cookies.mjs` made them.
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import test from 'node:test'
import { load } from '../support/package.mjs'
import { app, cookiesOf, makeProvider, settingsWith } from '../../vectors/saved/cookies.mjs'

const { createSessions } = await load('./sessions')
const saved = JSON.parse(await readFile(new URL('../../vectors/saved/cookies.json', import.meta.url), 'utf8'))
const requestWith = (cookies, path = '/', init = {}) =>
  new Request(`${app}${path}`, { ...init, headers: { cookie: cookies.join('; '), ...init.headers } })

function setStage(t, seconds) {
  t.mock.timers.enable({ apis: ['Date'], now: (saved.savedAt + seconds) * 1000 })
  const provider = makeProvider(() => saved.savedAt + seconds)
  return { provider, sessions: createSessions(settingsWith(provider.fetch)) }
}

test('BFF-02: a session of an earlier package is open, has its tokens, renews, and signs out', async (t) => {
  const { sessions, provider } = setStage(t, 600)
  assert.equal((await sessions.session(requestWith(saved.session))).user.email, 'a@b.example')
  let tokens
  const act = (options) => async (session) => {
    tokens = await session.getAccessToken(options)
    return new Response('')
  }
  const first = await sessions.with(requestWith(saved.session), act())
  assert.deepEqual([tokens.accessToken, cookiesOf(first), provider.forms.length], ['token-1', [], 0])
  const renewed = await sessions.with(requestWith(saved.session), act({ renew: true }))
  assert.equal(provider.forms[0].refresh_token, 'refresh-1')
  const user = await createSessions(settingsWith(provider.fetch)).session(requestWith(cookiesOf(renewed)))
  assert.equal(user.user.sub, 'alice')
  const out = await sessions.handle(requestWith(cookiesOf(renewed), '/auth/logout', { method: 'POST', headers: { origin: app } }))
  assert.ok(new URL(out.headers.get('location')).searchParams.get('id_token_hint'))
})

test('BFF-11: a sign-in that began with an earlier package finishes', async (t) => {
  const { sessions, provider } = setStage(t, 60)
  const { cookies, state, nonce } = saved.pending
  provider.nonce = nonce
  const done = await sessions.handle(requestWith(cookies, `/auth/callback?code=x&state=${state}`))
  assert.equal(done.headers.get('location'), `${app}/inbox`)
  assert.equal(provider.forms[0].code_verifier.length, 43)
})
