// The vault: what a page sees of a session in a worker, and what happens when the worker dies.
import assert from 'node:assert/strict'
import test from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { loadInternal } from '../../internal/modules.mjs'
import { advanceClock } from '../support/clock.mjs'
import { json } from '../support/double.mjs'
import { load } from '../support/package.mjs'
import { code, setStage } from '../support/stage.mjs'
import { openWorkers } from '../support/workers.mjs'

let count = 0
/** A stage with a vault, whose provider gives refresh tokens that work once. */
async function setVault(t, { shared, ...settings } = {}) {
  const workers = await openWorkers(t, { shared })
  // A page has one line to a worker; a worker of its own for each test.
  count += 1
  const workerUrl = `/vault-${count}.js`
  const stage = await setStage(t, { store: undefined, vault: { workerUrl }, silent: 'page', ...settings })
  const { double } = stage
  const { '/token': redeem } = double.answers
  const issued = []
  double.answers['/token'] = (request, body) => {
    const form = new URLSearchParams(body)
    const used = form.get('refresh_token')
    if (used && used !== issued.at(-1)) return json({ error: 'invalid_grant' }, 400)
    const answer = used ? { status: 200 } : redeem(request, body)
    if (answer.status !== 200) return answer
    issued.push(`refresh-${issued.length}-of-alice`)
    const [access_token, refresh_token] = [`access-${issued.length}-of-alice`, issued.at(-1)]
    const usual = used ? { token_type: 'Bearer', expires_in: 3600 } : JSON.parse(answer.body)
    return json({ ...usual, access_token, refresh_token })
  }
  return Object.assign(stage, { workers, workerUrl, issued })
}

const kept = ({ browser }) =>
  JSON.stringify([...browser.localStorage.texts, ...browser.sessionStorage.texts])
const asked = ({ double }, path) => double.asked.filter((one) => one.path === path)
const textOfSettings = async (stage) => {
  const { configText } = await loadInternal('config')
  const { vault, ...rest } = stage.settings
  return configText(rest, 'https://app.example/')
}

test('a user signs in by a redirect, and no token reaches the page', async (t) => {
  const stage = await setVault(t)
  const { auth } = await stage.signIn()
  assert.equal(auth.user.sub, 'alice')
  assert.equal(auth.evidence.alg, 'RS256')
  assert.equal(stage.issued.length, 1)
  for (const place of [kept(stage), stage.workers.seen.join()]) {
    assert.ok(!place.includes('refresh-'), 'a refresh token')
    assert.ok(!place.includes('access-'), 'an access token')
  }
  assert.ok(!kept(stage).includes('verifier'), 'a verifier that was used')
  assert.match(kept(stage), /"countersign:mark:[^"]+","{}"/, 'a session hint is no secret')
  assert.deepEqual(stage.workers.urls, [[stage.workerUrl, 'module']])
})

test('getAccessToken gives the token', async (t) => {
  const stage = await setVault(t)
  const { auth } = await stage.signIn()
  const { accessToken, expiresAt } = await auth.getAccessToken()
  assert.equal(accessToken, 'access-1-of-alice')
  assert.ok(expiresAt > Date.now() / 1000)
  assert.equal((await auth.userInfo()).authorization, 'Bearer access-1-of-alice')
})

test('an old token is renewed in the worker, once, and the page is notified', async (t) => {
  const stage = await setVault(t)
  stage.double.expiresIn = 1
  const { auth } = await stage.signIn()
  const renewed = new Promise((resolve) => auth.addEventListener('renewed', resolve, { once: true }))
  advanceClock(t, 1.2)
  const tokens = await Promise.all([auth.getAccessToken(), auth.getAccessToken()])
  for (const { accessToken } of tokens) assert.equal(accessToken, 'access-2-of-alice')
  await renewed
  assert.equal(asked(stage, '/token').length, 2)
  assert.ok(!stage.workers.seen.join().includes('refresh-'))
})

