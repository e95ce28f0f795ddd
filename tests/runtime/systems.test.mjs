// The entries for systems with a dialect of their own, in every runtime of servers and of the edge: each loads its
// module there, accepts what it must accept, and refuses one thing with its code.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  APP_ID, CLIENT_ID, formOf, ISSUER, SECRET, signingKey, startEntra, TENANT, validate,
} from '../package/support/entra.mjs'
import { entityAt, INCIDENT, startIdp } from '../package/support/servicenow.mjs'
import { api, clientSecret, startOp } from '../package/support/machine.mjs'
import { runtimes } from './harness/run.mjs'

const recordedIssuer = 'dev-ltxchcls4igzho78.us.auth0.com'

const pair = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify'])
const [{ key_ops, ext, ...key }, publicKey] = await Promise.all([pair.privateKey, pair.publicKey].map((one) => crypto.subtle.exportKey('jwk', one)))
/** A client that signs instead of telling a secret. */
const signingClient = {
  client_id: 'machine:2', token_endpoint_auth_method: 'private_key_jwt', token_endpoint_auth_signing_alg: 'ES256', redirect_uris: [], response_types: [],
  grant_types: ['client_credentials'], jwks: { keys: [{ kty: publicKey.kty, crv: publicKey.crv, x: publicKey.x, y: publicKey.y, alg: 'ES256', kid: 'k', use: 'sig' }] },
}

const program = (entry, given) => `
  import { createGate } from './entry/servicenow/${entry}.js'
  import { createExternalMethod } from './entry/eam/${entry}.js'
  import { aiseraFetch, fromAisera } from './entry/aisera/${entry}.js'
  import { cognigyUser, fromCognigy } from './entry/cognigy/${entry}.js'
  import { relyingParty } from './entry/entrust/${entry}.js'
  import { createImplicitClient } from './entry/implicit/${entry}.js'
  import { createMachineClient } from './entry/client-credentials/${entry}.js'
  const given = ${JSON.stringify(given)}
  const codeOf = (promise) => promise.then(() => 'no error', ({ code, at }) => [code, at])

  async function gate() {
    const gate = createGate({
      entities: [given.entity], findUser: ({ value }) => ({ name: value }), allowLoopbackIssuer: true,
    })
    const ask = (token) => gate.guard(new Request('${INCIDENT}', { headers: { authorization: 'Bearer ' + token } }))
    const [good, bad] = await Promise.all(given.tokens.map(ask))
    return [good.user, bad.error.code, bad.response.status, await bad.response.text()]
  }

  async function eam() {
    const fetched = ({ pathname }) => fetch(given.entra + pathname)
    const method = createExternalMethod({ ...given.method, fetch: (input) => fetched(new URL(input.url ?? input)), step: () => ({ amr: 'otp' }) })
    const handle = async (path, init) => (await method.handle(new Request(new URL(path, '${ISSUER}'), init))).text()
    const post = (pairs) => handle('/authorize', { method: 'POST', body: new URLSearchParams(pairs) })
    const documents = {}
    for (const path of ['/.well-known/openid-configuration', given.keys]) documents[path] = JSON.parse(await handle(path))
    return [documents, await post(given.parameters), await post(given.wrong)]
  }

  async function aisera() {
    const { settings, calls } = await fromAisera(given.fields, { integration: 'ServiceNow', origins: [given.idp] })
    const session = { getIdToken: async () => 'id', getAccessToken: async () => ({ accessToken: 'at' }), fetch: (...all) => fetch(...all) }
    const answer = await aiseraFetch(session, calls)(given.idp + '/api')
    const { Scope, ...rest } = given.fields
    return [settings.clientId, await answer.json(), await codeOf(fromAisera({ ...rest, Scopes: Scope }, { integration: 'ServiceNow', origins: [given.idp] }))]
  }

  async function cognigy() {
    const settings = await fromCognigy(given.cognigy)
    const user = await cognigyUser({ iss: 'https://id.example', sub: 'ada', role: 'admin' }, { roleClaim: 'role', roles: ['admin'] })
    return [settings.issuer, user.roles, await codeOf(fromCognigy({ ...given.cognigy, idpType: 'saml2' }))]
  }

  async function entrust() {
    const made = await relyingParty(given.entrust)
    return [made.registration.redirect_uris, await codeOf(relyingParty({ ...given.entrust, redirectUri: 'nowhere' }))]
  }

  // A page is its place. Everywhere it loads its module, which refuses settings.
  async function implicit() {
    const settings = { issuer: 'https://id.example', clientId: 'shop', redirectUri: 'https://shop.example/' }
    return codeOf(createImplicitClient({ ...settings, allowImplicit: false }).start())
  }

  async function machine() {
    const settings = { issuer: given.op, clientId: 'machine:1', clientSecret: given.secret, scope: 'inbox:read', resource: given.api, allowLoopbackIssuer: true, apis: [given.idp] }
    const client = createMachineClient(settings)
    const answer = await client.fetch(given.idp + '/api')
    const { authorization } = await answer.json()
    const [all, signed] = [await Promise.all([1, 2, 3].map(() => client.getAccessToken())), createMachineClient({ ...settings, clientId: 'machine:2', clientSecret: undefined, clientKey: given.clientKey })]
    return [
      authorization === 'Bearer ' + all[0].accessToken, new Set(all.map(({ accessToken }) => accessToken)).size,
      (await signed.getAccessToken()).scope, await codeOf(createMachineClient({ ...settings, clientSecret: 'wrong' }).getAccessToken()),
    ]
  }

  export const tell = async () => ({
    gate: await gate(), eam: await eam(), aisera: await aisera(), cognigy: await cognigy(), entrust: await entrust(),
    implicit: await implicit(), machine: await machine(),
  })
`

