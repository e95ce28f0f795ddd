// Entrust IDaaS at an API and on a server: step-up (E4), what the provider does not support (E9), OAuth without OpenID.
import assert from 'node:assert/strict'
import test from 'node:test'
import { pageFetch } from '../../providers/engine/page-fetch.mjs'
import { advanceClock } from '../support/clock.mjs'
import { api, app, changed, clientSecret, host, open, startEntrust } from '../support/entrust.mjs'
import { load } from '../support/package.mjs'
import { code } from '../support/stage.mjs'

const [{ entrust }, { createVerifier }, { introspection }, { decryptionKeys }, { createMachineClient }] = await Promise.all(
  ['./providers', './edge', './introspection', './jose', './client-credentials'].map((entry) => load(entry)),
)

/** A page that is signed in, and an API that `answer` describes. */
async function setApi(t, answer) {
  const emulator = await startEntrust(t, { options: { audience: api } })
  const toProvider = pageFetch(emulator, app)
  const fetch = async (input, init) => {
    const request = new Request(input, init)
    return request.url.startsWith(api) ? answer(request, emulator) : toProvider(request)
  }
  const stage = open(t, emulator, { fetch, apis: { [api]: {} } })
  await stage.signIn()
  const demands = []
  stage.auth.addEventListener('stepup', ({ detail }) => demands.push(detail))
  return { emulator, stage, demands }
}

test('E4: a step-up challenge of an API names acr values and an age, and the next sign-in asks for them', async (t) => {
  const challenge = 'Bearer error="insufficient_user_authentication", acr_values="possession", max_age="300"'
  const { emulator, stage, demands } = await setApi(t, () => new Response('', { status: 401, headers: { 'www-authenticate': challenge } }))
  assert.equal(stage.auth.user.acr, undefined)
  assert.equal((await stage.auth.fetch(api)).status, 401)
  assert.deepEqual(demands, [{ acrValues: 'possession', maxAge: 300 }])
  const user = await stage.signIn(demands[0])
  const sent = emulator.at('/auth').findLast(({ params }) => params.has('client_id')).params
  assert.deepEqual([sent.get('acr_values'), sent.get('max_age'), sent.get('audience')], ['possession', '300', api])
  assert.equal(user.acr, 'possession')
  emulator.person.acr = 'knowledge'
  await assert.rejects(stage.signIn({ ...demands[0], prompt: 'login' }), code('OIDC_ACR_MISMATCH'))
})

test('E4: guard asks for a stronger sign-in of a token of Entrust, and for a scope', async (t) => {
  const need = { acrValues: 'possession' }
  const guard = async (request, emulator) => {
    const verifier = createVerifier({ provider: entrust({ host }), audience: api, fetch: emulator.fetch })
    const pass = await verifier.guard(request, need)
    return pass.ok ? new Response('done') : pass.response
  }
  const { stage, demands } = await setApi(t, guard)
  assert.equal((await stage.auth.fetch(api)).status, 401)
  assert.deepEqual(demands, [{ acrValues: 'possession' }])
})

test('E4: insufficient_scope asks for the scope, and the next sign-in brings it', async (t) => {
  const need = { scope: 'inbox:read' }
  const guard = async (request, emulator) => {
    const verifier = createVerifier({ provider: entrust({ host }), audience: api, fetch: emulator.fetch })
    const pass = await verifier.guard(request, need)
    return pass.ok ? Response.json(pass.claims) : pass.response
  }
  const { stage, demands } = await setApi(t, guard)
  assert.equal((await stage.auth.fetch(api)).status, 403)
  assert.deepEqual(demands, [{ scope: 'inbox:read' }])
  await stage.signIn(demands[0])
  const response = await stage.auth.fetch(api)
  assert.equal(response.status, 200)
  assert.equal((await response.json()).scope, 'inbox:read')
})

test('E9: introspection and encrypted tokens are unsupported by the provider, and a code says so', async (t) => {
  const emulator = await startEntrust(t)
  const asking = introspection({ clientId: 'api', clientSecret: 'a secret' })
  const keys = decryptionKeys([])
  for (const [settings, at] of [[{ introspection: asking }, 'introspection'], [{ decryptionKeys: keys }, 'decryptionKeys']]) {
    for (const provider of [entrust({ host }), [entrust({ host })]]) {
      const verifier = createVerifier({ provider, audience: api, fetch: emulator.fetch, ...settings })
      await assert.rejects(verifier.ready(), code('OIDC_UNSUPPORTED_BY_PROVIDER', at))
    }
    // An app that knows better says so.
    const verifier = createVerifier({ provider: entrust({ host }), audience: api, fetch: emulator.fetch, unsupported: [], ...settings })
    await verifier.ready()
  }
  assert.equal(emulator.asked.filter(({ path }) => path.includes('introspection')).length, 0)
})