test('D2, B8: a refresh refused without an error keeps the session of the worker, and one code', async (t) => {
  const stage = await setVault(t)
  const { auth } = await stage.signIn()
  const { '/token': renew } = stage.double.answers
  stage.double.answers['/token'] = () => ({ status: 403, body: '<h1>Forbidden</h1>' })
  advanceClock(t, 4000)
  for (const { auth: one } of [{ auth }, { auth }, stage.open('/')]) {
    await assert.rejects(one.getAccessToken(), code('OIDC_RESPONSE_STATUS', 'token_endpoint'))
    assert.deepEqual([one.status, one.user.sub], ['signedIn', 'alice'])
  }
  assert.equal(asked(stage, '/token').length, 2)
  stage.double.answers['/token'] = renew
  advanceClock(t, 4004)
  assert.equal((await auth.getAccessToken()).accessToken, 'access-2-of-alice')
})

test('D11, DSC-07: a worker keeps the keys for five minutes, and looks at once when a signature is wrong', async (t) => {
  const stage = await setVault(t)
  const count = async (seconds) => {
    advanceClock(t, seconds)
    assert.equal((await stage.signIn()).auth.user.sub, 'alice')
    return asked(stage, '/keys').length
  }
  assert.deepEqual([await count(0), await count(60)], [1, 1])
  stage.double.rotate()
  assert.deepEqual([await count(120), await count(180)], [2, 2])
  assert.equal(await count(430), 3)
})

test('another page of the origin finds the session in the worker, and a sign-out ends it there', async (t) => {
  const stage = await setVault(t)
  await stage.signIn()
  const { auth, page } = stage.open('/other')
  assert.equal((await auth.start()).sub, 'alice')
  auth.signOut().catch(() => {})
  const end = new URL(await page.left)
  assert.equal(end.pathname, '/end')
  const revoked = asked(stage, '/revoke').map(({ body }) => new URLSearchParams(body).get('token'))
  assert.deepEqual(revoked, ['refresh-0-of-alice', 'access-1-of-alice'])
  assert.equal(await stage.open('/').auth.start(), null)
  assert.doesNotMatch(kept(stage), /:mark:/)
})

test('fetch sends the token from the worker, which the page does not see', async (t) => {
  const stage = await setVault(t)
  const { issuer, answers } = stage.double
  let body
  answers['/api/echo'] = (request, text) => {
    body = text
    return { status: 201, headers: { 'x-answer': 'yes' }, body: `hello ${request.headers['x-own']}` }
  }
  answers['/api/empty'] = () => ({ status: 204 })
  stage.settings.apis = { [`${issuer}/api`]: { scope: 'openid' } }
  const { auth } = await stage.signIn()
  const init = { method: 'POST', body: 'a body', headers: { 'x-own': 'me' } }
  const response = await auth.fetch(`${issuer}/api/echo`, init)
  const { status, url, type, redirected, headers } = response
  assert.deepEqual([status, url, redirected, headers.get('x-answer')],
    [201, `${issuer}/api/echo`, false, 'yes'])
  assert.equal(typeof type, 'string')
  assert.equal(await response.text(), 'hello me')
  assert.equal(body, 'a body')
  assert.equal((await auth.fetch(`${issuer}/api/empty`)).status, 204)
  assert.equal((await auth.fetch(new Request(`${issuer}/api/echo`, init))).status, 201)
  for (const { headers } of asked(stage, '/api/echo')) {
    assert.equal(headers.authorization, 'Bearer access-1-of-alice')
  }
  assert.ok(!stage.workers.seen.join().includes('access-'))
  // Elsewhere the page asks by itself, and nothing is added.
  answers['/elsewhere'] = answers['/api/echo']
  await auth.fetch(`${issuer}/elsewhere`)
  assert.equal(asked(stage, '/elsewhere')[0].headers.authorization, undefined)
})

test('fetch renews once after a 401, and can be aborted before and after the response', async (t) => {
  const stage = await setVault(t)
  const { issuer, answers } = stage.double
  answers['/api'] = ({ headers }) =>
    ({ status: headers.authorization === 'Bearer access-1-of-alice' ? 401 : 200, body: 'x' })
  answers['/api/slow'] = () => undefined
  answers['/api/long'] = (_request, _body, response) => {
    response.writeHead(200)
    response.write('the beginning')
  }
  stage.settings.apis = { [`${issuer}/api`]: {} }
  const { auth } = await stage.signIn()
  assert.equal((await auth.fetch(`${issuer}/api`)).status, 200)
  assert.equal(asked(stage, '/token').length, 2)
  const off = new AbortController()
  const slow = auth.fetch(`${issuer}/api/slow`, { signal: off.signal })
  while (!asked(stage, '/api/slow').length) await sleep(5)
  const reason = new Error('enough')
  off.abort(reason)
  await assert.rejects(slow, (error) => error === reason)
  const later = new AbortController()
  const long = await auth.fetch(`${issuer}/api/long`, { signal: later.signal })
  const reader = long.body.getReader()
  assert.equal(Buffer.from((await reader.read()).value).toString(), 'the beginning')
  later.abort()
  await assert.rejects(reader.read())
  answers['/api/broken'] = (_request, _body, response) => void response.destroy()
  await assert.rejects(auth.fetch(`${issuer}/api/broken`), TypeError)
})

