// Entrust IDaaS (`entrust()`): the list E1 to E10, at a provider that is set up as the vendor's own emulator.
import assert from 'node:assert/strict'
import test from 'node:test'
import { ACR_VALUES, api, app, changed, clientId, host, issuer, open, startEntrust } from '../support/entrust.mjs'
import { load } from '../support/package.mjs'
import { code } from '../support/stage.mjs'

const [{ entrust }, { createSessions }] = await Promise.all(['./providers', './sessions'].map((entry) => load(entry)))

/** The parameters of the last authorization request. */
const sentBy = (emulator) => emulator.at('/auth').findLast(({ params }) => params.has('client_id')).params

test('E1: a sign-in sends login_hint, claims, acr_values, amr_values, audience, org_id and max_age', async (t) => {
  const emulator = await startEntrust(t, { options: { audience: api, organization: 'org-1' } })
  const stage = open(t, emulator)
  const claims = { id_token: { phone_number: { essential: true } } }
  const user = await stage.signIn({
    loginHint: 'alice@example.com', claims, acrValues: ['possession', 'knowledge'], maxAge: 60, extra: { amr_values: 'pwd otp' },
  })
  const sent = sentBy(emulator)
  assert.equal(sent.get('login_hint'), 'alice@example.com')
  assert.deepEqual(JSON.parse(sent.get('claims')), claims)
  assert.equal(sent.get('acr_values'), 'possession knowledge')
  assert.equal(sent.get('amr_values'), 'pwd otp')
  assert.equal(sent.get('audience'), api)
  assert.equal(sent.get('org_id'), 'org-1')
  assert.equal(sent.get('max_age'), '60')
  assert.equal(sent.has('resource'), false)
  assert.equal(sent.get('code_challenge_method'), 'S256')
  assert.deepEqual([user.iss, user.acr, user.phone_number], [issuer, 'possession', '+1 555 0100'])
  assert.ok(user.auth_time)
})

test('E1: resource without audience is sent, and nothing else names the API', async (t) => {
  const emulator = await startEntrust(t)
  await open(t, emulator, { resource: api }).signIn()
  assert.deepEqual([sentBy(emulator).get('resource'), sentBy(emulator).has('audience')], [api, false])
})

test('E1: audience and resource exclude each other, wherever they are set', async (t) => {
  const emulator = await startEntrust(t, { options: { audience: api } })
  const without = await startEntrust(t)
  for (const [at, system, settings, options, expected] of [
    ['resource', emulator, { resource: api }, {}, 'OIDC_SIGNIN_OPTION_INVALID'],
    ['resource', emulator, {}, { resource: api }, 'OIDC_SIGNIN_OPTION_INVALID'],
    ['extra', without, { resource: api }, { extra: { audience: api } }, 'OIDC_SIGNIN_OPTION_INVALID'],
    ['apis', emulator, { apis: { [api]: { resource: api } } }, {}, 'OIDC_CONFIG_INVALID'],
  ]) {
    await assert.rejects(open(t, system, settings).go(options), code(expected, at))
    assert.equal(system.at('/auth').length, 0)
  }
})

test('E1: audience and resource exclude each other on a server too', async () => {
  for (const [more, expected] of [
    [{ resource: api }, ['OIDC_CONFIG_INVALID', 'resource']],
    [{ apis: { [api]: { resource: api } } }, ['OIDC_CONFIG_INVALID', 'apis']],
  ]) {
    const failures = []
    const sessions = createSessions({
      provider: entrust({ host, audience: api }), ...more, clientId: 'server', clientSecret: 'a secret of the provider',
      secret: 'a secret for the cookies of these tests', onError: (error) => void failures.push(error),
    })
    await sessions.handle(new Request(`${app}/auth/login`)).catch((error) => failures.push(error))
    assert.deepEqual([failures[0].code, failures[0].at], expected)
  }
})

test('E1: display, idTokenHint and uiLocales are refused before a request', async (t) => {
  const emulator = await startEntrust(t)
  for (const [options, at] of [
    [{ uiLocales: 'de' }, 'uiLocales'], [{ display: 'popup' }, undefined], [{ idTokenHint: 'x.y.z' }, undefined],
    [{ extra: { display: 'popup' } }, 'extra'],
  ]) {
    await assert.rejects(open(t, emulator).go(options), at ? code('OIDC_SIGNIN_OPTION_INVALID', at) : code('OIDC_SIGNIN_OPTION_INVALID'))
  }
  for (const name of ['id_token_hint', 'ui_locales']) {
    await assert.rejects(open(t, emulator).go({ extra: { [name]: 'x' } }), code('OIDC_EXTRA_FORBIDDEN', name))
  }
  assert.equal(emulator.at('/auth').length, 0)
})

