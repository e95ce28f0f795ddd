// A page that other scripts have been at, and settings that no page may have.
import assert from 'node:assert/strict'
import test from 'node:test'
import { load } from '../support/package.mjs'
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
