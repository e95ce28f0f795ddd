// The implicit flow of Entrust IDaaS (response_type=id_token), which only a module of its own has.
import assert from 'node:assert/strict'
import { createSign, generateKeyPairSync } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import test from 'node:test'
import { openAgent } from '../../../www/emulators/engine/agent.js'
import { openBrowser } from '../support/browser.mjs'
import { advanceClock } from '../support/clock.mjs'
import { api, app, host, issuer, startEntrust } from '../support/entrust.mjs'
import { folder, load } from '../support/package.mjs'
import { code } from '../support/stage.mjs'

const [{ createImplicitClient }, { entrust }, { createClient }] = await Promise.all(['./implicit', './providers', '.'].map((entry) => load(entry)))
const own = generateKeyPairSync('rsa', { modulusLength: 2048 })
const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url')
const now = () => Math.floor(Date.now() / 1000)

const settingsOf = (emulator, more) => ({
  allowImplicit: true, provider: entrust({ host }), clientId: 'old-app', redirectUri: '/callback', fetch: emulator.fetch, log() {}, ...more,
})

/** A page of the app; the browser keeps sessionStorage. */
function open(browser, emulator, url, more) {
  const page = browser.visit(url)
  return { page, auth: createImplicitClient(settingsOf(emulator, more)) }
}

/** Goes to the provider and back; the address of the response. */
async function go(emulator, browser, options, more) {
  const { page, auth } = open(browser, emulator, `${app}/inbox?x=1`, more)
  const away = await Promise.race([page.left, auth.signIn(options)])
  return { away: new URL(away), back: (await openAgent(emulator, app).go(away)).url }
}

test('implicit: a user is signed in without an access token, and a reload finds the user', async (t) => {
  const emulator = await startEntrust(t)
  const browser = openBrowser()
  const { away, back } = await go(emulator, browser)
  const sent = away.searchParams
  assert.deepEqual([sent.get('response_type'), sent.get('response_mode'), sent.has('code_challenge')], ['id_token', 'fragment', false])
  assert.ok(sent.get('nonce') && sent.get('state'))
  const response = new URLSearchParams(new URL(back).hash.slice(1))
  assert.deepEqual([response.has('id_token'), response.has('access_token'), response.has('code')], [true, false, false])
  const { page, auth } = open(browser, emulator, back)
  const user = await auth.start()
  assert.deepEqual([user.iss, user.sub, user.aud], [issuer, 'alice@example.com', 'old-app'])
  assert.equal(page.href, `${app}/inbox?x=1`)
  assert.ok(page.rewritten.every((url) => !url.includes('id_token')), 'the token is gone from the address')
  await assert.rejects(auth.getAccessToken(), code('OIDC_ACCESS_TOKEN_NOT_REQUESTED'))
  const again = open(browser, emulator, `${app}/inbox`)
  assert.equal((await again.auth.start()).sub, user.sub)
  assert.equal(again.auth.user.sub, user.sub)
  advanceClock(t, 3700)
  assert.equal(await open(browser, emulator, `${app}/inbox`).auth.start(), null, 'the session ends with its token')
  assert.equal(emulator.at('/token').length, 0)
})

test('implicit: the same response is taken once', async (t) => {
  const emulator = await startEntrust(t)
  const browser = openBrowser()
  const { back } = await go(emulator, browser)
  await open(browser, emulator, back).auth.start()
  await assert.rejects(open(browser, emulator, back).auth.start(), code('OIDC_STATE_UNKNOWN'))
  await assert.rejects(open(openBrowser(), emulator, back).auth.start(), code('OIDC_STATE_UNKNOWN'))
})

