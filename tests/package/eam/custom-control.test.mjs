// Custom controls of Conditional Access, the preview that external methods replace: off by default.
import assert from 'node:assert/strict'
import test from 'node:test'
import { load } from '../support/package.mjs'
import { code } from '../support/stage.mjs'
import { APP_ID, CLIENT_ID, formOf, ISSUER, SECRET, serveMethod, signingKey, startEntra, TENANT, validate } from '../support/entra.mjs'

const { createExternalMethod } = await load('./eam')
const key = signingKey()
const controls = [{ id: 'RequireCustomMfa', name: 'Custom MFA', claims: [{ type: 'CustomMfa', value: 'MfaDone' }] }]
const claims = JSON.stringify({ id_token: { CustomMfa: { essential: true, value: 'MfaDone' } } })

async function start(t, settings = {}) {
  const entra = await startEntra(t)
  entra.redirectUri = 'https://login.microsoftonline.com/common/federation/OAuth2ClaimsProvider'
  const refusals = []
  const attempts = []
  const { step = () => ({ done: true }) } = settings
  const method = createExternalMethod({
    issuer: ISSUER, appId: APP_ID, clientId: CLIENT_ID, tenants: [TENANT], signingKeys: [key], secret: SECRET,
    fetch: entra.fetch, profile: 'ca-custom-control', controls,
    onRefusal: (error) => void refusals.push(`${error.code} ${error.at}`),
    ...settings,
    step: (attempt) => {
      attempts.push(attempt)
      return step(attempt)
    },
  })
  const place = await serveMethod(t, (request) => method.handle(request))
  return { entra, method, place, refusals, attempts }
}

test('CA blob: the JSON for the administrator, with Claims: null', async (t) => {
  const { method } = await start(t)
  assert.deepEqual(await method.customControl('Contoso MFA'), {
    Name: 'Contoso MFA',
    AppId: APP_ID,
    ClientId: CLIENT_ID,
    DiscoveryUrl: `${ISSUER}/.well-known/openid-configuration`,
    Controls: [{
      Id: 'RequireCustomMfa',
      Name: 'Custom MFA',
      ClaimsRequested: [{ Type: 'CustomMfa', Value: 'MfaDone', Values: null }],
      Claims: null,
    }],
  })
  await assert.rejects(method.customControl(''), code('OIDC_CONFIG_INVALID', 'name'))
})

test('CA claims: the answer has the requested claim, and token_type, expires_in and scope beside the token', async (t) => {
  const { entra, place, attempts } = await start(t)
  const hint = entra.claims()
  const own = { ExternalClaimsProviderAuthorizeEndpointUri: 'x', canary: 'y', flowtoken: 'z', cxh_inclusive: 'False' }
  const parameters = await entra.parameters({ id_token_hint: await entra.hint(hint), claims, ...own })
  const { action, fields } = formOf(await place.authorize(parameters))
  assert.equal(action, entra.redirectUri)
  assert.deepEqual(Object.keys(fields), ['id_token', 'token_type', 'expires_in', 'scope', 'state'])
  assert.deepEqual([fields.token_type, fields.expires_in, fields.scope], ['Bearer', '300', 'openid'])
  const payload = await validate(place, fields, parameters, hint)
  assert.equal(payload.CustomMfa, 'MfaDone')
  assert.deepEqual(['acr', 'amr'].filter((name) => name in payload), [])
  assert.deepEqual(attempts[0].controls, { CustomMfa: 'MfaDone' })
})

test('CA claims: what no control of the settings has is refused', async (t) => {
  const { entra, place, refusals, attempts } = await start(t)
  for (const wanted of [
    { CustomMfa: { essential: true, value: 'Admin' } },
    { role: { essential: true, value: 'admin' } },
    { CustomMfa: { value: 'MfaDone' }, sub: { essential: true, value: 'someone' } },
    {},
  ]) {
    const parameters = await entra.parameters({ claims: JSON.stringify({ id_token: wanted }) })
    assert.equal(formOf(await place.authorize(parameters)).fields.error, 'access_denied')
  }
  assert.deepEqual(new Set(refusals), new Set(['OIDC_REQUEST_INVALID claims']))
  assert.equal(attempts.length, 0)
})

test('CA off by default: neither profile accepts the redirect address of the other', async (t) => {
  const method = await start(t, { profile: undefined, controls: undefined, step: () => ({ amr: 'otp' }) })
  assert.equal((await method.place.authorize(await method.entra.parameters())).status, 400)
  const control = await start(t)
  const redirect_uri = 'https://login.microsoftonline.com/common/federation/externalauthprovider'
  assert.equal((await control.place.authorize(await control.entra.parameters({ claims, redirect_uri }))).status, 400)
  assert.deepEqual([method.refusals, control.refusals], [['OIDC_REQUEST_INVALID redirect_uri'], ['OIDC_REQUEST_INVALID redirect_uri']])
  await assert.rejects(method.method.customControl('x'), code('OIDC_CONFIG_INVALID', 'profile'))
})

test('CA failure: it is an error with the state, and an amr is no outcome', async (t) => {
  const { entra, place } = await start(t, { step: () => ({ error: 'access_denied' }) })
  assert.deepEqual(formOf(await place.authorize(await entra.parameters({ claims }))).fields, {
    error: 'access_denied', state: 'state+/=<script>&amp;"\'',
  })
  const wrong = await start(t, { step: () => ({ amr: 'otp' }) })
  assert.equal((await wrong.place.authorize(await wrong.entra.parameters({ claims }))).text, 'OIDC_EXPECTED_INVALID')
})

test('CA settings: a wrong field is named', async (t) => {
  for (const [more, at] of [
    [{ controls: undefined }, 'controls'],
    [{ controls: [] }, 'controls'],
    [{ controls: [{ ...controls[0], Id: 'x' }] }, 'Id'],
    [{ controls: [{ id: 'a', name: 'b' }] }, 'claims'],
    [{ controls: [{ id: 'a', name: 'b', claims: [{ type: 'iss', value: 'x' }] }] }, 'type'],
    [{ controls: [{ id: 'a', name: 'b', claims: [{ type: 'x', value: 1 }] }] }, 'value'],
    [{ cloud: 'login.microsoftonline.us' }, 'cloud'],
    [{ profile: 'external-method' }, 'controls'],
  ]) {
    const { method } = await start(t, more)
    await assert.rejects(method.handle(new Request(`${ISSUER}/keys`)), code('OIDC_CONFIG_INVALID', at))
  }
})
