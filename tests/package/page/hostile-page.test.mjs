// A page that other scripts have been at, and settings that no page may have.
import assert from 'node:assert/strict'
import test from 'node:test'
import { load } from '../support/package.mjs'
import { withProperties } from '../support/polluted.mjs'
import { code, setStage } from '../support/stage.mjs'

const polluted = {
  ...{ alg: 'none', aud: 'spa', azp: 'spa', sub: 'mallory', iss: 'https://evil.example' },
  ...{ nonce: 'n', exp: 2 ** 40, at_hash: 'x', kid: 'k', typ: 'JWT', use: 'enc', scope: 'admin' },
  ...{ access_token: 'evil', token_endpoint: 'https://evil.example/token', state: 's', code: 'c' },
  ...{ clientId: 'evil', redirectUri: 'https://evil.example/', prompt: 'none', was: 'x' },
}

/** Hangs a value on every object of this process; gives what takes it away. */
function pollute(name, value) {
  Object.defineProperty(Object.prototype, name, { value, configurable: true, writable: true })
  return () => delete Object.prototype[name]
}

// Node's own SubtleCrypto reads members that an object only inherits: some of these make every sign-in fail,
// which is no danger. In browsers, see the stories.
for (const [name, value] of Object.entries(polluted)) {
  test(`WEB-16: Object.prototype.${name} signs no other user in, and helps no attacker`, async (t) => {
    const stage = await setStage(t)
    const { auth } = stage.open(await stage.goAndComeBack())
    const restore = pollute(name, value)
    const end = await auth.start().then((user) => user?.sub, (error) => error.code).finally(restore)
    assert.match(String(end), /^(alice|OIDC_SIGNATURE_INVALID|OIDC_INTERNAL)$/)
    stage.double.claims = { aud: 'another-client' }
    const next = stage.open(await stage.goAndComeBack()).auth
    const again = pollute(name, value)
    await assert.rejects(next.start().finally(again), ({ code }) =>
      /^OIDC_(AUDIENCE_MISMATCH|SIGNATURE_INVALID|INTERNAL)$/.test(code))
  })
}

test('WEB-17: secrets stay random if a script replaces Math.random, Date and JSON.parse', async (t) => {
  t.mock.method(Math, 'random', () => 0.5)
  const stage = await setStage(t)
  const asked = []
  for (const page of ['/a', '/b']) {
    const { page: here, auth } = stage.open(page)
    auth.signIn().catch(() => {})
    asked.push(new URL(await here.left).searchParams)
  }
  for (const name of ['state', 'nonce', 'code_challenge']) {
    const [one, two] = asked.map((parameters) => parameters.get(name))
    assert.match(one, /^[\w.~-]{43,}$/, name)
    assert.notEqual(one, two, name)
  }
})

test('TOK-11: a page refuses a client secret as a setting', async () => {
  const { createClient } = await load()
  const settings = { issuer: 'https://id.example.com', clientId: 'spa', redirectUri: '/' }
  for (const name of ['clientSecret', 'client_secret']) {
    assert.throws(() => createClient({ ...settings, [name]: 's' }), code('OIDC_CONFIG_INVALID', name))
  }
})

test('A1: Object.prototype makes no event of the options of signIn, and gives getAccessToken() no options', async (t) => {
  const stage = await setStage(t)
  const parametersOf = async (options) => {
    const { page, auth } = stage.open('/inbox')
    auth.signIn(options).catch(() => {})
    return new URL(await page.left).searchParams
  }
  for (const value of ['attacker', true, {}, () => {}]) {
    const sent = await withProperties({ preventDefault: value }, () => parametersOf({ acrValues: ['mfa'], maxAge: 0 }))
    assert.deepEqual([sent.get('acr_values'), sent.get('max_age')], ['mfa', '0'])
  }
  // `onClick={auth.signIn}`: the event of a browser, and that of React, which inherits its methods too.
  class SyntheticEvent {
    type = 'click'
    preventDefault() {}
  }
  for (const event of [new Event('click'), new SyntheticEvent()]) assert.ok((await parametersOf(event)).has('state'))
  const { auth } = await stage.signIn()
  const before = stage.double.asked.length
  for (const [name, value] of [['renew', true], ['scope', 'admin'], ['resource', 'https://evil.example/']]) {
    await withProperties({ [name]: value }, () => auth.getAccessToken())
  }
  assert.equal(stage.double.asked.length, before)
})

test('an option or a setting that JSON leaves out is refused, and an undefined one is not given', async (t) => {
  const stage = await setStage(t)
  const leftOut = [() => 'mfa', Symbol('mfa'), { toJSON() {} }, new Map([['mfa', 1]]), new Set(['mfa'])]
  const signIn = (options) => {
    const { page, auth } = stage.open('/')
    return Promise.race([auth.signIn(options), page.left])
  }
  for (const value of leftOut) {
    for (const name of ['acrValues', 'maxAge', 'prompt', 'scope', 'claims', 'extra']) {
      await assert.rejects(signIn({ [name]: value }), code('OIDC_SIGNIN_OPTION_INVALID', name))
    }
    await assert.rejects(signIn({ extra: { audience: value } }), code('OIDC_SIGNIN_OPTION_INVALID'))
    const apis = { 'https://api.test/': { scope: value } }
    await assert.rejects(stage.open('/', { apis }).auth.start(), code('OIDC_CONFIG_INVALID'))
  }
  const fails = () => { throw new Error('fails') }
  for (const [claims, at] of [[{ toJSON: fails }, 'claims'], [{ userinfo: {}, id_token: { get acr() { return fails() } } }, 'acr']]) {
    await assert.rejects(signIn({ prompt: 'login', claims }), code('OIDC_SIGNIN_OPTION_INVALID', at))
  }
  const { page, auth } = stage.open('/')
  auth.signIn({ acrValues: undefined, maxAge: 0 }).catch(() => {})
  const sent = new URL(await page.left).searchParams
  assert.deepEqual([sent.has('acr_values'), sent.get('max_age')], [false, '0'])
})
