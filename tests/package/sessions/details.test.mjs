// Wrong settings of sessions: the error names the setting, and says what is wrong with it.
import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import test from 'node:test'
import { startDouble } from '../support/double.mjs'
import { app, browse, settingsAt } from '../support/edge-app.mjs'
import { load } from '../support/package.mjs'
import { settingsOf, wrongValuesOf } from '../support/settings-of-docs.mjs'

const { createSessions } = await load('./sessions')
const good = { ...settingsAt('https://op.example'), clientId: 'edge' }

test('C5: every setting of createSessions that has a wrong type or an empty text is named, with the reason', () => {
  const all = settingsOf('createSessions')
  assert.ok(all.length > 30)
  for (const { name, shape, isRequired } of all) {
    const wrong = wrongValuesOf(shape)
    if (isRequired) wrong.push([undefined, /^missing$/])
    for (const [value, detail] of wrong) {
      assert.throws(() => createSessions({ ...good, [name]: value }), (error) => {
        assert.deepEqual([error.code, error.at], ['OIDC_CONFIG_INVALID', name], `${name}: ${JSON.stringify(value)}`)
        assert.match(error.detail, detail)
        return true
      })
    }
    assert.throws(() => createSessions({ ...good, [`${name}s`]: 1 }), { code: 'OIDC_CONFIG_INVALID', at: `${name}s`, detail: 'unknown' })
  }
})

/** The error of a sign-in that begins with these settings. */
async function failureOf(more, origin = app) {
  const seen = []
  const settings = { ...good, ...more, onError: (error) => void seen.push(error) }
  await browse(createSessions(settings), origin).handle('/auth/login').catch((error) => seen.push(error))
  return seen[0]
}

test('C5: a value that sessions refuse is shown, or the rule that it breaks, and no secret', async () => {
  const short = 'only 31 bytes, one more needed!'
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const clientKey = { ...publicKey.export({ format: 'jwk' }), alg: 'ES256' }
  const byKey = { clientSecret: undefined, clientKey }
  for (const [more, at, detail] of [
    [{ algorithms: ['RS256', 'HS256', 'none'] }, 'algorithms', /: "HS256"$/],
    [{ algorithms: [] }, 'algorithms', /: \[\]$/],
    [{ idTokenSignedResponseAlg: 'none' }, 'idTokenSignedResponseAlg', /: "none"$/],
    [{ idTokenSignedResponseAlg: 'HS256', clientSecret: short }, 'clientSecret', /fewer than 32 bytes.*HS256/],
    [{ clockTolerance: 301 }, 'clockTolerance', /not 0 to 300/],
    [{ maxAge: -1 }, 'maxAge', /: -1$/],
    [{ maxTokenAge: -2 }, 'maxTokenAge', /: -2$/],
    [{ renewBefore: -3 }, 'renewBefore', /: -3$/],
    [{ refreshGrace: -4 }, 'refreshGrace', /: -4$/],
    [{ responseMode: 'fragment' }, 'responseMode', /"fragment"/],
    [{ authMethod: 'client_secret_jwt' }, 'authMethod', /"client_secret_jwt"/],
    [{ ...byKey, authMethod: 'client_secret_basic' }, 'authMethod', /beside clientKey/],
    [{ ...byKey, clientKey: { ...clientKey, alg: 'HS256' } }, 'clientKey', /alg/],
    [{ requireSignedRequestObject: true }, 'clientKey', /missing/],
    [{ assertionAudience: [] }, 'assertionAudience', /: \[\]$/],
    [{ assertionAudience: ' ' }, 'assertionAudience', /: " "$/],
    [{ extra: { a: 'x', b: 1 } }, 'extra', /"b" is no text/],
    [{ apis: { 'https://api.test/': 'x' } }, 'apis', /not \{ scope, resource \}/],
    [{ apis: { 'https://api.test/': { scopes: 'x' } } }, 'apis', /not \{ scope, resource \}/],
    [{ postLogoutRedirectUri: '/bye#x' }, 'postLogoutRedirectUri', /fragment/],
    [{ issuer: 'https://op.example/?x' }, 'issuer', /query/],
  ]) {
    const error = await failureOf(more)
    assert.deepEqual([error?.code, error?.at], ['OIDC_CONFIG_INVALID', at], JSON.stringify(more))
    assert.match(error.detail, detail)
    for (const secret of [short, clientKey.x]) assert.ok(!error.message.includes(secret))
  }
})

