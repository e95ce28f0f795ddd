// Pending attempts: the step is a page of the app, which comes back with the reference.
import assert from 'node:assert/strict'
import test from 'node:test'
import { load } from '../support/package.mjs'
import { code } from '../support/stage.mjs'
import { APP_ID, CLIENT_ID, formOf, ISSUER, OTHER_TENANT, SECRET, serveMethod, signingKey, startEntra, TENANT, validate } from '../support/entra.mjs'

const { createExternalMethod, memoryReplay } = await load('./eam')
const key = signingKey()

/** An app whose step is a page with a form, and whose route `/code` checks a code. */
async function start(t, settings = {}) {
  const entra = await startEntra(t)
  const refusals = []
  const method = createExternalMethod({
    issuer: ISSUER, appId: APP_ID, clientId: CLIENT_ID, tenants: [TENANT], signingKeys: [key], secret: SECRET,
    fetch: entra.fetch,
    step: ({ reference }) => new Response(reference, { headers: { 'cache-control': 'max-age=600' } }),
    onRefusal: (error) => void refusals.push(`${error.code} ${error.at}`),
    ...settings,
  })
  const place = await serveMethod(t, async (request) => {
    if (new URL(request.url).pathname !== '/code') return method.handle(request)
    const form = new Map(new URLSearchParams(await request.text()))
    const reference = form.get('reference')
    const attempt = form.has('look') ? await method.attempt(request, reference) : undefined
    if (attempt) return Response.json(attempt)
    return method.complete(request, reference, JSON.parse(form.get('outcome') ?? '{"amr":"otp"}'))
  })
  const begin = async (more) => {
    const claims = entra.claims()
    const parameters = await entra.parameters({ id_token_hint: await entra.hint(claims), ...more })
    const page = await place.authorize(parameters)
    return { claims, parameters, page, reference: page.text }
  }
  const finish = (reference, more = {}) => place.send('/code', { form: { reference, ...more.form }, ...more.send })
  return { entra, method, place, begin, finish, refusals }
}

test('EAM attempt: the page is bound to the browser by a cookie, and completes once', async (t) => {
  const { place, begin, finish, refusals } = await start(t)
  const { page, reference, parameters, claims } = await begin()
  const [line] = page.headers['set-cookie']
  assert.match(line, /^__Host-countersign_eam-[\w-]{22}=[\w-]{22}; Path=\/; Secure; HttpOnly; SameSite=Lax; Max-Age=300$/)
  assert.match(page.headers['cache-control'], /no-store/)
  const answer = await finish(reference)
  const payload = await validate(place, formOf(answer).fields, parameters, claims)
  assert.deepEqual(payload.amr, ['otp'])
  assert.equal(place.jar.size, 0, 'the cookie of the attempt is deleted')
  const again = await finish(reference)
  assert.deepEqual([again.status, refusals], [400, ['OIDC_ATTEMPT_UNKNOWN reference']])
})

test('EAM attempt: a copy of the cookie does not complete it a second time', async (t) => {
  const { place, begin, finish, refusals } = await start(t)
  const { reference } = await begin()
  const copy = [...place.jar]
  const answers = await Promise.all(Array.from({ length: 5 }, () => finish(reference)))
  const posted = answers.filter(({ text }) => text.includes('id_token'))
  assert.equal(posted.length, 1, 'one of five at the same time')
  for (const [name, value] of copy) place.jar.set(name, value)
  assert.equal((await finish(reference)).status, 400)
  assert.equal(refusals.length, 5)
})

test('EAM attempt: a store makes it single use in every isolate', async (t) => {
  const replay = memoryReplay()
  const one = await start(t, { replay })
  const { reference } = await one.begin()
  const copy = [...one.place.jar]
  await one.finish(reference)
  const two = await start(t, { replay })
  for (const [name, value] of copy) two.place.jar.set(name, value)
  assert.equal((await two.finish(reference)).status, 400)
  assert.deepEqual(two.refusals, ['OIDC_ATTEMPT_UNKNOWN reference'])
})