test('an encrypted ID token is refused', async (t) => {
  const emulator = await startEntrust(t)
  emulator.answers['/token'] = async (response) => {
    const tokens = await response.json()
    const header = Buffer.from('{"alg":"RSA-OAEP","enc":"A128GCM"}').toString('base64url')
    return Response.json({ ...tokens, id_token: `${header}.AA.AA.AA.AA` }, { headers: { 'access-control-allow-origin': app } })
  }
  await assert.rejects(open(t, emulator).signIn(), code('OIDC_TOKEN_ENCRYPTED'))
})

test('a server renews with a refresh token that rotates', async (t) => {
  const emulator = await startEntrust(t, { serves: 'sessions', options: { offline: 'consent' }, settings: { refresh: true } })
  const stage = open(t, emulator)
  await stage.signIn()
  const first = await stage.accessToken()
  advanceClock(t, 3601)
  const second = await stage.accessToken()
  assert.notEqual(first.accessToken, second.accessToken)
  const grants = emulator.at('/token').map(({ params }) => params.get('grant_type'))
  assert.deepEqual(grants, ['authorization_code', 'refresh_token'])
})

test('OAuth without OpenID: user: false asks for no ID token, and the session has tokens and no user', async (t) => {
  const emulator = await startEntrust(t, {
    serves: 'sessions', options: { audience: api }, settings: { user: false, scope: 'inbox:read' },
  })
  const stage = open(t, emulator)
  assert.equal(await stage.signIn(), null)
  const sent = emulator.at('/auth').find(({ params }) => params.has('client_id')).params
  assert.deepEqual([sent.get('scope'), sent.get('nonce'), sent.get('audience')], ['inbox:read', null, api])
  const { accessToken } = await stage.accessToken()
  const verifier = createVerifier({ provider: entrust({ host }), audience: api, fetch: emulator.fetch })
  const claims = await verifier.verify(accessToken)
  assert.deepEqual([claims.aud, claims.scope, claims.client_id], [api, 'inbox:read', 'server'])
})

test('client credentials: an application gets a token for an API without a user, and an edge function accepts it', async (t) => {
  const emulator = await startEntrust(t)
  const verifier = createVerifier({ provider: entrust({ host }), audience: api, fetch: emulator.fetch })
  const fetch = async (input, init) => {
    const request = new Request(input, init)
    if (!request.url.startsWith(api)) return emulator.fetch(request)
    const pass = await verifier.guard(request, { scope: 'inbox:read' })
    return pass.ok ? Response.json(pass.claims) : pass.response
  }
  const settings = { clientId: 'service', clientSecret, scope: 'inbox:read', apis: [api], fetch }
  for (const [named, sent] of [
    [{ provider: entrust({ host, audience: api }) }, ['audience']],
    [{ provider: entrust({ host }), audience: api }, ['audience']],
    [{ provider: entrust({ host }), resource: api }, ['resource']],
  ]) {
    emulator.answers['/token'] = changed((body) => ({ ...body, expires_in: String(body.expires_in) }))
    const machine = createMachineClient({ ...settings, ...named })
    const response = await machine.fetch(`${api}inbox`)
    assert.equal(response.status, 200)
    const { aud, client_id: client, scope } = await response.json()
    assert.deepEqual([aud, client, scope], [api, 'service', 'inbox:read'])
    const { params, headers } = emulator.at('/token').at(-1)
    assert.deepEqual([...params.keys()].toSorted(), ['grant_type', 'scope', ...sent].toSorted())
    assert.ok(headers.authorization.startsWith('Basic '))
    assert.ok((await machine.getAccessToken()).expiresAt > Date.now() / 1000)
  }
  const before = emulator.at('/token').length
  for (const wrong of [{ provider: entrust({ host, audience: api }), resource: api }, { provider: entrust({ host }), audience: api, resource: api }]) {
    await assert.rejects(createMachineClient({ ...settings, ...wrong }).getAccessToken(), code('OIDC_CONFIG_INVALID', 'resource'))
  }
  assert.equal(emulator.at('/token').length, before)
})