/** Says anything to the worker, as a script of the origin can. */
function hostile(stage) {
  const port = stage.workers.connect(stage.workerUrl)
  const waiting = new Map()
  let id = 0
  port.onmessage = ({ data }) => waiting.get(data.id)?.(data)
  return (kind, ...inputs) => {
    id += 1
    const answered = new Promise((resolve) => waiting.set(id, resolve))
    port.postMessage({ id, kind, inputs })
    return answered
  }
}

test('a hostile script of the origin can read who is signed in, and never gets the refresh token', async (t) => {
  const stage = await setVault(t)
  stage.double.expiresIn = 1
  const { auth } = await stage.signIn()
  await auth.getAccessToken()
  const ask = hostile(stage)
  const settings = await textOfSettings(stage)
  const { result: { end } } = await ask('begin', settings, 'start', '', 'https://app.example/', 0)
  assert.equal(JSON.parse(end.session.claims).sub, 'alice')
  // The script may do what the page may do: get a new token, by the handle from the session.
  advanceClock(t, 1.2)
  const step = await ask('begin', settings, 'refresh', end.session.text, '{}', 0)
  let result = step.result
  while (!result.end) {
    const [{ id }] = result.effects.slice(-1)
    ;({ result } = await ask('resume', settings, result.flow, id, 'none', '', new Uint8Array(), 0, 0))
  }
  assert.equal(result.end.kind, 'token')
  // Handles of other pages, and invented ones, are useless.
  const stranger = hostile(stage)
  for (const handle of ['handle-1', 'handle-2', end.session.text, '', 'refresh-0-of-alice', '[]', 7, null, {}]) {
    assert.equal((await stranger('reveal', handle)).code, 'OIDC_SIGNIN_REQUIRED', String(handle))
    const renewed = await stranger('begin', settings, 'refresh', String(handle), '{}', 0)
    assert.equal(renewed.result.end.kind, 'error')
  }
  // The handle of a session is no handle of a token.
  assert.equal((await ask('reveal', end.session.text)).code, 'OIDC_SIGNIN_REQUIRED')
  assert.ok(!stage.workers.seen.join().includes('refresh-'))
})

test('a script with other settings is another client, which is signed out', async (t) => {
  const stage = await setVault(t)
  const { auth } = await stage.signIn()
  const { accessToken } = await auth.getAccessToken()
  const ask = hostile(stage)
  const settings = JSON.parse(await textOfSettings(stage))
  const { issuer } = stage.double
  const metadata = JSON.parse(stage.double.answers['/.well-known/openid-configuration']().body)
  const evil = 'http://127.0.0.1:9/evil'
  for (const more of [
    { apis: { 'https://evil.example/': {} } },
    { metadata: { ...metadata, revocation_endpoint: evil } },
    { metadata: { ...metadata, token_endpoint: evil } },
    { scope: 'openid' },
  ]) {
    const text = JSON.stringify({ ...settings, ...more })
    const { result: { end } } = await ask('begin', text, 'start', '', 'https://app.example/', 0)
    assert.equal(end.kind, 'signedOut', JSON.stringify(more))
  }
  // Nor does a handle of one client work with the settings of another.
  const { result: { end } } = await ask('begin', JSON.stringify(settings), 'start', '', 'https://app.example/', 0)
  const others = JSON.stringify({ ...settings, metadata: { ...metadata, userinfo_endpoint: evil } })
  const { result } = await ask('begin', others, 'userinfo', end.session.text, '', 0)
  assert.equal(result.end.kind, 'error')
  // A token goes only to the API that it was requested for, not to any other address.
  const token = await ask('begin', JSON.stringify(settings), 'refresh', end.session.text, '{}', 0)
  const sent = { url: `${issuer}/steal`, init: { method: 'GET', headers: [] } }
  assert.equal((await ask('fetch', token.result.end.accessToken, sent)).code, 'OIDC_VAULT_UNAVAILABLE')
  assert.equal(asked(stage, '/steal').length, 0)
  assert.equal((await ask('reveal', token.result.end.accessToken)).result, accessToken)
})