test('EAM attempt: a store that fails is temporarily_unavailable', async (t) => {
  const store = { isDown: false }
  const replay = { putIfAbsent: async () => !store.isDown || Promise.reject(new Error('down')) }
  const { begin, finish, refusals } = await start(t, { replay })
  const { reference } = await begin()
  store.isDown = true
  // The hint is claimed when an attempt begins, and the attempt when it is completed.
  for (const answer of [() => finish(reference), async () => (await begin()).page]) {
    assert.equal(formOf(await answer()).fields.error, 'temporarily_unavailable')
    assert.deepEqual(refusals.splice(0), ['OIDC_REPLAY_UNAVAILABLE replay'])
  }
})

test('EAM attempt: two tabs have an attempt each', async (t) => {
  const { place, begin, finish } = await start(t)
  const one = await begin({ state: 'one' })
  const two = await begin({ state: 'two' })
  for (const { reference, parameters, claims } of [one, two]) {
    await validate(place, formOf(await finish(reference)).fields, parameters, claims)
  }
})

test('EAM attempt: another browser, a changed reference and another secret are refused', async (t) => {
  const { begin, finish, place, refusals } = await start(t)
  const { reference } = await begin()
  const other = await begin()
  const [id, sealed] = reference.split('~')
  const [otherId, otherSealed] = other.reference.split('~')
  const bent = sealed.slice(0, -2) + (sealed.endsWith('AA') ? 'BB' : 'AA')
  for (const [bad, send] of [
    [reference, { cookies: false }],
    [`${otherId}~${sealed}`],
    [`${id}~${otherSealed}`],
    [`${id}~${bent}`],
    [id],
    [''],
  ]) {
    assert.equal((await finish(bad, { send })).status, 400)
  }
  assert.deepEqual(new Set(refusals), new Set(['OIDC_ATTEMPT_UNKNOWN reference']))
  const stranger = await start(t, { secret: 'zX9cV7bN5mQ3wE1rT8yU6iO4pA2sD0fG' })
  for (const [name, value] of place.jar) stranger.place.jar.set(name, value)
  assert.equal((await stranger.finish(reference)).status, 400)
  const changed = await start(t, { secret: ['zX9cV7bN5mQ3wE1rT8yU6iO4pA2sD0fG', SECRET] })
  for (const [name, value] of place.jar) changed.place.jar.set(name, value)
  assert.ok(formOf(await changed.finish(reference)).fields.id_token, 'the older secret still opens')
})

test('EAM attempt: a method with the same secret, and another issuer, client, app, cloud or profile, does not open it', async (t) => {
  const { begin, finish, method, place } = await start(t)
  const { reference, parameters, claims } = await begin()
  const controls = [{ id: 'c', name: 'n', claims: [{ type: 'CustomMfa', value: 'MfaDone' }] }]
  for (const settings of [
    { issuer: `${ISSUER}/b` },
    { clientId: 'fabrikam' },
    { appId: '11112222-aaaa-3333-bbbb-4444cccc5555' },
    { cloud: 'login.microsoftonline.us' },
    { profile: 'ca-custom-control', controls },
  ]) {
    const other = await start(t, settings)
    for (const [name, value] of place.jar) other.place.jar.set(name, value)
    const form = settings.controls ? { outcome: '{"done":true}' } : {}
    const answer = await other.finish(reference, { form })
    assert.deepEqual([answer.status, other.refusals], [400, ['OIDC_ATTEMPT_UNKNOWN reference']], JSON.stringify(settings))
    assert.equal(other.place.jar.size, 1, 'the attempt stays open at its own method')
    assert.equal((await other.finish(reference, { form: { look: '1' } })).text, 'OIDC_ATTEMPT_UNKNOWN')
  }
  const cookie = [...place.jar].map(([name, value]) => `${name}=${value}`).join()
  assert.equal((await method.attempt(new Request(ISSUER, { headers: { cookie } }), reference)).id, reference.split('~')[0])
  await validate(place, formOf(await finish(reference)).fields, parameters, claims)
})

