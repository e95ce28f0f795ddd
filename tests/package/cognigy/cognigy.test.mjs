// Configurations of Cognigy.AI: in, out, and damaged.
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import test from 'node:test'
import { load } from '../support/package.mjs'
import { code } from '../support/stage.mjs'

const { fromCognigy, toCognigy, repairCognigy, cognigyUser } = await load('./cognigy')
const recorded = await readFile(new URL('../../vectors/providers/cognigy/identityprovider-configure.example.json', import.meta.url), 'utf8')
const GOOD = JSON.parse(recorded)
/** The same with values in the places of its placeholders. */
const BODY = { ...GOOD, idpIssuer: 't.example', idpClientId: 'c', idpClientSecret: 's' }

test('C1: the body of the configure request is taken as it is, as text and as an object', async () => {
  const settings = {
    issuer: 'https://dev-ltxchcls4igzho78.us.auth0.com/',
    issuerAliases: ['https://dev-ltxchcls4igzho78.us.auth0.com'],
    clientId: 'CLIENT ID',
    clientSecret: 'CLIENT SECRET',
    authMethod: 'client_secret_basic',
    idTokenSignedResponseAlg: 'RS256',
  }
  assert.deepEqual({ ...(await fromCognigy(recorded)) }, settings)
  assert.deepEqual({ ...(await fromCognigy(GOOD)) }, settings)
})

test('C1: a domain without scheme, with and without the slash at its end, is an issuer with two forms', async () => {
  for (const [idpIssuer, issuer, other] of [
    ['t.example', 'https://t.example', 'https://t.example/'],
    ['t.example/', 'https://t.example/', 'https://t.example'],
    ['https://t.example', 'https://t.example', 'https://t.example/'],
    ['https://t.example/realms/a/', 'https://t.example/realms/a/', 'https://t.example/realms/a'],
  ]) {
    const settings = await fromCognigy({ ...GOOD, idpIssuer })
    assert.deepEqual([settings.issuer, settings.issuerAliases], [issuer, [other]], idpIssuer)
  }
})

test('C1: SAML 2.0 is refused by name', async () => {
  const error = await fromCognigy({ ...GOOD, idpType: 'saml2' }).catch((error) => error)
  assert.deepEqual([error.code, error.at], ['OIDC_CONFIG_INVALID', 'idpType'])
  assert.match(error.detail, /SAML 2\.0/)
  // A whole SAML configuration has other fields: its type is named, not the first of them.
  const saml = { idpType: 'saml2', idpLoginEndpoint: 'https://t.example', idpCertificate: 'x' }
  await assert.rejects(fromCognigy(saml), code('OIDC_CONFIG_INVALID', 'idpType'))
})

test('C1: an unknown, missing or mistyped field is named as Cognigy spells it', async () => {
  for (const [change, at] of [
    [{ idpLogoutUrl: 'x' }, 'idpLogoutUrl'],
    [{ idpType: undefined }, 'idpType'],
    [{ idpType: 1 }, 'idpType'],
    [{ idpType: 'ldap' }, 'idpType'],
    [{ idpIssuer: undefined }, 'idpIssuer'],
    [{ idpIssuer: '' }, 'idpIssuer'],
    [{ idpIssuer: '<DOMAIN>' }, 'idpIssuer'],
    [{ idpIssuer: 'http://t.example' }, 'idpIssuer'],
    [{ idpIssuer: 'https://t.example/.well-known/openid-configuration' }, 'idpIssuer'],
    [{ idpClientId: undefined }, 'idpClientId'],
    [{ idpClientId: ['c'] }, 'idpClientId'],
    [{ idpClientSecret: undefined }, 'idpClientSecret'],
    [{ idpClientSecret: '' }, 'idpClientSecret'],
    [{ idpClientSecret: '<CLIENT SECRET>' }, 'idpClientSecret'],
    [{ idpClientSecret: 5 }, 'idpClientSecret'],
    [{ idpIdTokenSignedResponseAlg: 'none' }, 'idpIdTokenSignedResponseAlg'],
    [{ idpIdTokenSignedResponseAlg: '' }, 'idpIdTokenSignedResponseAlg'],
    [{ idpTokenEndpointAuthMethod: 'private_key_jwt' }, 'idpTokenEndpointAuthMethod'],
    [{ idpTokenEndpointAuthMethod: 'tls_client_auth' }, 'idpTokenEndpointAuthMethod'],
    [{ idpTokenEndpointAuthMethod: true }, 'idpTokenEndpointAuthMethod'],
    [{ idpTokenEndpointAuthMethod: 'none' }, 'idpClientSecret'],
  ]) {
    await assert.rejects(fromCognigy({ ...GOOD, ...change }), code('OIDC_CONFIG_INVALID', at), JSON.stringify(change))
  }
  for (const other of [undefined, null, 5, [GOOD], '', '[]', '"x"']) {
    await assert.rejects(fromCognigy(other), code('OIDC_CONFIG_INVALID'), JSON.stringify(other))
  }
})

