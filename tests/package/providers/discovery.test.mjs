// The presets of `countersign/providers` against recorded metadata: a sign-in goes to the recorded endpoint.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import test from 'node:test'
import { openBrowser } from '../support/browser.mjs'
import { load } from '../support/package.mjs'
import { code } from '../support/stage.mjs'

const [{ createClient }, { createSessions }, { createVerifier }, presets] = await Promise.all(
  ['.', './sessions', './edge', './providers'].map((entry) => load(entry)),
)
const app = 'https://app.example'
const secret = 'a secret for the cookies of these tests'

/** Each recorded document, with the preset and the options for which it is the metadata. */
const DOCUMENTS = [
  ['adfs', { host: 'fs.fabidentity.com' }, 'adfs/openid-configuration'],
  ['apple', { teamId: 'EXAMPLE000' }, 'apple/openid-configuration.wellknown-2024'],
  ['auth0', { domain: 'micronautguides.eu.auth0.com' }, 'auth0/openid-configuration'],
  ['auth0', { domain: 'samples.auth0.com', audience: 'https://api.example/' }, 'auth0/openid-configuration.samples'],
  ['authelia', { domain: 'auth.example.com' }, 'authelia/openid-configuration.reconstructed'],
  ['azureAdB2c', { tenantName: 'sometenantid', tenant: '6babcaad-604b-40ac-a9d7-9fd97c0b779f', policy: 'policy' },
    'azure-ad-b2c/openid-configuration.b2clogin.synthetic'],
  ['cognito', { region: 'eu-west-1', userPool: 'eu-west-1_ZLiEFD4b6', domain: 'login.example' }, 'cognito/openid-configuration'],
  ['entra', { tenant: 'common' }, 'entra/openid-configuration.common.v2'],
  ['entra', { tenant: 'common' }, 'entra/openid-configuration.common.v2.2020'],
  ['entra', { tenant: 'common' }, 'entra/openid-configuration.common.v2.im'],
  ['entra', { tenant: 'organizations' }, 'entra/openid-configuration.organizations.v2'],
  ['forgerock', { origin: 'https://openam-spetrov.forgeblocks.com:443', realm: 'alpha' }, 'forgerock/openid-configuration.aic'],
  ['gitlab', {}, 'gitlab/openid-configuration.wellknown-2024'],
  ['google', { hostedDomain: 'a.example' }, 'google/openid-configuration.2020'],
  ['google', { accessType: 'offline' }, 'google/openid-configuration.im'],
  ['google', {}, 'google/openid-configuration.wellknown-2024'],
  ['okta', { domain: 'dev-265911.oktapreview.com', authorizationServer: 'default' }, 'okta/openid-configuration'],
  ['paypal', {}, 'paypal/openid-configuration'],
  ['paypal', {}, 'paypal/openid-configuration.2020'],
  ['pingone', { environment: '02fb4743-189a-4bc7-9d6c-a919edfe6447', region: 'ca' }, 'pingone/openid-configuration.pingone'],
  ['pingone', { environment: '02fb4743-189a-4bc7-9d6c-a919edfe6447', region: 'ca' }, 'pingone/openid-configuration.pingone-idp-signoff'],
  ['salesforce', { domain: 'login.salesforce.com' }, 'salesforce/openid-configuration'],
  ['slack', {}, 'slack/openid-configuration'],
]

/** The members without which no user can sign in. */
const REQUIRED = ['issuer', 'authorization_endpoint', 'token_endpoint', 'jwks_uri']

const read = (file) => JSON.parse(readFileSync(new URL(`../../vectors/providers/${file}.json`, import.meta.url)))

/** A sign-in with this preset, up to the address at the provider. `asked` has the address of the metadata. */
async function goToProvider(t, provider, metadata, asked = []) {
  const fetch = async (input) => {
    asked.push(String(input.url ?? input))
    return Response.json(metadata)
  }
  const common = { provider, clientId: 'c', fetch }
  if (provider.page) {
    const page = openBrowser().visit(`${app}/`)
    const auth = createClient({ ...common, redirectUri: '/callback', store: 'session' })
    t.after(() => auth.close())
    const away = auth.signIn()
    return new URL(await Promise.race([page.left, away]))
  }
  const sessions = createSessions({ ...common, clientSecret: 'a secret of the provider, 32 bytes or more', secret })
  const response = await sessions.handle(new Request(`${app}/auth/login`))
  assert.equal(response.status, 302, await response.text())
  return new URL(response.headers.get('location'))
}

for (const [name, options, file] of DOCUMENTS) {
  test(`${name}: a sign-in with ${file}`, async (t) => {
    const metadata = read(file)
    const provider = presets[name](options)
    const asked = []
    const address = await goToProvider(t, provider, metadata, asked)
    const { discoveryUrl, metadataOverlay, extra = {} } = provider.page ?? provider.sessions
    const expected = metadataOverlay?.authorization_endpoint ?? metadata.authorization_endpoint
    const { origin, pathname } = new URL(expected)
    assert.equal(`${address.origin}${address.pathname}`, `${origin}${pathname}`)
    assert.equal(asked[0], discoveryUrl ?? `${provider.sessions.issuer.replace(/\/$/, '')}/.well-known/openid-configuration`)
    for (const [parameter, value] of Object.entries(extra)) assert.equal(address.searchParams.get(parameter), value)
    assert.equal(address.searchParams.get('code_challenge_method'), 'S256')
  })

  test(`${name}: no optional member of ${file} is needed`, async (t) => {
    const metadata = read(file)
    for (const member of Object.keys(metadata).filter((member) => !REQUIRED.includes(member))) {
      const { [member]: missing, ...rest } = metadata
      const address = await goToProvider(t, presets[name](options), rest)
      assert.ok(address.searchParams.get('state'), member)
    }
  })

  test(`${name}: metadata of another issuer than that of ${file} is refused`, async (t) => {
    const metadata = { ...read(file), issuer: 'https://evil.example' }
    const provider = presets[name](options)
    const away = goToProvider(t, provider, metadata)
    if (provider.page) await assert.rejects(away, code('OIDC_METADATA_ISSUER_MISMATCH', 'issuer'))
    else await assert.rejects(away, /OIDC_METADATA_ISSUER_MISMATCH/)
  })
}

