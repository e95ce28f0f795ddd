// B11: an app on plain http in a network without https, where browsers have no SubtleCrypto and no locks.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import test from 'node:test'
import { json } from '../support/double.mjs'
import { load } from '../support/package.mjs'
import { code, setStage } from '../support/stage.mjs'

const { soft } = await load('./soft')
const lan = 'http://app.lan:8080'
const settings = { redirectUri: `${lan}/callback`, allowInsecure: true, backend: soft, store: undefined }

/** Removes the APIs that an insecure context lacks. */
function makeInsecure(t) {
  t.mock.getter(crypto, 'subtle', () => undefined)
  const before = Object.getOwnPropertyDescriptor(globalThis, 'navigator')
  Object.defineProperty(globalThis, 'navigator', { configurable: true, value: {} })
  t.after(() => {
    if (before) Object.defineProperty(globalThis, 'navigator', before)
    else delete globalThis.navigator
  })
}

test('B11: with soft, a page on plain http signs in, stays signed in after a reload, and renews', async (t) => {
  await soft.load()
  const stage = await setStage(t, settings)
  const { double, browser } = stage
  const redeem = double.answers['/token']
  let renewed = 0
  double.answers['/token'] = (request, body) => {
    const isRefresh = body.includes('grant_type=refresh_token')
    if (isRefresh) renewed += 1
    if (isRefresh) return json({ access_token: 'renewed', token_type: 'Bearer', expires_in: 3600 })
    return json({ ...JSON.parse(redeem(request, body).body), refresh_token: 'r' })
  }
  double.alg = 'RS512'
  const hash = createHash('sha512').update('token-of-alice').digest()
  double.claims = { at_hash: hash.subarray(0, 32).toString('base64url') }
  makeInsecure(t)
  const failures = []
  const open = (url) => {
    const page = browser.visit(url)
    const auth = stage.createClient({ ...stage.settings })
    for (const type of ['error', 'degraded']) {
      auth.addEventListener(type, ({ error }) => failures.push(error.code))
    }
    t.after(() => auth.close())
    return { page, auth }
  }
  const leaving = open(`${lan}/inbox`)
  leaving.auth.signIn().catch(() => {})
  const back = open(double.authorize(await leaving.page.left))
  assert.equal((await back.auth.start()).sub, 'alice')
  assert.equal(back.page.href, `${lan}/inbox`)
  assert.equal(browser.sessionStorage.texts.size, 1, 'it is kept as a tab keeps it')
  const reloaded = open(`${lan}/inbox`)
  assert.equal((await reloaded.auth.start()).sub, 'alice')
  const later = Date.now() + 3595_000
  t.mock.method(Date, 'now', () => later)
  const both = await Promise.all([reloaded.auth.getAccessToken(), reloaded.auth.getAccessToken()])
  assert.deepEqual(both.map(({ accessToken }) => accessToken), ['renewed', 'renewed'])
  assert.deepEqual([renewed, failures], [1, []])
})

test('B11: a page on plain http refuses a forged token', async (t) => {
  await soft.load()
  const stage = await setStage(t, { ...settings, redirectUri: '/callback' })
  stage.double.signer = stage.double.otherKey()
  const back = await stage.goAndComeBack()
  makeInsecure(t)
  await assert.rejects(stage.open(back).auth.start(), code('OIDC_SIGNATURE_INVALID'))
})

test('B11: a missing backend or setting on plain http has a code', async (t) => {
  const { createClient } = await load()
  const issuer = 'https://op.example'
  const make = (more) => createClient({ issuer, clientId: 'c', redirectUri: `${lan}/cb`, ...more })
  await assert.rejects(make().signIn(), code('OIDC_CONFIG_INSECURE', 'redirectUri'))
  make({ allowInsecure: true }).close()
  makeInsecure(t)
  assert.throws(() => make({ allowInsecure: true }), code('OIDC_INSECURE_CONTEXT', 'backend'))
  const sealed = { allowInsecure: true, backend: soft, store: 'sealed' }
  assert.throws(() => make(sealed), code('OIDC_CONFIG_INVALID', 'store'))
  make({ allowInsecure: true, backend: soft }).close()
  const http = make({ allowInsecure: true, backend: soft, issuer: 'http://op.lan' })
  await assert.rejects(http.signIn(), code('OIDC_CONFIG_INSECURE', 'issuer'))
  const apis = { 'http://api.lan/': {} }
  const open = make({ allowInsecure: true, backend: soft, apis })
  await assert.rejects(open.signIn(), code('OIDC_CONFIG_INSECURE', 'apis'))
})

test('allowInsecure is unknown without renewal', async () => {
  const { createClient } = await load('./slim')
  const config = { issuer: 'https://op.example', clientId: 'c', redirectUri: '/cb', module: {} }
  for (const [name, value] of [['allowInsecure', true], ['silent', false]]) {
    assert.throws(() => createClient({ ...config, [name]: value }), code('OIDC_CONFIG_INVALID', name))
  }
})
