// The examples of the page on external authentication methods run as they are written, in front of an emulated Entra.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import { jwtVerify, importX509 } from 'jose'
import { APP_ID, formOf, SECRET, signingKey, startEntra, TENANT } from '../package/support/entra.mjs'
import { example } from './harness/examples.mjs'
import { load } from './harness/project.mjs'
import { startWorker } from './harness/worker.mjs'

const ISSUER = 'https://mfa.example.com'

/** A key and its certificate, as the example makes them. */
function makeKey(t) {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-eam-'))
  t.after(() => rmSync(folder, { recursive: true }))
  execFileSync('sh', ['-e', '-c', example('docs/eam.md#keys').code], { cwd: folder, stdio: ['ignore', 'pipe', 'ignore'] })
  const [key, certificate, pem] = ['key.json', 'certificate.txt', 'certificate.pem'].map((name) => readFileSync(join(folder, name), 'utf8'))
  return { key, certificate, pem }
}

test('eam: a Worker sends a code, and answers Entra', async (t) => {
  const { key, certificate, pem } = makeKey(t)
  const entra = await startEntra(t)
  const sent = []
  const places = {
    async fetch(url, init) {
      if (new URL(url).host !== 'sms.example.com') return entra.fetch(url, init)
      sent.push(JSON.parse(new TextDecoder().decode(init.body)))
      return new Response()
    },
  }
  const ask = await startWorker(t, places, {
    files: { 'worker.ts': example('docs/eam.md#external-authentication-methods-of-microsoft-entra').code },
    wasm: ['edge.wasm', 'systems.wasm'],
    bindings: { APP_ID, ATTEMPT_SECRET: SECRET, SIGNING_KEY: key, CERTIFICATE: certificate },
    kvNamespaces: ['CODES'],
  })
  const post = (path, form, headers) => ask(`${ISSUER}${path}`, { method: 'POST', body: new URLSearchParams(form), headers })

  // Miniflare compresses for a client that allows it, as the network in front of a Worker does.
  const discovery = await ask(`${ISSUER}/.well-known/openid-configuration`, { headers: { 'accept-encoding': 'identity' } })
  assert.equal(discovery.headers.get('content-length'), String((await discovery.text()).length))
  assert.equal((await ask(`${ISSUER}/other`)).status, 404)

  for (const [code, has] of [[undefined, 'id_token'], ['000000', 'error']]) {
    const claims = entra.claims()
    const page = await post('/authorize', await entra.parameters({ id_token_hint: await entra.hint(claims) }))
    const [, reference] = /name="reference" value="([^"]*)"/.exec(await page.text())
    const cookie = page.headers.get('set-cookie').split(';')[0]
    const { user, code: right } = sent.pop()
    assert.equal(user, claims.oid)
    const answer = await post('/code', { reference, code: code ?? right }, { cookie })
    const { action, fields } = formOf({ text: await answer.text() })
    assert.equal(action, entra.redirectUri)
    assert.deepEqual(Object.keys(fields), [has, 'state'])
    if (has === 'error') continue
    const { payload } = await jwtVerify(fields.id_token, await importX509(pem, 'RS256'), { issuer: ISSUER, audience: 'contoso' })
    assert.deepEqual([payload.sub, payload.amr], [claims.sub, ['sms']])
    const again = await post('/code', { reference, code: right }, { cookie })
    assert.equal(again.status, 400, 'an attempt is completed once')
  }
  // The code of one attempt does not complete another one of the same person.
  const pages = [await post('/authorize', await entra.parameters()), await post('/authorize', await entra.parameters())]
  const [, reference] = /name="reference" value="([^"]*)"/.exec(await pages[1].text())
  const cookie = pages[1].headers.get('set-cookie').split(';')[0]
  const { fields } = formOf({ text: await (await post('/code', { reference, code: sent[0].code }, { cookie })).text() })
  assert.equal(fields.error, 'access_denied')
  // Four messages were sent, and the fifth is the last one in ten minutes.
  assert.ok((await post('/authorize', await entra.parameters())).headers.get('set-cookie'))
  const refused = await post('/authorize', await entra.parameters())
  assert.equal(formOf({ text: await refused.text() }).fields.error, 'access_denied')
  assert.equal(sent.length, 3)
})

test('eam: a new key is published with the old one', async (t) => {
  const keys = { oldKey: signingKey(), newKey: signingKey() }
  Object.assign(globalThis, keys)
  t.after(() => Object.keys(keys).forEach((name) => delete globalThis[name]))
  const { signingKeys } = await load(t, { 'main.ts': example('docs/eam.md#keys.2').code }, 'main.ts')
  assert.deepEqual(signingKeys.map(({ x5c }) => x5c), [keys.oldKey.x5c, keys.newKey.x5c])
  assert.ok(signingKeys[0].publishedAt < signingKeys[1].publishedAt)
})

test('eam: a custom control gives the JSON for the administrator', async (t) => {
  globalThis.settings = {
    issuer: ISSUER, appId: APP_ID, clientId: 'contoso', tenants: [TENANT], signingKeys: [signingKey()], secret: SECRET,
  }
  t.after(() => delete globalThis.settings)
  const { json } = await load(t, { 'main.ts': example('docs/eam.md#custom-controls').code }, 'main.ts')
  assert.equal(json.DiscoveryUrl, `${ISSUER}/control/.well-known/openid-configuration`)
  assert.deepEqual(json.Controls[0].ClaimsRequested, [{ Type: 'ContosoMfa', Value: 'done', Values: null }])
})