test('E2: offline: consent brings a refresh token, which rotates; a silent request has no such prompt', async (t) => {
  const emulator = await startEntrust(t, { options: { offline: 'consent' }, settings: { refresh: true } })
  const stage = open(t, emulator)
  await stage.signIn()
  const sent = sentBy(emulator)
  assert.equal(sent.get('prompt'), 'consent')
  assert.ok(sent.get('scope').split(' ').includes('offline_access'))
  const before = await stage.accessToken()
  const used = []
  for (const _ of [1, 2]) {
    await stage.accessToken({ renew: true })
    used.push(emulator.at('/token').at(-1).params.get('refresh_token'))
  }
  assert.ok(used[0] && used[1] && used[0] !== used[1])
  assert.notEqual((await stage.accessToken()).accessToken, before.accessToken)
})

test('E2: an option of the sign-in counts more than offline, and without the prompt there is no refresh token', async (t) => {
  const emulator = await startEntrust(t, { options: { offline: 'consent' }, settings: { refresh: true } })
  const stage = open(t, emulator)
  await stage.signIn({ prompt: 'login' })
  assert.equal(sentBy(emulator).get('prompt'), 'login')
  await assert.rejects(stage.accessToken({ renew: true }), code('OIDC_RENEW_UNAVAILABLE'))
  await stage.signIn({ prompt: 'none' })
  const silent = sentBy(emulator)
  assert.deepEqual([silent.get('prompt'), silent.get('scope').includes('offline_access')], ['none', false])
})

test('E3: a sign-in names no response_mode, whether the metadata has web_message or not', async (t) => {
  const emulator = await startEntrust(t)
  for (const modes of [['query', 'web_message'], ['query'], undefined]) {
    emulator.answers['/.well-known/openid-configuration'] = changed((metadata) => { metadata.response_modes_supported = modes })
    assert.equal((await open(t, emulator).signIn()).iss, issuer)
    assert.equal(sentBy(emulator).has('response_mode'), false)
  }
})

test('E4: the acr of the ID token is one of those that were requested', async (t) => {
  const emulator = await startEntrust(t)
  for (const acr of ACR_VALUES) {
    emulator.person.acr = undefined
    assert.equal((await open(t, emulator).signIn({ acrValues: [acr] })).acr, acr)
  }
  emulator.person.acr = 'knowledge'
  assert.equal((await open(t, emulator).signIn({ acrValues: 'possession knowledge' })).acr, 'knowledge')
  const stage = open(t, emulator)
  await assert.rejects(stage.signIn({ acrValues: ['possession', 'inherence'] }), code('OIDC_ACR_MISMATCH'))
  assert.equal(await stage.user(), null)
})

test('E6: an ID token that is a JSON object is refused', async (t) => {
  const emulator = await startEntrust(t)
  for (const idToken of [{ iss: issuer, sub: 'alice', aud: clientId }, ['x'], 1, true]) {
    emulator.answers['/token'] = changed((tokens) => { tokens.id_token = idToken })
    const stage = open(t, emulator)
    await assert.rejects(stage.signIn(), code('OIDC_TOKEN_RESPONSE_INVALID', 'id_token'))
    assert.equal(await stage.user(), null)
  }
})

test('E6: an ID token that is not signed is refused', async (t) => {
  const emulator = await startEntrust(t)
  emulator.answers['/token'] = changed((tokens) => {
    const [, claims] = tokens.id_token.split('.')
    tokens.id_token = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${claims}.`
  })
  await assert.rejects(open(t, emulator).signIn(), code('OIDC_ALG_FORBIDDEN'))
})

test('E7: a sign-out sends client_id and post_logout_redirect_uri, and no id_token_hint', async (t) => {
  const emulator = await startEntrust(t)
  const stage = open(t, emulator)
  await stage.signIn()
  const { asked } = await stage.signOut()
  assert.deepEqual([...asked.searchParams.keys()].filter((name) => name !== 'state').sort(), ['client_id', 'post_logout_redirect_uri'])
  assert.equal(asked.searchParams.get('client_id'), clientId)
  assert.equal(asked.searchParams.get('post_logout_redirect_uri'), `${app}/`)
  assert.equal(asked.origin + asked.pathname, `${issuer}/session/end`)
  assert.equal(await stage.user(), null)
})

test('E8: expires_in may be a text', async (t) => {
  const emulator = await startEntrust(t)
  emulator.answers['/token'] = changed((tokens) => { tokens.expires_in = '1800' })
  const stage = open(t, emulator)
  await stage.signIn()
  const { expiresAt } = await stage.accessToken()
  assert.ok(Math.abs(expiresAt - Date.now() / 1000 - 1800) < 5, String(expiresAt))
})

test('E10: tokens are bound to a key of the browser (DPoP)', async (t) => {
  const emulator = await startEntrust(t)
  const stage = open(t, emulator, { dpop: true })
  const user = await stage.signIn()
  const redeemed = emulator.at('/token').find(({ method }) => method === 'POST')
  assert.equal(redeemed.headers.dpop.split('.').length, 3)
  const tokens = await stage.userInfo()
  assert.equal(tokens.sub, user.sub)
  const asked = emulator.at('/me').at(-1)
  assert.match(asked.headers.authorization, /^DPoP /)
  assert.ok(asked.headers.dpop)
})
