// Which users may come: what a preset requires and what an app requires hold together, in each kind of app, and neither
// switches the other off.
import assert from 'node:assert/strict'
import test from 'node:test'
import { load } from '../support/package.mjs'
import { CLIENT, startIdp } from '../support/servicenow.mjs'
import { code } from '../support/stage.mjs'

const [{ createVerifier }, { createSessions }, { createClient }, presets] = await Promise.all(
  ['./edge', './sessions', '.', './providers'].map((entry) => load(entry)),
)
const [OWN, OTHER] = ['aaaabbbb-0000-cccc-1111-dddd2222eeee', '0fd1a5b3-7a3d-4a0b-9a46-3f9c1d2e4f50']
/** The tenant of personal accounts at Entra ID. */
const PERSONAL = '9188040d-6c67-4c5b-b112-36a304b66dad'
const TEMPLATE = 'https://login.microsoftonline.com/{tenantid}/v2.0'
const entraIssuer = (tid) => TEMPLATE.replace('{tenantid}', tid)
const app = 'https://app.example'
const secret = 'a secret for the cookies of these tests'

/** HTTP to a provider with a real issuer, whose keys are those of a server on this machine. */
const httpOf = (idp, metadata, answers = {}) => async (input) => {
  const { host, pathname } = new URL(input.url ?? input)
  if (pathname in answers) return answers[pathname]()
  if (pathname === '/keys') return fetch(`${idp.origin}/keys`)
  const endpoint = (name) => `https://${host}/${name}`
  const endpoints = { authorization_endpoint: endpoint('a'), token_endpoint: endpoint('token'), jwks_uri: endpoint('keys') }
  return Response.json({ ...endpoints, ...metadata })
}

/** Verifies a token with these claims. `config` has the provider, `issuer` is that of its metadata. */
function verify(idp, config, issuer, claims = {}, metadata = {}) {
  const verifier = createVerifier({ audience: CLIENT, fetch: httpOf(idp, { issuer, ...metadata }), ...config })
  const isId = config.kind === 'id_token'
  const plain = isId ? {} : { nonce: undefined, scope: 'x', client_id: CLIENT }
  return verifier.verify(idp.token({ iss: issuer, ...plain, ...claims }), isId ? { nonce: 'any' } : undefined)
}

/** The code and place of a sign-in's failure in sessions; nothing after a sign-in. */
async function signIn(idp, config, issuer, claims) {
  let nonce
  const errors = []
  const token = () =>
    Response.json({
      access_token: 'at', token_type: 'Bearer', expires_in: 300, id_token: idp.token({ iss: issuer, aud: 'c', nonce, ...claims }),
    })
  const fetch = httpOf(idp, { issuer }, { '/token': token })
  const onError = (error) => void errors.push(error)
  const sessions = createSessions({ clientId: 'c', clientSecret: 's', secret, fetch, onError, ...config })
  const away = await sessions.handle(new Request(`${app}/auth/login`))
  assert.equal(away.status, 302, await away.clone().text())
  const { searchParams } = new URL(away.headers.get('location'))
  nonce = searchParams.get('nonce')
  const cookie = away.headers.getSetCookie().map((line) => line.split(';')[0]).join('; ')
  const back = new Request(`${app}/auth/callback?code=x&state=${searchParams.get('state')}`, { headers: { cookie } })
  const done = await sessions.handle(back)
  return done.status === 302 ? undefined : /OIDC_\w+/.exec(await done.text())?.[0]
}

test('a verifier: an alias with {tenantid} is under tenants, beside an exact issuer too', async (t) => {
  const idp = await startIdp(t)
  const issuer = entraIssuer(OWN)
  const at = (tid) => ({ iss: `https://sts.windows.net/${tid}/`, tid })
  for (const kind of ['access_token', 'id_token']) {
    const config = { kind, issuer, profile: 'jwt', issuerAliases: ['https://sts.windows.net/{tenantid}/'] }
    const limited = { ...config, tenants: [OWN] }
    await assert.rejects(verify(idp, limited, issuer, at(OTHER)), code('OIDC_TENANT_FORBIDDEN', 'tid'))
    assert.equal((await verify(idp, limited, issuer, at(OWN))).tid, OWN)
    await assert.rejects(verify(idp, limited, issuer, { tid: OTHER }), code('OIDC_TENANT_FORBIDDEN', 'tid'))
    assert.equal((await verify(idp, config, issuer, at(OTHER))).tid, OTHER)
  }
})

test('a verifier: a placeholder is in the path of an address', async (t) => {
  const idp = await startIdp(t)
  const issuer = entraIssuer(OWN)
  for (const alias of ['{tenantid}', 'https://{tenantid}/', 'https://a.example/?t={tenantid}', 'https://a.example/{tenant}/']) {
    const refused = verify(idp, { issuer, issuerAliases: [alias] }, issuer, { iss: OTHER, tid: OTHER })
    await assert.rejects(refused, code('OIDC_CONFIG_INVALID', 'issuerAliases'), alias)
  }
  const alone = verify(idp, { issuer: 'https://{tenantid}/' }, issuer, { iss: `https://${OTHER}/`, tid: OTHER })
  await assert.rejects(alone, code('OIDC_CONFIG_INVALID', 'issuer'))
})
