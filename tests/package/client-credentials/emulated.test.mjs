// The grant at the emulators of providers that name an API in their own way, up to a verifier with the preset.
import assert from 'node:assert/strict'
import test from 'node:test'
import { systems } from '../../../www/emulators/data/index.js'
import { clientId, clientSecret, presetOf, startEmulator } from '../../providers/engine/emulator.mjs'
import { load } from '../support/package.mjs'
import { code } from '../support/stage.mjs'

const [{ createMachineClient }, { createVerifier }] = await Promise.all(['./client-credentials', './edge'].map((entry) => load(entry)))
const api = 'https://api.example/'

/** The emulator of a system, with a client that has a secret. */
async function open(t, title) {
  const system = systems.find((one) => one.title === title)
  const { spa, refuses, ...token } = system.token
  const emulator = await startEmulator(t, { ...system, token: { ...token, auth: 'client_secret_basic' } })
  const machine = (settings, options = system.options) =>
    createMachineClient({ provider: presetOf(system, options), clientId, clientSecret, fetch: emulator.fetch, ...settings })
  const asked = () => Object.fromEntries(emulator.asked.findLast(({ endpoint }) => endpoint === 'token').params)
  return { emulator, machine, asked, system }
}

for (const { title, settings, sends, audience = api, options, without } of [
  { title: 'Auth0', sends: { audience: api }, without: [{ domain: 'samples.auth0.com' }, 'access_denied'] },
  { title: 'Entra ID, one tenant', settings: { scope: 'https://api.example/.default' }, sends: { scope: 'https://api.example/.default' }, without: [undefined, 'invalid_scope'] },
  { title: 'AD FS', sends: { resource: api }, without: [{ host: 'fs.fabidentity.com' }, 'invalid_request'] },
  { title: 'Okta, a custom authorization server', settings: { scope: 'inbox:read' }, sends: { scope: 'inbox:read' }, audience: 'api://default', without: [undefined, 'invalid_request'] },
  { title: 'Amazon Cognito', settings: { scope: 'inbox/read' }, sends: { scope: 'inbox/read' }, audience: clientId },
  { title: 'Keycloak', sends: {} },
  { title: 'Entrust IDaaS', sends: { audience: api } },
  { title: 'Entrust IDaaS', options: { host: 'example.us.trustedauth.com' }, settings: { audience: api }, sends: { audience: api } },
]) {
  test(`${title}: a token of the client itself, for ${JSON.stringify(sends)}`, async (t) => {
    const { emulator, machine, asked, system } = await open(t, title)
    const { accessToken } = await machine(settings, options).getAccessToken()
    assert.deepEqual(asked(), { grant_type: 'client_credentials', ...sends })
    // A token of the client itself is of no organization.
    const { organization, ...rest } = system.options
    const verifier = createVerifier({ provider: presetOf(system, rest), audience, fetch: emulator.fetch })
    assert.ok(await verifier.verify(accessToken))
    if (!without) return
    await assert.rejects(machine({}, without[0]).getAccessToken(), (error) => error.cause?.error === without[1] && code('OIDC_PROVIDER_ERROR')(error))
  })
}

test('Entrust: audience and resource exclude each other before a request', async (t) => {
  const { emulator, machine } = await open(t, 'Entrust IDaaS')
  const host = 'example.us.trustedauth.com'
  for (const [settings, options] of [
    [{ resource: api }, undefined],
    [{ audience: api, resource: api }, undefined],
    [{ audience: api, resource: api }, { host }],
  ]) {
    await assert.rejects(machine(settings, options).getAccessToken(), code('OIDC_CONFIG_INVALID', 'resource'))
  }
  assert.deepEqual(emulator.asked, [])
})