test('C1: an issuer of all tenants is refused: any administrator could write the claim with the role', async () => {
  for (const idpIssuer of [
    'login.microsoftonline.com/common/v2.0',
    'https://login.microsoftonline.com/organizations/v2.0',
    'https://login.microsoftonline.com/COMMON/v2.0/',
    'https://login.microsoftonline.com/{tenantid}/v2.0',
    'https://sts.windows.net/{tenantid}/',
  ]) {
    await assert.rejects(fromCognigy({ ...BODY, idpIssuer }), { code: 'OIDC_CONFIG_INVALID', at: 'idpIssuer' }, idpIssuer)
    const settings = { issuer: idpIssuer, clientId: 'c', clientSecret: 's' }
    await assert.rejects(toCognigy(settings, 'api.example'), { code: 'OIDC_CONFIG_INVALID', at: 'issuer' }, idpIssuer)
  }
  const idpIssuer = 'login.microsoftonline.com/aaaabbbb-0000-cccc-1111-dddd2222eeee/v2.0'
  assert.equal((await fromCognigy({ ...BODY, idpIssuer })).issuer, `https://${idpIssuer}`)
})

test('C1: an unknown or mistyped option, and a key that the method does not use, are named', async () => {
  for (const [options, at] of [
    [{ clientkey: {} }, 'clientkey'],
    [{ config: {} }, 'config'],
    [{ repair: 'yes' }, 'repair'],
    [{ clientKey: 'text' }, 'clientKey'],
    [{ clientKey: null }, 'clientKey'],
    [{ clientKey: { kty: 'EC' } }, 'clientKey'],
  ]) {
    await assert.rejects(fromCognigy(BODY, options), { code: 'OIDC_CONFIG_INVALID', at }, JSON.stringify(options))
  }
  const settings = { issuer: 'https://t.example', clientId: 'c', clientSecret: 's', clientKey: { kty: 'EC' } }
  await assert.rejects(toCognigy({ ...settings, authMethod: 'client_secret_basic' }, 'api.example'), { at: 'clientKey' })
})

