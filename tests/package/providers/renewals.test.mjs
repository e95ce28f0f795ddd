// A renewal, and a deploy: what the app and its preset demand of a user holds after the sign-in too.
import assert from 'node:assert/strict'
import test from 'node:test'
import { systems } from '../../../www/emulators/data/index.js'
import { presetOf, startEmulator } from '../../providers/engine/emulator.mjs'
import { openApp } from '../../providers/engine/stage.mjs'
import { advanceClock } from '../support/clock.mjs'
import { idToken } from '../support/double.mjs'
import { browse } from '../support/edge-app.mjs'
import { load } from '../support/package.mjs'
import { startIdp } from '../support/servicenow.mjs'
import { code, setStage } from '../support/stage.mjs'
import { openWorkers } from '../support/workers.mjs'

const [{ createSessions }, presets] = await Promise.all(['./sessions', './providers'].map((entry) => load(entry)))
const OTHER = '0fd1a5b3-7a3d-4a0b-9a46-3f9c1d2e4f50'
const OWNER = 'urn:zitadel:iam:user:resourceowner:id'
const set = (more) => (claims) => Object.assign(claims, more)
const without = (name) => (claims) => delete claims[name]
const anotherTenant = set({ tid: OTHER, iss: `https://login.microsoftonline.com/${OTHER}/v2.0` })

/** A system with an app that signed in with the claims of `first`, whose next tokens have those of `second`. */
async function signedIn(t, title, { options, first, second, settings }) {
  const system = systems.find((one) => one.title === title)
  assert.ok(system, title)
  const emulator = await startEmulator(t, { ...system, options: { ...system.options, ...options } })
  const stage = openApp(t, emulator, { preset: presetOf(system, { ...system.options, ...options }), settings })
  emulator.fault.idToken = first
  const user = await stage.signIn(system.signInOptions)
  emulator.fault.idToken = second
  return { emulator, stage, user: user ?? stage.user() }
}

const GOOGLE = { hostedDomain: 'example.com', accessType: 'offline' }
const refusals = [
  ['Entra ID, many tenants', undefined, undefined, anotherTenant, 'OIDC_TENANT_FORBIDDEN', 'tid'],
  ['Auth0', { organization: 'org_1' }, set({ org_id: 'org_1' }), set({ org_id: 'org_2' }), 'OIDC_TENANT_FORBIDDEN', 'org_id'],
  ['Google', GOOGLE, set({ hd: 'example.com' }), set({ hd: 'b.example' }), 'OIDC_TENANT_FORBIDDEN', 'hd'],
  ['ZITADEL', { organization: '7' }, set({ [OWNER]: '7' }), set({ [OWNER]: '8' }), 'OIDC_TENANT_FORBIDDEN', 'requiredClaims'],
  ['Google', { accessType: 'offline' }, undefined, set({ iss: 'https://evil.example' }), 'OIDC_ISSUER_MISMATCH', ''],
  ...['Auth0', 'Google', 'Entra ID, many tenants'].map((title) => [
    title, title === 'Google' ? { accessType: 'offline' } : undefined, undefined, set({ typ: 'Bearer' }), 'OIDC_TYP_FORBIDDEN', '',
  ]),
]
for (const [title, options, first, second, end, at] of refusals) {
  test(`D4: ${title}: a renewal that ends with ${end} ${at} ends the session, and keeps nothing`, async (t) => {
    const { emulator, stage } = await signedIn(t, title, { options, first, second })
    advanceClock(t, 3700)
    await assert.rejects(stage.accessToken({ renew: true }), code(end, at || undefined))
    assert.equal((await stage.user()) ?? null, null)
    // On a server a request without a session has no object to ask; the mark of the used sign-in is no session.
    if (stage.auth) await assert.rejects(stage.accessToken({ renew: true }), code('OIDC_SIGNIN_REQUIRED'))
    else assert.deepEqual([...stage.browser.jar.keys()].filter((name) => !name.startsWith('__Host-countersign-cs.')), [])
    assert.equal(emulator.count('token', 'refresh_token'), 1)
  })
}