test('implicit: a response with a token that was not asked for, or of another state, is refused', async (t) => {
  const emulator = await startEntrust(t)
  for (const [change, expected, at] of [
    [(hash) => hash.set('access_token', 'x'), 'OIDC_CALLBACK_MALFORMED', 'access_token'],
    [(hash) => hash.set('code', 'x'), 'OIDC_CALLBACK_MALFORMED', 'code'],
    [(hash) => hash.append('id_token', 'x'), 'OIDC_CALLBACK_DUPLICATE', 'id_token'],
    [(hash) => hash.delete('id_token'), 'OIDC_CALLBACK_ISSUER_MISSING'],
    [(hash) => { hash.delete('id_token'); hash.set('iss', issuer) }, 'OIDC_ID_TOKEN_MISSING'],
    [(hash) => hash.set('state', `${hash.get('state')}x`), 'OIDC_STATE_UNKNOWN'],
    [(hash) => hash.set('iss', 'https://evil.example'), 'OIDC_CALLBACK_ISSUER_MISMATCH'],
    [(hash) => { hash.delete('id_token'); hash.set('iss', issuer); hash.set('error', 'access_denied') }, 'OIDC_SIGNIN_REFUSED', 'error'],
  ]) {
    const browser = openBrowser()
    const { back } = await go(emulator, browser)
    const [page, fragment] = back.split('#')
    const hash = new URLSearchParams(fragment)
    change(hash)
    const { auth, page: at2 } = open(browser, emulator, `${page}#${hash}`)
    await assert.rejects(auth.start(), at ? code(expected, at) : code(expected), String(hash))
    assert.equal(auth.user, null)
    assert.equal(new URL(at2.href).hash, '')
  }
  const browser = openBrowser()
  const { back } = await go(emulator, browser)
  await assert.rejects(open(browser, emulator, back.replace('#', '?')).auth.start(), code('OIDC_CALLBACK_MODE', 'response_mode'))
})

test('implicit: the ID token is verified like any other', async (t) => {
  const emulator = await startEntrust(t)
  emulator.answers['/jwks'] = async (response) => {
    const { keys } = await response.json()
    return Response.json({ keys: [...keys, { ...own.publicKey.export({ format: 'jwk' }), kid: 'own', use: 'sig', alg: 'RS256' }] })
  }
  for (const [change, expected, header] of [
    [(claims) => { claims.nonce = 'another' }, 'OIDC_NONCE_MISMATCH'],
    [(claims) => { delete claims.nonce }, 'OIDC_CLAIM_INVALID'],
    [(claims) => { claims.aud = 'other' }, 'OIDC_AUDIENCE_MISMATCH'],
    [(claims) => { claims.iss = 'https://other.us.trustedauth.com/api/oidc' }, 'OIDC_ISSUER_MISMATCH'],
    [(claims) => { claims.exp = now() - 120 }, 'OIDC_TOKEN_EXPIRED'],
    [() => {}, 'OIDC_ALG_FORBIDDEN', { alg: 'none' }],
    [() => {}, 'OIDC_SIGNATURE_INVALID', { alg: 'RS256', kid: 'own', broken: true }],
  ]) {
    const browser = openBrowser()
    const { back } = await go(emulator, browser)
    const [page, fragment] = back.split('#')
    const hash = new URLSearchParams(fragment)
    const claims = JSON.parse(Buffer.from(hash.get('id_token').split('.')[1], 'base64url'))
    change(claims)
    const { broken, ...head } = header ?? { alg: 'RS256', kid: 'own' }
    const input = `${part(head)}.${part(claims)}`
    const signature = head.alg === 'none' ? '' : createSign('sha256').update(broken ? 'x' : input).sign(own.privateKey, 'base64url')
    hash.set('id_token', `${input}.${signature}`)
    const { auth } = open(browser, emulator, `${page}#${hash}`)
    await assert.rejects(auth.start(), code(expected), expected)
    assert.equal(await open(browser, emulator, `${app}/`).auth.start(), null)
  }
})