test('C2: the request has the six keys in order and nothing else, and arrives as it is', async (t) => {
  const got = []
  const server = createServer(async (request, response) => {
    const body = await request.toArray()
    got.push([request.method, request.url, request.headers['content-type'], Buffer.concat(body).toString()])
    response.end()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  const { configure, reset } = await toCognigy(await fromCognigy(GOOD), `http://127.0.0.1:${server.address().port}/`)
  await fetch(configure.url, configure)
  await fetch(reset.url, reset)
  const body = JSON.stringify({
    idpType: 'oidc',
    idpIssuer: GOOD.idpIssuer,
    idpClientId: 'CLIENT ID',
    idpClientSecret: 'CLIENT SECRET',
    idpIdTokenSignedResponseAlg: 'RS256',
    idpTokenEndpointAuthMethod: 'client_secret_basic',
  })
  assert.deepEqual(got, [
    ['POST', '/v2.0/identityprovider/configure', 'application/json', body],
    ['POST', '/v2.0/identityprovider/reset', undefined, ''],
  ])
  const named = await toCognigy(await fromCognigy(GOOD), 'api.cognigy.example')
  assert.equal(named.configure.url, 'https://api.cognigy.example/v2.0/identityprovider/configure')
})

test('C2: what goes out comes in again', async () => {
  const key = { kty: 'EC', alg: 'ES256' }
  for (const [settings, options] of [
    [{ issuer: 'https://t.example', clientId: 'c', clientSecret: 's:%+ö', authMethod: 'client_secret_post', idTokenSignedResponseAlg: 'ES256' }],
    [{ issuer: 'https://t.example/', clientId: 'c', authMethod: 'none', idTokenSignedResponseAlg: 'RS256' }],
    [{ issuer: 'https://t.example/', clientId: 'c', idTokenSignedResponseAlg: 'PS256', clientKey: key }, { clientKey: key }],
  ]) {
    const { configure } = await toCognigy(settings, 'api.example')
    const { issuerAliases, ...back } = await fromCognigy(configure.body, options)
    assert.deepEqual(back, settings)
  }
})

test('C2: a wrong setting is named, and no secret goes to a plain http address', async () => {
  const good = await fromCognigy(GOOD)
  for (const [change, api, at] of [
    [{}, 'http://api.example', 'api'],
    [{}, 'https://api.example?x', 'api'],
    [{}, undefined, 'api'],
    [{ issuer: undefined }, 'api.example', 'issuer'],
    [{ issuer: 'https://t.example#x' }, 'api.example', 'issuer'],
    [{ clientId: 1 }, 'api.example', 'clientId'],
    [{ clientSecret: undefined }, 'api.example', 'clientSecret'],
    [{ authMethod: 'client_secret_jwt' }, 'api.example', 'authMethod'],
    [{ idTokenSignedResponseAlg: 'none' }, 'api.example', 'idTokenSignedResponseAlg'],
  ]) {
    await assert.rejects(toCognigy({ ...good, ...change }, api), code('OIDC_CONFIG_INVALID', at), `${at} ${api}`)
  }
})

// A page as a translating machine left it: quotation marks as fences, placeholders as elements, end tags behind.
const MANGLED = `## Einrichten {{config.site_url}}

''''
https://<API adress="">/v2.0/identityprovider/configure
''''

''''JSON
{
"idpType": "oidc",
"idpIssuer": "<DOMAIN>",
"idpClientId": "<CLIENT id="">",
"idpClientSecret": "<CLIENT secret="">",
"idpIdTokenSignedResponseAlg": "RS256",
"idpTokenEndpointAuthMethod": "client_secret_basic"
}
''''</CLIENT></CLIENT></DOMAIN></API>`

test('C3: each damage of a translated copy is named with its line, and a repair is offered', async () => {
  const error = await fromCognigy(MANGLED).catch((error) => error)
  assert.deepEqual([error.code, error.at], ['OIDC_CONFIG_INVALID', 'idpClientId'])
  for (const part of [
    /line 7: '''' is a fence/,
    /line 11: quotation marks inside the value of idpClientId, in <CLIENT id="">/,
    /line 12: quotation marks inside the value of idpClientSecret/,
    /line 16: end tags after the object/,
    /repairCognigy repairs this/,
  ]) assert.match(error.detail, part)
})

test('C3: a repair gives the template back, whose placeholders are refused until they are filled', async () => {
  const { text, repairs } = await repairCognigy(MANGLED)
  assert.equal(JSON.parse(text).idpClientId, '<CLIENT ID>')
  assert.equal(JSON.parse(text).idpClientSecret, '<CLIENT SECRET>')
  assert.equal(repairs.length, 4)
  await assert.rejects(fromCognigy(text), code('OIDC_CONFIG_INVALID', 'idpIssuer'))
  await assert.rejects(fromCognigy(MANGLED, { repair: true }), code('OIDC_CONFIG_INVALID', 'idpIssuer'))
  const filled = MANGLED.replace('<DOMAIN>', 't.example').replace('<CLIENT id="">', 'c').replace('<CLIENT secret="">', '}s<')
  await assert.rejects(fromCognigy(filled), code('OIDC_CONFIG_INVALID'))
  const settings = await fromCognigy(filled, { repair: true })
  assert.deepEqual([settings.issuer, settings.clientId, settings.clientSecret], ['https://t.example', 'c', '}s<'])
  for (const text of ['', 'nothing here', '"idpType": {', undefined]) {
    await assert.rejects(repairCognigy(text), code('OIDC_CONFIG_INVALID'), text)
  }
})

test('C3: an intact text needs no repair, and one that is beyond it says so', async () => {
  assert.equal((await fromCognigy(recorded, { repair: true })).clientId, 'CLIENT ID')
  const error = await fromCognigy('{"idpType": "oidc"', { repair: true }).catch((error) => error)
  assert.equal(error.code, 'OIDC_CONFIG_INVALID')
  assert.doesNotMatch(error.detail, /repairCognigy/)
})

test('C3: a text of more than 16 KB is refused, and a shorter one takes no time that grows with its square', async () => {
  for (const unit of ['<', '<a ', '{', '"idp<a b ', '"a":<\n', "'''\n", '<a b="">', 'x', '>']) {
    const text = `{"idp${unit.repeat(1e6 / unit.length)}\n}`
    for (const call of [() => fromCognigy(text), () => fromCognigy(text, { repair: true }), () => repairCognigy(text)]) {
      const started = performance.now()
      await assert.rejects(call(), { code: 'OIDC_CONFIG_INVALID', at: '' })
      assert.ok(performance.now() - started < 1000, `${unit} ${performance.now() - started} ms`)
    }
    const short = `{"idp${unit.repeat(16000 / unit.length)}\n}`
    const started = performance.now()
    await assert.rejects(fromCognigy(short, { repair: true }), { code: 'OIDC_CONFIG_INVALID' })
    assert.ok(performance.now() - started < 1000, `${unit} ${performance.now() - started} ms`)
  }
})

test('C4: the role comes from the claim of the administrator, and a user without one is refused', async () => {
  const claims = { iss: 'https://t.example/', sub: 'auth0|1', email: 'ada@example.com', email_verified: true, 'https://t.example/role': ['editor', 'stranger'], role: 'admin' }
  const rules = { roleClaim: 'https://t.example/role', roles: ['admin', 'editor'] }
  const user = { issuer: 'https://t.example/', subject: 'auth0|1', email: 'ada@example.com', emailVerified: true, roles: ['editor'] }
  assert.deepEqual({ ...(await cognigyUser(claims, rules)) }, user)
  const other = { ...claims, 'https://t.example/role': 'owner' }
  await assert.rejects(cognigyUser(other, rules), code('OIDC_CLAIM_INVALID', 'https://t.example/role'))
  assert.deepEqual((await cognigyUser(other, { ...rules, defaultRole: 'viewer' })).roles, ['viewer'])
  await assert.rejects(cognigyUser(claims, { ...rules, role: 'x' }), code('OIDC_CONFIG_INVALID', 'role'))
  await assert.rejects(cognigyUser(claims, {}), code('OIDC_CONFIG_INVALID', 'roleClaim'))
})