test('invalid messages get a code or no answer, and the vault continues', async (t) => {
  const stage = await setVault(t)
  const { auth } = await stage.signIn()
  const ask = hostile(stage)
  for (const [kind, ...inputs] of [
    ['begin'],
    ['begin', '{}', 'start', '', 7],
    ['resume', '{}', 'talk 1', 1, 'done'],
    ['resume'],
    ['nonsense'],
    ['__proto__'],
    ['constructor'],
    ['fetch'],
    ['fetch', 'handle-1'],
  ]) {
    assert.match((await ask(kind, ...inputs)).code, /^OIDC_(VAULT_UNAVAILABLE|SIGNIN_REQUIRED)$/, kind)
  }
  assert.equal((await ask('begin', 'no JSON', 'start', '', '', 0)).result.end.kind, 'error')
  assert.equal((await ask('begin', await textOfSettings(stage), 'dance', '', '', 0)).result.end.kind, 'error')
  const port = stage.workers.connect(stage.workerUrl)
  for (const message of [null, 7, 'ping', {}, { id: 'x', kind: 'ping', inputs: [] }, { id: 1, kind: 'ping' }]) {
    port.postMessage(message)
  }
  assert.equal((await auth.getAccessToken()).accessToken, 'access-1-of-alice')
})

test('values of a wrong type from a page never reach the core, whatever their number', async (t) => {
  const stage = await setVault(t)
  const { auth } = await stage.signIn()
  const ask = hostile(stage)
  const settings = await textOfSettings(stage)
  const values = [
    ...[undefined, null, true, 0, -1, 1.5, NaN, 2 ** 31, 2 ** 53, 7n, '', 'text', '{}', 'done', 'response'],
    ...[{}, [], ['a'], new Uint8Array(3), new ArrayBuffer(3), new Uint16Array(2), new Date(0), new Map()],
  ]
  const random = seeded(1)
  const any = () => values[Math.floor(random() * values.length)]
  const codes = new Set()
  for (let round = 0; round < 100; round += 1) {
    const begun = await ask('begin', settings, 'sign-in', '{}', 'https://app.example/', 0)
    const { flow, effects } = begun.result
    const [good, change] = [[settings, flow, effects[0].id, 'none', '', new Uint8Array(), 0, 0], random() < 0.5]
    // One value is wrong, or every one may be.
    const place = 3 + Math.floor(random() * 4)
    const inputs = good.map((value, i) => (i >= 3 && (change ? i === place : true) ? any() : value))
    const reply = await ask('resume', ...inputs)
    codes.add(reply?.code)
    assert.notEqual(reply?.code, 'OIDC_INTERNAL', JSON.stringify(inputs, (_, value) => String(value)))
    assert.equal(reply?.thrown, undefined)
  }
  assert.ok(codes.has('OIDC_VAULT_UNAVAILABLE'))
  assert.equal((await auth.getAccessToken()).accessToken, 'access-1-of-alice')
})