test('EAM attempt: a tenant that has left the list since gets no answer', async (t) => {
  const { begin, place } = await start(t)
  const { reference } = await begin()
  const later = await start(t, { tenants: [OTHER_TENANT] })
  for (const [name, value] of place.jar) later.place.jar.set(name, value)
  assert.equal((await later.finish(reference, { form: { look: '1' } })).text, 'OIDC_TENANT_FORBIDDEN')
  const { fields } = formOf(await later.finish(reference))
  assert.equal(fields.error, 'access_denied')
  assert.deepEqual(later.refusals, ['OIDC_TENANT_FORBIDDEN tid'])
})

test('EAM hint: with a store, a hint begins one attempt; without one, it may be posted again', async (t) => {
  const replay = memoryReplay()
  const { entra, place, refusals } = await start(t, { replay })
  const parameters = await entra.parameters()
  const pages = await Promise.all(Array.from({ length: 5 }, () => place.authorize(parameters)))
  assert.equal(pages.filter(({ headers }) => headers['set-cookie']).length, 1)
  assert.deepEqual(refusals, Array(4).fill('OIDC_TOKEN_REPLAYED id_token_hint'))
  const [refused] = pages.filter(({ headers }) => !headers['set-cookie'])
  assert.equal(formOf(refused).fields.error, 'access_denied')
  const open = await start(t)
  const again = await open.entra.parameters()
  for (let n = 0; n < 2; n += 1) assert.ok((await open.place.authorize(again)).headers['set-cookie'])
})

test('EAM attempt: it ends after five minutes', async (t) => {
  const clock = { offset: 0 }
  const now = () => Date.now() / 1000 + clock.offset
  const { begin, finish, refusals } = await start(t, { now })
  const { reference } = await begin()
  clock.offset = 290
  assert.equal((await finish(reference, { form: { look: '1' } })).status, 200)
  clock.offset = 301
  assert.equal((await finish(reference)).status, 400)
  assert.deepEqual(refusals, ['OIDC_ATTEMPT_UNKNOWN reference'])
})

test('EAM attempt: the app reads who the attempt is for; a long state needs no cookie', async (t) => {
  const { begin, finish, place, method } = await start(t)
  const { reference, claims, parameters } = await begin({ state: 's'.repeat(20_000) })
  const seen = JSON.parse((await finish(reference, { form: { look: '1' } })).text)
  assert.equal(seen.hint.oid, claims.oid)
  assert.equal(seen.reference, reference)
  assert.ok([...place.jar].join().length < 200)
  await assert.rejects(method.attempt(new Request(`${ISSUER}/code`), reference), code('OIDC_ATTEMPT_UNKNOWN', 'reference'))
  await validate(place, formOf(await finish(reference)).fields, parameters, claims)
})

test('EAM attempt: an error is posted, and ends the attempt', async (t) => {
  const { begin, finish, entra } = await start(t)
  const { reference } = await begin()
  const { action, fields } = formOf(await finish(reference, { form: { outcome: '{"error":"access_denied"}' } }))
  assert.equal(action, entra.redirectUri)
  assert.equal(fields.error, 'access_denied')
  assert.equal((await finish(reference)).status, 400)
})

test('EAM attempt: an outcome that does not exist leaves the attempt open', async (t) => {
  const { begin, finish } = await start(t)
  const { reference } = await begin()
  const wrong = await finish(reference, { form: { outcome: '{"amr":"pwd"}' } })
  assert.deepEqual([wrong.status, wrong.text], [500, 'OIDC_EXPECTED_INVALID'])
  assert.ok(formOf(await finish(reference)).fields.id_token)
})

test('onRefusal may answer itself', async (t) => {
  const { entra, place } = await start(t, { onRefusal: ({ code }) => new Response(code, { status: 418 }) })
  const answer = await place.authorize(await entra.parameters({ scope: 'x' }))
  assert.deepEqual([answer.status, answer.text], [418, 'OIDC_REQUEST_INVALID'])
})