test('C5: the detail names http where https is required, for baseUrl and for a request without it', async () => {
  const given = await failureOf({ baseUrl: 'http://app.example', allowInsecure: false })
  assert.deepEqual([given.code, given.at, given.detail], ['OIDC_CONFIG_INSECURE', 'baseUrl', 'http, where https is required'])
  const { baseUrl, ...rest } = good
  const seen = []
  const sessions = createSessions({ ...rest, onError: (error) => void seen.push(error) })
  await sessions.handle(new Request('http://app.example/auth/login')).catch((error) => seen.push(error))
  assert.deepEqual([seen[0].code, seen[0].at], ['OIDC_CONFIG_INSECURE', 'baseUrl'])
  assert.match(seen[0].detail, /^missing, .*http, where https is required$/)
})

test('C5: a cookie setting of a wrong type is named, with the reason', () => {
  for (const [cookie, detail] of [
    [new Map(), /wrong type, not object/],
    [{ name: '' }, /name/],
    [{ name: 1.5 }, /name/],
    [{ sameSite: '' }, /sameSite/],
    [{ maxAge: '5' }, /maxAge/],
    [{ name: 'a', domain: 'x' }, /unknown member domain/],
  ]) {
    assert.throws(() => createSessions({ ...good, cookie }), (error) => {
      assert.deepEqual([error.code, error.at], ['OIDC_CONFIG_INVALID', 'cookie'])
      assert.match(error.detail, detail)
      return true
    })
  }
})

test('C5: of two requests that fail at once, each error has the address of its own', async (t) => {
  const double = await startDouble()
  t.after(() => double.close())
  const isFailing = { token: false, keys: false }
  const waiting = {}
  const callProvider = (url, init) => {
    const name = /token$/.test(url) ? 'token' : /jwks|keys|certs/.test(url) ? 'keys' : ''
    if (!isFailing[name]) return fetch(url, init)
    return new Promise((_, reject) => {
      waiting[name] = () => reject(new TypeError('down'))
      // The keys fail just after the tokens.
      if (waiting.token && waiting.keys) for (const fail of [waiting.token, waiting.keys]) fail()
    })
  }
  const seen = []
  const settings = { ...settingsAt(double.issuer), clientId: 'edge', fetch: callProvider, onError: (error) => void seen.push(error) }
  const browser = browse(createSessions(settings), app)
  const away = await browser.handle('/auth/login')
  Object.assign(isFailing, { token: true, keys: true })
  await browser.handle(double.authorize(away.headers.get('location')))
  assert.deepEqual([seen[0].code, seen[0].at], ['OIDC_NETWORK_FAILED', 'token_endpoint'])
  assert.equal(new URL(seen[0].detail).pathname, '/token')
})

test('C5: the detail shows no password of an address, and says that JSON lacks a value', async () => {
  for (const [more, at, detail] of [
    [{ issuer: 'https://u:a-password@id.example.com' }, 'issuer', 'has a user name or a password'],
    [{ postLogoutRedirectUri: 'https://u:a-password@app.example/' }, 'postLogoutRedirectUri', 'has a user name or a password'],
    [{ extra: new Map() }, 'extra', 'no value that JSON has, or a text with NUL'],
    [{ clientId: 'a\0b' }, 'clientId', 'no value that JSON has, or a text with NUL'],
    [{ scope: 'openid \ud800' }, 'scope', 'no value that JSON has, or a text with NUL'],
    [{ maxAge: Number.NaN }, 'maxAge', 'wrong type, not number'],
  ]) {
    const error = await failureOf(more).catch((thrown) => thrown)
    assert.deepEqual([error.code, error.at, error.detail], ['OIDC_CONFIG_INVALID', at, detail])
    assert.ok(!error.message.includes('a-password'))
  }
})

test('C5: the issuer of a stranger brings no control character into a detail or a message', async () => {
  const issuer = 'https://evil.example/\n[INFO] signed in\u001b[2J\u202e'
  const fetch = async () => Response.json({ issuer, authorization_endpoint: 'https://evil.example/a' })
  const error = await failureOf({ fetch })
  assert.equal(error.code, 'OIDC_METADATA_ISSUER_MISMATCH')
  assert.match(error.detail, /evil\.example/)
  assert.doesNotMatch(error.detail + error.message, /\p{C}/u)
})

test('a preset of a provider that serves no sessions is named, and not the issuer', async () => {
  const { firebase } = await load('./providers')
  const settings = { ...good, issuer: undefined, provider: firebase({ project: 'example' }) }
  assert.throws(() => createSessions(settings), { code: 'OIDC_CONFIG_INVALID', at: 'provider' })
})
