// createClient checks types and throws at once; the first method checks values.
import assert from 'node:assert/strict'
import test from 'node:test'
import { load } from '../support/package.mjs'
import { code } from '../support/stage.mjs'

const { createClient, OidcError } = await load()
const good = { issuer: 'https://op.example', clientId: 'c', redirectUri: 'https://app.example/cb' }

const bad = {
  clientId: [undefined, '', 7, null],
  redirectUri: [undefined, {}],
  issuer: [undefined, 1],
  scope: [['openid']],
  resource: [7, [7]],
  apis: [['https://api.example/'], 'https://api.example/'],
  algorithms: ['RS256', [1]],
  clockTolerance: ['60', Number.NaN, Number.POSITIVE_INFINITY],
  allowLoopbackIssuer: ['true', 1],
  sessionCheck: ['5', true, Number.NaN],
  frontchannelLogoutSessionRequired: ['false', 0],
  store: ['localStorage', 'cookie', 'constructor', null, 5, {}, { get() {}, set() {} }],
  backend: ['soft', []],
  navigate: ['/'],
  fetch: [{}],
  log: [true],
  cleintId: ['a slip'],
}

for (const [name, values] of Object.entries(bad)) {
  test(`a wrong ${name} is refused at once, by name`, () => {
    for (const value of values) {
      assert.throws(
        () => createClient({ ...good, [name]: value }),
        code('OIDC_CONFIG_INVALID', name),
      )
    }
  })
}

test('settings that are not an object are refused', () => {
  for (const config of [undefined, null, 'https://op.example', []]) {
    assert.throws(() => createClient(config), code('OIDC_CONFIG_INVALID', 'config'))
  }
})

test('metadata replaces the issuer, and undefined counts as missing', () => {
  const { issuer, ...rest } = good
  createClient({ ...rest, metadata: { issuer } }).close()
  createClient({ ...good, scope: undefined }).close()
})

test('WEB-16: a property of Object.prototype is not read as a setting', (t) => {
  Object.prototype.issuer = 'https://evil.example'
  t.after(() => delete Object.prototype.issuer)
  const { issuer, ...rest } = good
  assert.throws(() => createClient(rest), code('OIDC_CONFIG_INVALID', 'issuer'))
})

for (const [name, value, expected] of [
  ['issuer', 'http://op.example', 'OIDC_CONFIG_INSECURE'],
  ['sessionCheck', 0, 'OIDC_CONFIG_INVALID'],
  ['sessionCheck', 86_401, 'OIDC_CONFIG_INVALID'],
  ['issuer', 'https://op.example/?x', 'OIDC_CONFIG_INVALID'],
  ['redirectUri', 'nowhere', 'OIDC_CONFIG_INVALID'],
  ['redirectUri', 'http://app.example/cb', 'OIDC_CONFIG_INSECURE'],
  ['algorithms', ['none'], 'OIDC_CONFIG_INVALID'],
  ['algorithms', ['HS256'], 'OIDC_CONFIG_INVALID'],
  ['clockTolerance', 301, 'OIDC_CONFIG_INVALID'],
]) {
  test(`a ${name} of ${value} is refused by every method`, async () => {
    const auth = createClient({ ...good, [name]: value })
    await assert.rejects(auth.start(), code(expected, name))
    await assert.rejects(auth.start(), code(expected, name))
    await assert.rejects(auth.signIn(), code(expected, name))
    await assert.rejects(auth.getAccessToken(), code(expected, name))
    assert.equal(auth.status, 'signedOut')
  })
}

test('settings that cannot be written as JSON are refused', async () => {
  const metadata = { issuer: 'https://op.example' }
  metadata.self = metadata
  await assert.rejects(createClient({ ...good, metadata }).start(), code('OIDC_CONFIG_INVALID'))
})

test('B30: an OidcError names who must act and what to do, and OidcError.is recognizes it', () => {
  try {
    createClient({})
    assert.fail('this must throw')
  } catch (error) {
    assert.ok(error instanceof OidcError && error instanceof Error)
    assert.deepEqual([error.name, error.blame], ['OidcError', 'App'])
    assert.ok(error.hint.length > 10)
    assert.ok(error.stack.includes('OIDC_CONFIG_INVALID'))
    assert.ok(OidcError.is(error))
    // As it looks from another copy of the package.
    assert.ok(OidcError.is(Object.assign(new Error('x'), { name: 'OidcError', code: error.code })))
    for (const other of [new Error('x'), null, undefined, 'OidcError', {}])
      assert.ok(!OidcError.is(other))
  }
})