test('implicit: acrValues and maxAge are verified, and options that the provider refuses are refused', async (t) => {
  const emulator = await startEntrust(t)
  const browser = openBrowser()
  emulator.person.acr = 'knowledge'
  const { back } = await go(emulator, browser, { acrValues: ['possession'], maxAge: 60 })
  await assert.rejects(open(browser, emulator, back).auth.start(), code('OIDC_ACR_MISMATCH'))
  await assert.rejects(go(emulator, browser, { uiLocales: 'de' }), code('OIDC_SIGNIN_OPTION_INVALID', 'uiLocales'))
  await assert.rejects(go(emulator, browser, { returnTo: '//evil.example' }), code('OIDC_SIGNIN_OPTION_INVALID', 'returnTo'))
})

test('implicit: it needs an explicit opt-in, and warns', async (t) => {
  const emulator = await startEntrust(t)
  openBrowser().visit(`${app}/`)
  const lines = []
  const without = (value) => createImplicitClient({ ...settingsOf(emulator), allowImplicit: value })
  assert.throws(() => without(undefined), code('OIDC_CONFIG_INVALID', 'allowImplicit'))
  await assert.rejects(without(false).start(), code('OIDC_CONFIG_INSECURE', 'allowImplicit'))
  for (const name of ['refresh', 'apis', 'store', 'dpop']) {
    assert.throws(() => createImplicitClient({ ...settingsOf(emulator), [name]: true }), code('OIDC_CONFIG_INVALID', name))
  }
  await createImplicitClient(settingsOf(emulator, { log: (line) => lines.push(line) })).start()
  assert.match(lines.join(), /deprecated/)
})

test('implicit: a provider that does not list id_token is asked for nothing', async (t) => {
  const emulator = await startEntrust(t)
  const metadataOverlay = { response_types_supported: ['code'] }
  await assert.rejects(go(emulator, openBrowser(), {}, { metadataOverlay }), code('OIDC_UNSUPPORTED_BY_PROVIDER', 'response_types_supported'))
  assert.equal(emulator.at('/auth').length, 0)
})

test('implicit: a sign-out forgets the user, and ends the session at the provider', async (t) => {
  const emulator = await startEntrust(t)
  const browser = openBrowser()
  const { back } = await go(emulator, browser)
  const { auth, page } = open(browser, emulator, back, { postLogoutRedirectUri: '/' })
  await auth.start()
  void auth.signOut()
  const left = new URL(await page.left)
  assert.equal(left.origin + left.pathname, `${issuer}/session/end`)
  assert.deepEqual([...left.searchParams.keys()].sort(), ['client_id', 'post_logout_redirect_uri'])
  assert.equal(auth.user, null)
  assert.equal(await open(browser, emulator, `${app}/`).auth.start(), null)
})

test('implicit: the ordinary client neither sends such a request nor takes such a response', async (t) => {
  const emulator = await startEntrust(t)
  const browser = openBrowser()
  const { back } = await go(emulator, browser)
  browser.visit(back)
  const auth = createClient({ provider: entrust({ host }), clientId: 'old-app', redirectUri: '/callback', store: 'session', fetch: emulator.fetch })
  t.after(() => auth.close())
  const user = await auth.start().catch(() => null)
  assert.equal(user, null)
  await assert.rejects(auth.signIn({ extra: { response_type: 'id_token' } }), code('OIDC_EXTRA_FORBIDDEN', 'response_type'))
  assert.throws(() => createClient({ provider: entrust({ host, audience: api }), clientId: 'c', redirectUri: '/callback', allowImplicit: true }), code('OIDC_CONFIG_INVALID', 'allowImplicit'))
})

test('implicit: no other entry of the package imports the module', () => {
  const entries = new URL('entry/', folder)
  for (const name of readdirSync(entries).filter((one) => one !== 'implicit')) {
    for (const file of readdirSync(new URL(`${name}/`, entries)).filter((one) => one.endsWith('.js'))) {
      assert.doesNotMatch(readFileSync(new URL(`${name}/${file}`, entries), 'utf8'), /implicit/, `${name}/${file}`)
    }
  }
})
