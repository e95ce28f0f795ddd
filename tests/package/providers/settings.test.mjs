// Settings beside a preset: what its provider refuses is refused at once, and the error says so.
import assert from 'node:assert/strict'
import test from 'node:test'
import { load } from '../support/package.mjs'

const [presets, { createSessions }, { createVerifier }] = await Promise.all(
  ['./providers', './sessions', './edge'].map((entry) => load(entry)),
)

test('a setting that the provider refuses is refused in sessions, and one that is off is not', async () => {
  const good = {
    clientId: 'c', clientSecret: 's', secret: 'kQ3vN8xT1bZ5mC7wR9yL2dF4hJ6gS0pA', baseUrl: 'https://app.example',
    fetch: async () => new Response('', { status: 503 }),
  }
  for (const [provider, setting, at] of [
    [presets.google(), { maxAge: 60 }, 'maxAge'],
    [presets.google(), { refresh: true }, 'refresh'],
    [presets.apple({ teamId: 'A1' }), { prompt: 'login' }, 'prompt'],
  ]) {
    const errors = []
    const sessions = createSessions({ ...good, provider, ...setting, onError: (error) => void errors.push(error) })
    await sessions.handle(new Request('https://app.example/auth/login')).catch((error) => errors.push(error))
    assert.deepEqual([errors[0].code, errors[0].at], ['OIDC_CONFIG_INVALID', at], `${provider.name} ${at}`)
  }
  const errors = []
  const sessions = createSessions({ ...good, provider: presets.google(), refresh: false, onError: (error) => void errors.push(error) })
  await sessions.handle(new Request('https://app.example/auth/login'))
  assert.equal(errors[0].code, 'OIDC_PROVIDER_UNAVAILABLE')
})

test('a verifier refuses a preset without tokens to verify at once, and names it', () => {
  const okta = presets.okta({ domain: 'a.example' })
  for (const [provider, detail] of [
    [presets.google(), /^google does not serve verifiers/],
    [[okta, presets.google()], /^google/],
    [[okta, presets.auth0], /does not serve/],
    ['https://a.example', /wrong type/],
    [[], /empty/],
  ]) {
    assert.throws(() => createVerifier({ provider, audience: 'api' }), (error) => {
      assert.deepEqual([error.code, error.at], ['OIDC_CONFIG_INVALID', 'provider'])
      assert.match(error.detail, detail)
      return true
    })
  }
})

test('C5: an issuer mismatch at a verifier shows the issuer of the preset', async () => {
  const fetch = async () => Response.json({ issuer: 'https://b.example', jwks_uri: 'https://b.example/keys' })
  const a = presets.okta({ domain: 'a.example' })
  for (const [provider, expected] of [
    [a, '"https://b.example" is not "https://a.example"'],
    [[a, 'https://c.example'], '"https://b.example" is not "https://a.example" or "https://c.example"'],
  ]) {
    await assert.rejects(createVerifier({ provider, audience: 'api', fetch }).ready(), ({ code, detail }) => {
      assert.deepEqual([code, detail], ['OIDC_METADATA_ISSUER_MISMATCH', expected])
      return true
    })
  }
})

test('C5: an option of a preset says what it must be', () => {
  for (const [make, at, detail] of [
    [() => presets.okta({ domain: 'https://a.example' }), 'domain', 'not a host without a scheme and a path'],
    [() => presets.okta({ domain: 'a.example', authorizationServer: '/default' }), 'authorizationServer', 'not one part of a path, without a slash'],
    [() => presets.forgerock({ origin: 'a.example', realm: 'root' }), 'origin', 'not a scheme and a host without a path'],
  ]) {
    assert.throws(make, (error) => {
      assert.deepEqual([error.code, error.at, error.detail], ['OIDC_CONFIG_INVALID', at, detail])
      return true
    })
  }
})