/** A generator of pseudorandom numbers in [0, 1), the same ones for a seed (mulberry32). */
function seeded(seed) {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

test('a worker that dies ends the session: the page learns it, and the next sign-in works', async (t) => {
  const stage = await setVault(t)
  const { auth } = await stage.signIn()
  const out = new Promise((resolve) => auth.addEventListener('signedout', resolve, { once: true }))
  stage.double.answers['/me'] = () => undefined
  const waiting = assert.rejects(auth.userInfo(), code('OIDC_VAULT_UNAVAILABLE', 'workerUrl'))
  while (!asked(stage, '/me').length) await sleep(5)
  stage.workers.kill()
  await waiting
  const { error } = await out
  assert.deepEqual([auth.status, auth.user], ['signedOut', null])
  assert.equal(error?.code, 'OIDC_VAULT_UNAVAILABLE')
  assert.equal(auth.error, error)
  await assert.rejects(auth.getAccessToken(), code('OIDC_SIGNIN_REQUIRED'))
  const again = await stage.signIn()
  assert.equal(again.auth.user.sub, 'alice')
  assert.equal(stage.workers.started, 2)
})

test('C3, C6: a worker that dies after close and start in one tick ends the session with its error', async (t) => {
  const stage = await setVault(t)
  const { auth } = await stage.signIn()
  auth.close()
  assert.equal((await auth.start()).sub, 'alice')
  await sleep(10)
  const out = new Promise((resolve) => auth.addEventListener('signedout', resolve, { once: true }))
  stage.workers.kill()
  const { error } = await out
  assert.deepEqual([error?.code, auth.status, auth.error], ['OIDC_VAULT_UNAVAILABLE', 'signedOut', error])
})

test('a worker that stops answering is lost after missed heartbeats, without an event of the browser', async (t) => {
  const stage = await setVault(t)
  // Before the sign-in: its requests start the heartbeats.
  t.mock.timers.enable({ apis: ['setInterval'] })
  const { auth } = await stage.signIn()
  await auth.getAccessToken()
  stage.workers.silence()
  const waiting = auth.getAccessToken()
  let settled = false
  waiting.catch(() => {}).then(() => { settled = true })
  t.mock.timers.tick(6000)
  await sleep(20)
  assert.equal(settled, false)
  t.mock.timers.tick(6000)
  await assert.rejects(waiting, code('OIDC_VAULT_UNAVAILABLE'))
  assert.equal(auth.status, 'signedOut')
})

test('an unavailable worker has a code, and the page continues', async (t) => {
  const stage = await setVault(t)
  const usual = globalThis.SharedWorker
  const { setTimeout } = globalThis
  const forgetting = []
  // The delay after which the page may start the worker again.
  t.mock.method(globalThis, 'setTimeout', (act, ms, ...rest) =>
    (ms === 1000 ? forgetting.push(act) : setTimeout(act, ms, ...rest)))
  for (const broken of [
    class { constructor() { throw new DOMException('No.', 'SecurityError') } },
    class {
      constructor() {
        this.port = new MessageChannel().port1
        queueMicrotask(() => this.onerror(new Event('error')))
      }
    },
    undefined,
  ]) {
    globalThis.SharedWorker = broken
    const { auth } = stage.open('/')
    await assert.rejects(auth.start(), code('OIDC_VAULT_UNAVAILABLE', 'workerUrl'))
    assert.equal(auth.status, 'signedOut')
    await assert.rejects(auth.signIn(), code('OIDC_VAULT_UNAVAILABLE'))
    globalThis.SharedWorker = usual
    await assert.rejects(auth.start(), code('OIDC_VAULT_UNAVAILABLE'))
    assert.equal(forgetting.length, 1)
    forgetting.pop()()
    assert.equal(await auth.start(), null)
    stage.workers.kill()
  }
})

test('without shared workers a page has a worker of its own, and a sign-out reaches the others', async (t) => {
  const stage = await setVault(t, { shared: false })
  const { auth, page } = await stage.signIn()
  assert.equal(auth.user.sub, 'alice')
  assert.equal((await auth.getAccessToken()).accessToken, 'access-1-of-alice')
  const other = new BroadcastChannel('countersign')
  t.after(() => other.close())
  const heard = new Promise((resolve) => {
    other.onmessage = ({ data }) => resolve(data)
  })
  auth.signOut().catch(() => {})
  await page.left
  // The other tabs have other sessions; they receive it and remove theirs.
  assert.match(await heard, / out$/)
  assert.deepEqual([auth.status, await auth.start()], ['signedOut', null])
  assert.ok(!stage.workers.seen.join().includes('refresh-'))
})

test('clients of one page share the port to a worker', async (t) => {
  const stage = await setVault(t)
  const clients = [stage.open('/').auth, stage.open('/').auth]
  for (const auth of clients) assert.equal(await auth.start(), null)
  assert.equal(stage.workers.urls.length, 1)
})

test('an invalid setting with a vault is refused by name, and slim refuses `vault`', async (t) => {
  const { createClient } = await load()
  const slim = await load('./slim')
  const settings = { issuer: 'https://op.example', clientId: 'c', redirectUri: '/cb' }
  const vault = { workerUrl: '/vault.js' }
  for (const [more, at] of [
    [{ vault: null }, 'vault'],
    [{ vault: 7 }, 'vault'],
    [{ vault: {} }, 'vault'],
    [{ vault: { workerUrl: '' } }, 'vault'],
    [{ vault: { workerUrl: null } }, 'vault'],
    [{ vault: { ...vault, more: 1 } }, 'vault'],
    [{ vault, store: 'local' }, 'store'],
    [{ vault, fetch }, 'fetch'],
    [{ vault, backend: {} }, 'backend'],
    [{ vault, clientID: 'x' }, 'clientID'],
    [{ vault, clientId: undefined }, 'clientId'],
  ]) {
    assert.throws(() => createClient({ ...settings, ...more }), code('OIDC_CONFIG_INVALID', at))
  }
  assert.throws(() => slim.createClient({ ...settings, vault, module: {} }), code('OIDC_CONFIG_INVALID', 'vault'))
  for (const more of [{ vault: undefined }, { vault }, { vault: { workerUrl: new URL('https://a.example/v.js') } }]) {
    createClient({ ...settings, ...more }).close()
  }
})

test('a page that imports the vault by mistake does not listen', async (t) => {
  const { addressOf } = await import('../support/package.mjs')
  await import(`${await addressOf('./vault')}?page`)
  assert.equal(globalThis.onmessage, undefined)
})

test('LOG-18: in a vault, a session check of every length gets the answer of the page', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] })
  const { makeRemoteFlow } = await loadInternal('remote-flow')
  for (const delayMs of [5000, 30_000, 60_000, 3600_000]) {
    const flow = makeRemoteFlow('flow')
    const check = { kind: 'check-session', url: 'https://op.example/check', origin: 'https://op.example', text: 'c s', delayMs }
    let answer
    flow.request(check).then((given) => { answer = given })
    // The page waits first, and its frame may take ten seconds to load and to answer.
    t.mock.timers.tick(delayMs + 10_000)
    await Promise.resolve()
    assert.equal(answer, undefined, `${delayMs} ms`)
    flow.answer(1, ['text', 'changed'])
    t.mock.timers.tick(0)
    for (let n = 0; n < 10; n += 1) await Promise.resolve()
    assert.deepEqual(answer, ['text', 'changed'], `${delayMs} ms`)
  }
})