for (const [title, options, first, second] of [
  ['Auth0', { organization: 'org_1' }, set({ org_id: 'org_1' }), without('org_id')],
  ['Google', GOOGLE, set({ hd: 'example.com' }), without('hd')],
  ['ZITADEL', { organization: '7' }, set({ [OWNER]: '7' }), without(OWNER)],
]) {
  test(`D4: ${title}: a renewal without the required claim keeps that of the sign-in`, async (t) => {
    const { emulator, stage } = await signedIn(t, title, { options, first, second })
    for (const round of [1, 2]) {
      advanceClock(t, 3700)
      assert.ok(await stage.accessToken({ renew: true }))
      assert.equal(emulator.count('token', 'refresh_token'), round)
    }
    const [[name, value]] = Object.entries(first({}))
    assert.equal((await stage.user())[name], value)
  })
}

for (const [title, options, names] of [
  ['Google', { accessType: 'offline' }, ['https://accounts.google.com', 'accounts.google.com']],
  ['Apple', undefined, ['https://appleid.apple.com', 'https://account.apple.com']],
]) {
  for (const [first, second] of [names, names.toReversed()]) {
    test(`${title}: a renewal may name ${second} after ${first}, and the user keeps the first`, async (t) => {
      const { stage, user } = await signedIn(t, title, { options, first: set({ iss: first }), second: set({ iss: second }) })
      assert.equal(user.iss, first)
      for (let round = 0; round < 2; round += 1) {
        advanceClock(t, 3700)
        assert.ok(await stage.accessToken({ renew: true }))
        const { iss, sub } = await stage.user()
        assert.deepEqual([iss, sub], [first, user.sub])
      }
    })
  }
}

const AUTH0 = 'https://t.auth0.com/'
/** Sessions at Auth0 before a deploy and after it, and a browser that signed in before it. */
async function deploy(t, claims, before, after) {
  const idp = await startIdp(t)
  let nonce
  const fetch = async (input) => {
    const { pathname } = new URL(input.url ?? input)
    if (pathname === '/keys') return globalThis.fetch(`${idp.origin}/keys`)
    if (pathname === '/token') {
      const id_token = idp.token({ iss: AUTH0, aud: 'c', nonce, ...claims })
      return Response.json({ access_token: 'at', token_type: 'Bearer', expires_in: 300, refresh_token: 'r', id_token })
    }
    const [authorization_endpoint, token_endpoint, jwks_uri] = ['a', 'token', 'keys'].map((name) => AUTH0 + name)
    return Response.json({ issuer: AUTH0, authorization_endpoint, token_endpoint, jwks_uri })
  }
  const make = ({ organization, ...more }) =>
    createSessions({
      clientId: 'c', clientSecret: 's', secret: 'a secret for the cookies of these tests', fetch,
      provider: presets.auth0({ domain: 't.auth0.com', ...(organization && { organization }) }), ...more,
    })
  const browser = browse(make(before))
  const away = new URL((await browser.handle('/auth/login')).headers.get('location'))
  nonce = away.searchParams.get('nonce')
  const back = await browser.handle(`/auth/callback?code=x&state=${away.searchParams.get('state')}`)
  assert.equal(back.status, 302, await back.text())
  assert.equal((await browser.user()).sub, idp.claims().sub)
  const later = browse(make(after))
  for (const [cookie, kept] of browser.jar) later.jar.set(cookie, kept)
  const token = () =>
    later.with(async (session) => {
      const { code: end } = (await session?.getAccessToken().then(() => ({ code: 'token' }), (error) => error)) ?? {}
      return new Response(end ?? 'none')
    }).then((response) => response.text())
  return { user: await later.user(), token: await token() }
}

