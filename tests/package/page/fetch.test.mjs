// auth.fetch: the token goes below the prefixes of `apis`, and nowhere else.
import assert from 'node:assert/strict'
import test from 'node:test'
import { code, setStage } from '../support/stage.mjs'

const api = 'https://api.example.com/'

/** A client that is signed in, and what its requests to anyone but the provider look like. */
async function signedIn(t, settings) {
  const sent = []
  const network = async (input, init) => {
    if (String(input?.url ?? input).startsWith('http://127.0.0.1')) return fetch(input, init)
    const request = new Request(input, { ...init, ...(init?.body && { duplex: 'half' }) })
    sent.push({
      input,
      init,
      url: request.url,
      method: request.method,
      redirect: request.redirect,
      authorization: request.headers.get('authorization'),
      headers: Object.fromEntries(request.headers),
      body: await request.text(),
    })
    return new Response('hello')
  }
  const hints = []
  const stage = await setStage(t, {
    apis: { [api]: { scope: 'profile' } },
    fetch: network,
    log: (hint) => hints.push(hint),
    // Without a hint about the refresh token that this provider does not give.
    refresh: false,
    ...settings,
  })
  const { auth } = await stage.signIn()
  return { auth, sent, hints, stage }
}

test('fetch sends the token to addresses below a prefix of `apis`, and refuses redirects', async (t) => {
  const { auth, sent, hints } = await signedIn(t)
  const response = await auth.fetch(`${api}inbox?x=1`, { headers: { accept: 'text/plain' } })
  assert.equal(await response.text(), 'hello')
  assert.equal(sent[0].authorization, 'Bearer token-of-alice')
  assert.equal(sent[0].redirect, 'error')
  assert.equal(sent[0].headers.accept, 'text/plain')
  assert.deepEqual(hints, [])
})

test('fetch changes no other request, and gives one hint', async (t) => {
  const { auth, sent, hints } = await signedIn(t)
  const init = { method: 'POST', body: 'x' }
  for (const url of [
    'https://evil.example/?secret=1',
    'https://api.example.com.evil.example/',
    'https://evil.example/https://api.example.com/',
    'http://api.example.com/',
    'https://api.example.com:444/',
  ]) {
    await auth.fetch(url, init)
    assert.equal(sent.at(-1).authorization, null, url)
    assert.ok(sent.at(-1).input === url && sent.at(-1).init === init, 'passed through as it was')
  }
  assert.equal(hints.length, 1)
  assert.ok(!hints[0].includes('secret'))
})

test('a prefix ends at a segment', async (t) => {
  const { auth, sent } = await signedIn(t, { apis: { [`${api}v1`]: {} } })
  for (const [path, goes] of [
    ['v1', true],
    ['v1/x', true],
    ['v1?x', true],
    ['v12', false],
    ['v1/../v2', false],
    ['', false],
  ]) {
    await auth.fetch(api + path)
    assert.equal(sent.at(-1).authorization !== null, goes, path)
  }
})

test('Authorization and redirect of the caller are not replaced', async (t) => {
  const { auth, sent } = await signedIn(t)
  await auth.fetch(api, { headers: [['Authorization', 'Basic x']] })
  assert.deepEqual([sent[0].authorization, sent[0].redirect], ['Basic x', 'follow'])
  await auth.fetch(new Request(api, { headers: { authorization: 'Basic y' } }))
  assert.equal(sent[1].authorization, 'Basic y')
  await auth.fetch(api, { redirect: 'follow' })
  assert.deepEqual([sent[2].authorization, sent[2].redirect], ['Bearer token-of-alice', 'follow'])
  await auth.fetch(new Request(api, { redirect: 'manual' }))
  assert.equal(sent[3].redirect, 'manual')
})

test('a Request keeps its method, headers and body; init adds to it', async (t) => {
  const { auth, sent } = await signedIn(t)
  const request = new Request(`${api}x`, {
    method: 'PUT',
    body: '{"a":1}',
    headers: { 'x-mine': '1' },
  })
  await auth.fetch(request)
  const [{ method, body, headers, authorization, redirect }] = sent
  assert.deepEqual(
    [method, body, headers['x-mine'], authorization, redirect],
    ['PUT', '{"a":1}', '1', 'Bearer token-of-alice', 'error'],
  )
  await auth.fetch(new URL(`${api}y`), { method: 'DELETE' })
  assert.deepEqual(
    [sent[1].method, sent[1].url, sent[1].authorization],
    ['DELETE', `${api}y`, 'Bearer token-of-alice'],
  )
})

test("a relative address is resolved against the page, as the platform's fetch does", async (t) => {
  const { auth, sent } = await signedIn(t, { apis: { 'https://app.example/api/': {} } })
  await auth.fetch('/api/hello')
  assert.deepEqual(
    [sent[0].url, sent[0].authorization],
    ['https://app.example/api/hello', 'Bearer token-of-alice'],
  )
  await auth.fetch('/apix').catch(() => {})
  assert.notEqual(sent[1]?.authorization, 'Bearer token-of-alice')
})

test('without a user, an API gets no request, other addresses do', async (t) => {
  const { stage, sent } = await signedIn(t)
  stage.browser.sessionStorage.texts.clear()
  const { auth } = stage.open('/')
  await assert.rejects(auth.fetch(api), code('OIDC_SIGNIN_REQUIRED'))
  assert.equal(sent.length, 0)
  await auth.fetch('https://elsewhere.example/')
  assert.equal(sent.length, 1)
})

test('a scope that the token does not have fails with a code', async (t) => {
  const { auth } = await signedIn(t)
  const need = { resource: 'https://other.example/' }
  await assert.rejects(auth.getAccessToken(need), code('OIDC_TOKEN_SCOPE_MISSING', 'resource'))
})

test('the setting `resource` of an API requests a token for it', async (t) => {
  const { auth } = await signedIn(t, { apis: { [api]: { resource: 'https://other.example/' } } })
  assert.equal((await auth.fetch(api)).status, 200)
})

test('wrong `apis` are refused at the first request', async (t) => {
  const { createClient } = await import('../support/package.mjs').then(({ load }) => load())
  const auth = createClient({
    issuer: 'https://op.example',
    clientId: 'c',
    redirectUri: 'https://app.example/cb',
    apis: { 'http://api.example/': {} },
  })
  t.after(() => auth.close())
  await assert.rejects(auth.fetch('http://api.example/x'), code('OIDC_CONFIG_INSECURE', 'apis'))
})

test("an aborted fetch rejects as the platform's fetch does", async (t) => {
  const { auth, sent } = await signedIn(t)
  const reason = new Error('enough')
  const failure = await auth
    .fetch(api, { signal: AbortSignal.abort(reason) })
    .catch((error) => error)
  assert.equal(failure, reason)
  assert.equal(sent.length, 0)
})