test('D8: renew with a vault sends one refresh request, and the new token is that of later calls', async (t) => {
  const stage = await setVault(t)
  const { auth } = await stage.signIn()
  advanceClock(t, 4000)
  assert.equal((await auth.getAccessToken({ renew: true })).accessToken, 'access-2-of-alice')
  assert.equal((await auth.getAccessToken()).accessToken, 'access-2-of-alice')
  assert.equal(stage.issued.length, 2)
})

test('C5: getAccessToken with a vault refuses wrong options by their names', async (t) => {
  const stage = await setVault(t)
  const { auth } = await stage.signIn()
  for (const [options, name] of [
    [null, 'options'],
    ['scope', 'options'],
    [{ scopes: 'a' }, 'scopes'],
    [{ renew: 'no' }, 'renew'],
    [{ scope: 5 }, 'scope'],
  ]) {
    await assert.rejects(auth.getAccessToken(options), code('OIDC_SIGNIN_OPTION_INVALID', name), JSON.stringify(options))
  }
})

for (const lifetime of [-5, 'abc', true, 1e300, {}]) {
  test(`B: a worker takes expires_in ${JSON.stringify(lifetime)} and an empty error as absent`, async (t) => {
    const stage = await setVault(t)
    const { '/token': issue } = stage.double.answers
    stage.double.answers['/token'] = async (...asked) => {
      const { body, ...rest } = await issue(...asked)
      return { ...rest, body: JSON.stringify({ ...JSON.parse(body), expires_in: lifetime, error: '' }) }
    }
    const { auth } = await stage.signIn()
    assert.equal((await auth.getAccessToken()).expiresAt, undefined)
    const renewed = await auth.getAccessToken({ renew: true })
    assert.deepEqual([renewed.accessToken, renewed.expiresAt], ['access-2-of-alice', undefined])
  })
}
