// A sign-out that begins at the provider, and how other tabs hear why a session ended.
import assert from 'node:assert/strict'
import test from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { code, setStage } from '../support/stage.mjs'

/** A stage whose tabs share what is kept, and whose provider names its session. */
async function setSharedStage(t, settings = {}) {
  const stage = await setStage(t, { store: 'local', ...settings })
  stage.double.claims = { sid: 's-1' }
  const { issuer } = stage.double
  stage.right = `/out?iss=${encodeURIComponent(issuer)}&sid=s-1`
  return stage
}

const sessions = ({ browser }) =>
  [...browser.localStorage.texts.keys()].filter((key) => key.includes(':session:')).length

/** The next event of this type. */
const heard = (auth, type) =>
  new Promise((resolve) => auth.addEventListener(type, resolve, { once: true }))

test('LOG-12: only iss and sid of this session sign out, in every tab', async (t) => {
  const stage = await setSharedStage(t)
  const { auth } = await stage.signIn()
  const iss = encodeURIComponent(stage.double.issuer)
  for (const path of ['/out', `/out?iss=${iss}`, '/out?sid=s-1', `/out?iss=${iss}&sid=s-2`]) {
    assert.equal(await stage.open(path).auth.frontchannelLogout(), false, path)
  }
  assert.deepEqual([auth.status, sessions(stage)], ['signedIn', 1])
  const out = heard(auth, 'signedout')
  const framed = stage.open(stage.right)
  assert.equal(await framed.auth.frontchannelLogout(), true)
  assert.deepEqual([framed.auth.status, sessions(stage)], ['signedOut', 0])
  assert.equal((await out).error, undefined)
  assert.equal(auth.user, null)
})

test('LOG-13: on this signal nothing is revoked, and the page goes nowhere', async (t) => {
  const stage = await setSharedStage(t)
  await stage.signIn()
  stage.double.asked.length = 0
  const { auth, page } = stage.open(stage.right)
  assert.equal(await auth.frontchannelLogout(), true)
  assert.deepEqual(stage.double.asked, [])
  assert.equal(await Promise.race([page.left, sleep(50, 'here')]), 'here')
  assert.equal(await auth.frontchannelLogout(), false)
})

test('LOG-12: without sid in the ID token, the app must say that none is sent', async (t) => {
  const stage = await setSharedStage(t)
  stage.double.claims = {}
  await stage.signIn()
  assert.equal(await stage.open(stage.right).auth.frontchannelLogout(), false)
  assert.equal(await stage.open('/out').auth.frontchannelLogout(), false)
  const more = { frontchannelLogoutSessionRequired: false }
  assert.equal(await stage.open('/out', more).auth.frontchannelLogout(), true)
  assert.equal(sessions(stage), 0)
})

test('a front-channel logout can be called off, and a closed client refuses it', async (t) => {
  const stage = await setSharedStage(t)
  const { auth } = stage.open('/out')
  await assert.rejects(auth.frontchannelLogout({ signal: AbortSignal.abort() }), code('OIDC_ABORTED'))
  auth.close()
  await assert.rejects(auth.frontchannelLogout(), code('OIDC_CLOSED'))
})

test('TOK-19: every tab hears why the session ended, in one typed event', async (t) => {
  const stage = await setSharedStage(t)
  const { answers } = stage.double
  const redeem = answers['/token']
  answers['/token'] = (request, body) => {
    const headers = { 'content-type': 'application/json' }
    if (body.includes('grant_type=refresh_token')) {
      return { status: 400, headers, body: '{"error":"invalid_grant"}' }
    }
    const tokens = { ...JSON.parse(redeem(request, body).body), refresh_token: 'r' }
    return { status: 200, headers, body: JSON.stringify(tokens) }
  }
  const { auth } = await stage.signIn()
  const other = stage.open('/').auth
  await other.start()
  const later = Date.now() + 3600_000
  t.mock.method(Date, 'now', () => later)
  const both = [auth, other].map((one) => heard(one, 'signedout'))
  await assert.rejects(auth.getAccessToken(), code('OIDC_SESSION_ENDED'))
  for (const { error } of await Promise.all(both)) code('OIDC_SESSION_ENDED')(error)
  assert.deepEqual([auth.user, other.user, sessions(stage)], [null, null, 0])
  await assert.rejects(other.getAccessToken(), code('OIDC_SIGNIN_REQUIRED'))
  const asked = stage.double.asked.filter(({ body }) => body.includes('refresh_token'))
  assert.equal(asked.length, 1, 'no loop')
})