for (const [name, { entry, missing, tell }] of Object.entries(runtimes)) {
  test(`the systems answer in ${name}`, { skip: missing, timeout: 60_000 }, async (t) => {
    const [idp, entra] = await Promise.all([startIdp(t), startEntra(t)])
    idp.answers['/api'] = ({ headers }) => ({ authorization: headers.authorization ?? '' })
    const op = await startOp(t, { others: [signingClient] })
    const hint = entra.claims()
    const parameters = await entra.parameters({}, hint)
    const said = await tell(program(entry, {
      idp: idp.origin,
      entity: entityAt(idp),
      tokens: [idp.token(), idp.token({ aud: 'another' })],
      entra: entra.origin,
      keys: '/keys',
      method: {
        issuer: ISSUER, appId: APP_ID, clientId: CLIENT_ID, tenants: [TENANT], signingKeys: [signingKey()], secret: SECRET,
      },
      parameters,
      wrong: await entra.parameters({}, { aud: 'another' }),
      entrust: {
        system: 'forgerock', clientId: 'shop', clientSecret: 's', redirectUri: 'https://am.example.com/am/oauth2',
        metadata: {
          issuer: 'https://id.example', authorization_endpoint: 'https://id.example/auth', token_endpoint: 'https://id.example/token',
          jwks_uri: 'https://id.example/keys', userinfo_endpoint: 'https://id.example/me',
        },
      },
      op: op.issuer,
      secret: clientSecret,
      api,
      clientKey: { ...key, alg: 'ES256', kid: 'k' },
      fields: {
        'Authorization URL': 'https://id.example/auth', 'Client Id': 'shop', 'Client Secret': 's', 'Access Token URL': 'https://id.example/token',
        Nonce: '', Scope: 'openid', 'Response Type': 'code', Prompt: '',
      },
      cognigy: {
        idpType: 'oidc', idpIssuer: recordedIssuer, idpClientId: 'shop', idpClientSecret: 's',
        idpIdTokenSignedResponseAlg: 'RS256', idpTokenEndpointAuthMethod: 'client_secret_basic',
      },
    }), 'systems')

    assert.deepEqual(said.gate.slice(0, 3), [{ name: 'user@example.com' }, 'OIDC_AUDIENCE_MISMATCH', 401])
    const [documents, answer, refusal] = said.eam
    const { fields } = formOf({ text: answer })
    const place = { json: async (path) => documents[path] }
    assert.deepEqual((await validate(place, fields, parameters, hint)).amr, ['otp'])
    assert.equal(formOf({ text: refusal }).fields.error, 'access_denied')
    assert.deepEqual(said.aisera, ['shop', { authorization: 'Bearer id' }, ['OIDC_CONFIG_INVALID', 'Scopes']])
    assert.deepEqual(said.entrust, [['https://am.example.com/am/oauth2'], ['OIDC_CONFIG_INVALID', 'redirectUri']])
    assert.deepEqual(said.implicit, ['OIDC_CONFIG_INSECURE', 'allowImplicit'])
    assert.deepEqual(said.machine, [true, 1, 'inbox:read', ['OIDC_PROVIDER_ERROR', 'token_endpoint']])
    assert.equal(op.asked.length, 3)
    assert.deepEqual(said.cognigy, [`https://${recordedIssuer}`, ['admin'], ['OIDC_CONFIG_INVALID', 'idpType']])
  })
}