for (const [name, claims, before, after, isIn] of [
  ['an organization', { org_id: 'org_2' }, {}, { organization: 'org_1' }, false],
  ['the organization of the user', { org_id: 'org_1' }, {}, { organization: 'org_1' }, true],
  ['a claim that the user lacks', {}, {}, { requiredClaims: { dept: 'x' } }, false],
  ['tenants', { tid: OTHER }, {}, { tenants: ['t'] }, false],
  ['the tenant of the user', { tid: 't' }, { keepClaims: [] }, { keepClaims: [], tenants: ['t'] }, true],
  ['a refused tenant', { tid: 't' }, {}, { refusedTenants: ['t'] }, false],
  ['nothing, and keeps few claims', { org_id: 'org_1', x: 1 }, { organization: 'org_1', keepClaims: [] }, { organization: 'org_1', keepClaims: [] }, true],
]) {
  test(`B24: sessions: a deploy that requires ${name} ${isIn ? 'keeps' : 'ends'} a session`, async (t) => {
    const { user, token } = await deploy(t, claims, before, after)
    assert.equal(user !== null && user !== undefined, isIn)
    assert.equal(token, isIn ? 'token' : 'none')
  })
}

test('B24: a page: a deploy that requires another organization ends a stored session', async (t) => {
  const stage = await setStage(t)
  stage.double.claims = { org_id: 'org_2' }
  await stage.signIn()
  for (const [organizations, isIn] of [[['org_1', 'org_2'], true], [['org_1'], false]]) {
    const { auth } = stage.open('/', { requiredClaims: { org_id: organizations } })
    const seen = []
    auth.addEventListener('error', (event) => seen.push(event.error.code))
    assert.equal((await auth.start())?.sub, isIn ? 'alice' : undefined)
    assert.deepEqual(seen, isIn ? [] : ['OIDC_SESSION_UNREADABLE'])
    if (!isIn) await assert.rejects(auth.getAccessToken(), code('OIDC_SIGNIN_REQUIRED'))
    auth.close()
  }
  assert.equal(await stage.open('/').auth.start() ?? null, null, 'nothing is stored')
})

test('D4: the vault: a renewal of another organization ends the session, and keeps nothing', async (t) => {
  await openWorkers(t)
  const settings = { store: undefined, vault: { workerUrl: '/vault-renewals.js' }, requiredClaims: { org_id: 'org_1' } }
  const stage = await setStage(t, settings)
  const { double } = stage
  double.claims = { org_id: 'org_1' }
  const { '/token': redeem } = double.answers
  let answer
  let renewals = 0
  double.answers['/token'] = (request, body) => {
    if (!body.includes('grant_type=refresh_token')) {
      answer = redeem(request, body)
      return { ...answer, body: JSON.stringify({ ...JSON.parse(answer.body), refresh_token: 'r-1' }) }
    }
    renewals += 1
    double.claims = { org_id: renewals === 1 ? undefined : 'org_2' }
    const id_token = idToken(double, { client_id: 'spa' })
    return { ...answer, body: JSON.stringify({ ...JSON.parse(answer.body), id_token, access_token: `at-${renewals}`, refresh_token: 'r-2' }) }
  }
  const { auth } = await stage.signIn()
  assert.equal((await auth.getAccessToken({ renew: true })).accessToken, 'at-1')
  assert.equal(auth.user.org_id, 'org_1')
  await assert.rejects(auth.getAccessToken({ renew: true }), code('OIDC_TENANT_FORBIDDEN', 'org_id'))
  assert.equal(auth.user, null)
  await assert.rejects(auth.getAccessToken({ renew: true }), code('OIDC_SIGNIN_REQUIRED'))
  assert.equal(renewals, 2)
})

test('a page: the issuer of an app is that of its preset', async (t) => {
  const stage = await setStage(t)
  for (const [issuer, end] of [['https://other.example', 'OIDC_CONFIG_INVALID'], [stage.double.issuer, undefined]]) {
    stage.settings.provider = { name: 'p', page: { issuer } }
    const ended = await stage.open('/').auth.start().catch((error) => error)
    assert.deepEqual([ended?.code, ended?.at], end ? [end, 'issuer'] : [undefined, undefined])
  }
})