const DATA = new URL('../../../src/proto/provider/presets/', import.meta.url)
const camel = (name) => name.replace(/-(.)/g, (_, letter) => letter.toUpperCase())

for (const file of readdirSync(DATA).filter((name) => name.endsWith('.json'))) {
  const { name, options } = JSON.parse(readFileSync(new URL(file, DATA)))
  const make = presets[camel(name)]
  const examples = (isWanted) => {
    const wanted = Object.entries(options).filter(([, option]) => isWanted(option))
    const of = ({ type, example, words }) => (/^(guids|texts)$/.test(type) ? [example] : (words?.[0] ?? example))
    // Some options have a use only beside certain words of another one.
    const needed = wanted.flatMap(([, { onlyWith }]) => (onlyWith ? [[onlyWith.option, onlyWith.words[0]]] : []))
    return Object.fromEntries([...wanted.map(([option, data]) => [option, of(data)]), ...needed])
  }
  for (const [which, given] of [
    ['required options', examples(({ required }) => required)],
    ['options', examples(() => true)],
  ]) {
    test(`${name}: the examples of its ${which} make settings that every kind of app takes`, async (t) => {
      const provider = make(given)
      assert.equal(provider.name, name)
      assert.doesNotMatch(JSON.stringify(provider).replaceAll('{tenantid}', ''), /[{[]\w+[}\]](?!,)/)
      if (provider.page || provider.sessions) {
        const { issuer } = provider.page ?? provider.sessions
        const metadata = {
          issuer,
          ...Object.fromEntries(['authorization_endpoint', 'token_endpoint', 'jwks_uri'].map((member) => [member, 'https://op.example/x'])),
        }
        assert.ok((await goToProvider(t, provider, metadata)).searchParams.get('state'))
      }
      if (provider.verifier) {
        const down = async () => new Response('', { status: 503 })
        const verifier = createVerifier({ provider, audience: 'api', fetch: down })
        await assert.rejects(verifier.ready(), code('OIDC_PROVIDER_UNAVAILABLE'))
      }
    })
  }
}

test('a preset of a provider without pages is refused by createClient', () => {
  const provider = presets.google({})
  assert.throws(
    () => createClient({ provider, clientId: 'c', redirectUri: '/callback' }),
    code('OIDC_CONFIG_INVALID', 'provider'),
  )
})

for (const [name, options, at] of [
  ['okta', {}, 'domain'],
  ['okta', { domain: 'https://evil.example' }, 'domain'],
  ['okta', { domain: 'a.example/../b' }, 'domain'],
  ['okta', { domain: 'a.example?x' }, 'domain'],
  ['okta', { domain: 'user@a.example' }, 'domain'],
  ['okta', { domain: 'a.example', authorizationServer: '../x' }, 'authorizationServer'],
  ['okta', { domain: 'a.example', authorizationServer: '..' }, 'authorizationServer'],
  ['okta', { domain: 'a.example', tenant: 'x' }, 'tenant'],
  ['okta', { domain: 1 }, 'domain'],
  ['keycloak', { origin: 'id.example', realm: 'x' }, 'origin'],
  ['keycloak', { origin: 'https://id.example/x', realm: 'x' }, 'origin'],
  ['azureAdB2c', { tenantName: 'a', tenant: 'common', policy: 'p' }, 'tenant'],
  ['pingone', { environment: '02fb4743-189a-4bc7-9d6c-a919edfe6447', region: 'mars' }, 'region'],
  ['entra', { tenant: 'common', cloud: 'evil.example' }, 'cloud'],
  ['entra', { tenant: 'Organizations' }, 'tenant'],
  ['entra', { tenant: 'example.com' }, 'tenant'],
  ['entra', { tenant: '0FD1A5B3-7A3D-4A0B-9A46-3F9C1D2E4F50' }, 'tenant'],
  ['entra', { tenant: ' common' }, 'tenant'],
  // The claim hd is in lower case.
  ['google', { hostedDomain: 'Example.com' }, 'hostedDomain'],
  ['google', { hostedDomain: '*' }, 'hostedDomain'],
]) {
  test(`the option ${at} of ${name} has its form: ${JSON.stringify(options)}`, () => {
    assert.throws(() => presets[name](options), code('OIDC_CONFIG_INVALID', at))
  })
}

test('a verifier of several presets has the issuer of each', async (t) => {
  const provider = [presets.okta({ domain: 'a.example', authorizationServer: 'default' }), 'https://op.example', presets.entra({ tenant: 'common' })]
  const asked = []
  const verifier = createVerifier({
    provider,
    audience: 'api',
    fetch: async (input) => (asked.push(String(input.url ?? input)), new Response('', { status: 503 })),
  })
  await verifier.ready().catch(() => {})
  assert.deepEqual(asked.slice(0, 3).sort(), [
    'https://a.example/oauth2/default/.well-known/openid-configuration',
    'https://login.microsoftonline.com/common/v2.0/.well-known/openid-configuration',
    'https://op.example/.well-known/openid-configuration',
  ])
})
