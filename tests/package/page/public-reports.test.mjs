// Faults that users of other libraries have reported in public. Each name begins with the report.
import assert from 'node:assert/strict'
import test from 'node:test'
import { advanceClock } from '../support/clock.mjs'
import { json } from '../support/double.mjs'
import { code, setStage } from '../support/stage.mjs'

const API = 'https://api.example/'

/**
 * A stage whose provider gives refresh tokens. `refresh` answers a request with a refresh token, whose form it gets;
 * `apis` are those of the app, whose requests are listed in `calls`.
 */
async function setRefreshStage(t, { refresh, apis, grant = {}, settings = {} }) {
  const calls = []
  const network = async (input, init) => {
    const request = new Request(input, init)
    if (request.url.startsWith('http://127.0.0.1')) return fetch(input, init)
    calls.push({ url: request.url, authorization: request.headers.get('authorization') })
    return new Response('ok')
  }
  const stage = await setStage(t, { apis, fetch: network, ...settings })
  const redeem = stage.double.answers['/token']
  const refreshes = []
  stage.double.answers['/token'] = async (request, body, response) => {
    const form = Object.fromEntries(new URLSearchParams(body))
    if (form.grant_type === 'refresh_token') {
      refreshes.push(form)
      return refresh(form)
    }
    const { status, body: text } = await redeem(request, body, response)
    return json({ ...JSON.parse(text), refresh_token: 'rt-1', ...grant }, status)
  }
  return { stage, calls, refreshes }
}

/** The scope that an app asks for, and the granted one as the provider spells it; `null` leaves it out. */
const SPELLINGS = [
  ['499b84ac-1321-427f-aa17-267ca6975798/user_impersonation', 'openid profile email user_impersonation'],
  ['user.read', 'openid profile email User.Read'],
  ['https://graph.microsoft.com/User.Read', 'openid profile email User.Read'],
  ['orders', 'openid profile email'],
  ['orders', null],
]

for (const [asked, granted] of SPELLINGS) {
  test(`msal-js#488, keycloak#38484: ${asked} granted as ${granted} reaches the API, with one renewal`, async (t) => {
    const scope = granted ?? undefined
    const { stage, calls, refreshes } = await setRefreshStage(t, {
      apis: { [API]: { scope: asked } },
      grant: { scope },
      refresh: () => json({ access_token: 'at-2', token_type: 'Bearer', expires_in: 3600, scope }),
    })
    const { auth } = await stage.signIn()
    for (let call = 0; call < 3; call += 1) assert.equal(await (await auth.fetch(`${API}x`)).text(), 'ok')
    assert.equal(calls.length, 3)
    assert.ok(calls.every(({ authorization }) => authorization?.startsWith('Bearer ')))
    assert.ok(refreshes.length <= 1, `${refreshes.length} renewals`)
  })
}

test('axa#1484: each of two APIs of Entra gets a token of its own, one resource in each request', async (t) => {
  const graph = 'https://graph.microsoft.com/'
  const second = 'openid profile api://1234/read'
  const resourcesOf = (scope = '') => {
    const words = scope.split(' ').filter((word) => word.includes(':'))
    return new Set(words.map((word) => word.split('/')[2]))
  }
  const { stage, calls } = await setRefreshStage(t, {
    settings: { singleResource: true },
    apis: { [graph]: { scope: `${graph}User.Read` }, [API]: { scope: 'api://1234/read' } },
    grant: { scope: `openid profile ${graph}User.Read` },
    refresh: ({ scope }) => {
      if (resourcesOf(scope).size > 1) return json({ error: 'invalid_request', error_description: 'AADSTS28000' }, 400)
      const isSecond = scope?.includes('api://')
      return json({
        access_token: isSecond ? 'at-api' : 'at-graph',
        token_type: 'Bearer',
        expires_in: 3600,
        scope: isSecond ? second : `openid profile ${graph}User.Read`,
      })
    },
  })
  const { page, auth: leaving } = stage.open('/')
  leaving.signIn().catch(() => {})
  const asked = new URL(await page.left)
  assert.equal(resourcesOf(asked.searchParams.get('scope')).size, 1, asked.searchParams.get('scope'))
  const { auth } = stage.open(stage.double.authorize(asked.href))
  await auth.start()
  await auth.fetch(`${graph}v1.0/me`)
  await auth.fetch(`${API}orders`)
  await auth.fetch(`${graph}v1.0/me`)
  const tokens = calls.map(({ authorization }) => authorization)
  assert.deepEqual(tokens, ['Bearer token-of-alice', 'Bearer at-api', 'Bearer token-of-alice'])
})

test('frappe#26266: an empty refresh_token in an answer replaces nothing', async (t) => {
  let count = 0
  const { stage, refreshes } = await setRefreshStage(t, {
    refresh: () => json({ access_token: `at-${(count += 1)}`, token_type: 'Bearer', expires_in: 3600, refresh_token: '' }),
  })
  const { auth } = await stage.signIn()
  advanceClock(t, 4000)
  assert.equal((await auth.getAccessToken()).accessToken, 'at-1')
  advanceClock(t, 8000)
  assert.equal((await auth.getAccessToken()).accessToken, 'at-2')
  assert.deepEqual(refreshes.map(({ refresh_token: token }) => token), ['rt-1', 'rt-1'])
})

test('openid-client#717: without an access token a sign-in for an API is refused; one for the user alone is not', async (t) => {
  const { stage } = await setRefreshStage(t, { grant: { access_token: undefined, expires_in: undefined } })
  const { double } = stage
  const refused = stage.open(await stage.goAndComeBack())
  await assert.rejects(refused.auth.start(), code('OIDC_TOKEN_RESPONSE_INVALID', 'access_token'))
  // Azure AD B2C has no UserInfo.
  const discover = double.answers['/.well-known/openid-configuration']
  double.answers['/.well-known/openid-configuration'] = () => {
    const { status, body } = discover()
    return json({ ...JSON.parse(body), userinfo_endpoint: undefined }, status)
  }
  const { auth } = await stage.signIn()
  assert.equal(auth.user.sub, 'alice')
  assert.equal((await stage.open('/').auth.start()).sub, 'alice', 'after a reload')
  const withScope = { apis: { [API]: { scope: 'https://tenant.example/api/read' } } }
  const api = stage.open(await stage.goAndComeBack({}, withScope), withScope)
  await assert.rejects(api.auth.start(), code('OIDC_TOKEN_RESPONSE_INVALID', 'access_token'))
})
