// The settings of a client without users, and the presets of providers.
import assert from 'node:assert/strict'
import test from 'node:test'
import { clientId, clientSecret, setStage } from '../support/machine.mjs'
import { load } from '../support/package.mjs'
import { code } from '../support/stage.mjs'

const [{ createMachineClient, OidcError }, presets] = await Promise.all(['./client-credentials', './providers'].map((entry) => load(entry)))
const issuer = 'https://op.example'
const unreachable = () => Promise.reject(new TypeError('no host'))

const pair = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify'])
const clientKey = { ...(await crypto.subtle.exportKey('jwk', pair.privateKey)), alg: 'ES256' }

test('a setting that is wrong is named, and no request is sent', async () => {
  const base = { issuer, clientId, clientSecret }
  const { clientSecret: _, ...withoutSecret } = base
  for (const [settings, expected, at] of [
    [undefined, 'OIDC_CONFIG_INVALID', 'config'],
    [{ ...base, clientId: undefined }, 'OIDC_CONFIG_INVALID', 'clientId'],
    [{ ...base, issuer: undefined }, 'OIDC_CONFIG_INVALID', 'issuer'],
    [withoutSecret, 'OIDC_CONFIG_INVALID', 'clientSecret'],
    [{ ...withoutSecret, authMethod: 'none' }, 'OIDC_CONFIG_INVALID', 'clientSecret'],
    [{ ...base, clientSecret: '' }, 'OIDC_CONFIG_INVALID', 'clientSecret'],
    [{ ...base, clientKey }, 'OIDC_CONFIG_INVALID', 'clientKey'],
    [{ ...withoutSecret, clientKey: { ...clientKey, alg: undefined } }, 'OIDC_CONFIG_INVALID', 'clientKey'],
    [{ ...base, authMethod: 'tls_client_auth' }, 'OIDC_CONFIG_INVALID', 'authMethod'],
    [{ ...base, scope: 'openid inbox:read' }, 'OIDC_CONFIG_INVALID', 'scope'],
    [{ ...base, scope: 'offline_access' }, 'OIDC_CONFIG_INVALID', 'scope'],
    [{ ...base, resource: [] }, 'OIDC_CONFIG_INVALID', 'resource'],
    [{ ...base, apis: ['inbox'] }, 'OIDC_CONFIG_INVALID', 'apis'],
    [{ ...base, apis: ['https://api.example/?x'] }, 'OIDC_CONFIG_INVALID', 'apis'],
    [{ ...base, apis: { 'https://api.example/': {} } }, 'OIDC_CONFIG_INVALID', 'apis'],
    [{ ...base, apis: ['http://api.example/'] }, 'OIDC_CONFIG_INSECURE', 'apis'],
    [{ ...base, issuer: 'http://op.example' }, 'OIDC_CONFIG_INSECURE', 'issuer'],
    [{ ...base, issuer: 'http://127.0.0.1:1' }, 'OIDC_CONFIG_INSECURE', 'issuer'],
    [{ ...base, issuer: 'https://op.example/{tenantid}/v2.0' }, 'OIDC_CONFIG_INVALID', 'issuer'],
    [{ ...base, metadataOverlay: { issuer: 'https://evil.example' } }, 'OIDC_CONFIG_INVALID', 'metadataOverlay'],
    [{ ...base, discoveryUrl: 'http://op.example/' }, 'OIDC_CONFIG_INSECURE', 'discoveryUrl'],
    [{ ...base, extra: { audience: 'a' } }, 'OIDC_EXTRA_FORBIDDEN', 'audience'],
    [{ ...base, extra: { grant_type: 'password' } }, 'OIDC_EXTRA_FORBIDDEN', 'grant_type'],
    [{ ...base, extra: { x: 1 } }, 'OIDC_CONFIG_INVALID', 'extra'],
    [{ ...base, renewBefore: -1 }, 'OIDC_CONFIG_INVALID', 'renewBefore'],
    [{ ...base, redirectUri: 'https://app.example/' }, 'OIDC_CONFIG_INVALID', 'redirectUri'],
    [{ ...withoutSecret, issuer: undefined, clientKey, metadata: { token_endpoint: `${issuer}/t` } }, 'OIDC_CONFIG_INVALID', 'assertionAudience'],
    [{ ...base, metadata: { issuer: 'https://other.example', token_endpoint: `${issuer}/t` } }, 'OIDC_METADATA_ISSUER_MISMATCH', 'issuer'],
  ]) {
    const asked = []
    const fetch = (input) => asked.push(input) && unreachable()
    const begin = async () => createMachineClient(settings && { ...settings, fetch }).getAccessToken()
    await assert.rejects(begin(), (error) => {
      assert.ok(error instanceof OidcError && error.detail !== '' | error.code === 'OIDC_EXTRA_FORBIDDEN', `${error.stack}`)
      assert.ok(!error.message.includes(clientSecret) && !error.message.includes(clientKey.d))
      return code(expected, at)(error)
    }, JSON.stringify(settings))
    assert.deepEqual(asked, [])
  }
})

test('settings may be a function, which is called once and may fail', async (t) => {
  const { double, open } = await setStage(t)
  let calls = 0
  const made = createMachineClient(() => {
    calls += 1
    return { issuer: double.issuer, clientId, clientSecret, allowLoopbackIssuer: true }
  })
  assert.equal(calls, 0)
  await made.getAccessToken()
  await made.getAccessToken()
  assert.equal(calls, 1)
  const failing = createMachineClient((env) => env.SETTINGS)
  await assert.rejects(failing.getAccessToken(), code('OIDC_ENV_MISSING', 'env'))
  await assert.rejects(failing.fetch('https://api.example/'), code('OIDC_ENV_MISSING', 'env'))
  assert.throws(() => open({ clientId: 7 }), code('OIDC_CONFIG_INVALID', 'clientId'))
})

test('a provider without the grant is refused, and each other preset of servers asks its own metadata', async () => {
  const { google, apple, firebase, entra } = presets
  const client = (provider, more) => createMachineClient({ provider, clientId, clientSecret, fetch: unreachable, ...more })
  for (const provider of [google(), apple({ teamId: 'TEAM123456' })]) {
    await assert.rejects(client(provider).getAccessToken(), code('OIDC_UNSUPPORTED_BY_PROVIDER', 'provider'))
  }
  await assert.rejects(client(firebase({ project: 'p' })).getAccessToken(), code('OIDC_CONFIG_INVALID', 'provider'))
  for (const tenant of ['common', 'organizations']) {
    await assert.rejects(client(entra({ tenant })).getAccessToken(), code('OIDC_CONFIG_INVALID', 'issuer'))
  }
  await assert.rejects(client(entra({ tenant: '00000000-0000-0000-0000-000000000000' }), { issuer }).getAccessToken(), code('OIDC_CONFIG_INVALID', 'issuer'))
})
