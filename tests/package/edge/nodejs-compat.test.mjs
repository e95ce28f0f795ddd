// Workers with `nodejs_compat` have a `node:crypto` that takes its parameters in another way than
// Node's does.
import assert from 'node:assert/strict'
import { constants, sign } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import test from 'node:test'
import { Miniflare } from 'miniflare'
import { bundle } from '../support/bundle.mjs'
import { folder } from '../support/package.mjs'
import { jsonToBase64url } from '../../support/json.mjs'
import { generateKeyPairSync } from '../../support/keys.mjs'

const [issuer, audience] = ['https://op.example', 'https://api.example']
const pairs = {
  RS256: generateKeyPairSync('rsa', { modulusLength: 2048 }),
  PS256: generateKeyPairSync('rsa', { modulusLength: 2048 }),
  ES256: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  EdDSA: generateKeyPairSync('ed25519'),
}

function token(alg) {
  const now = Math.floor(Date.now() / 1000)
  const claims = {
    iss: issuer, aud: audience, sub: 'alice', client_id: 'spa', jti: alg, iat: now, exp: now + 600,
  }
  const input = `${jsonToBase64url({ alg, typ: 'at+jwt', kid: alg })}.${jsonToBase64url(claims)}`
  const padding = alg === 'PS256' ? constants.RSA_PKCS1_PSS_PADDING : undefined
  const key = { key: pairs[alg].privateKey, dsaEncoding: 'ieee-p1363', padding, saltLength: 32 }
  const signature = sign(alg === 'EdDSA' ? null : 'sha256', Buffer.from(input), key)
  return `${input}.${signature.toString('base64url')}`
}

/** The verdicts of a Worker on tokens, one after the other: the subject, or the code. */
const worker = `
  import { createVerifier } from './entry/edge/workerd.js'
  const verifier = createVerifier((env) => env.SETTINGS)
  const say = (act) => act.then(({ sub }) => sub, ({ code }) => code)
  export default {
    async fetch(request) {
      await verifier.ready()
      const said = []
      for (const token of await request.json()) {
        said.push(await say(verifier.verify(token)))
        said.push(await say((async () => verifier.verifySync(token))()))
      }
      return Response.json(said)
    },
  }`

test('a Worker with nodejs_compat verifies every kind of signature, all but PS synchronously', async (t) => {
  const outside = (build) =>
    build.onResolve({ filter: /\.wasm$/ }, () => ({ path: './edge.wasm', external: true }))
  const contents = await bundle(worker, folder, {
    external: ['cloudflare:workers'],
    plugins: [{ name: 'wasm', setup: outside }],
  })
  const jwk = ([kid, { publicKey }]) => ({ ...publicKey.export({ format: 'jwk' }), kid })
  const jwks = { keys: Object.entries(pairs).map(jwk) }
  const wasm = await readFile(new URL('edge.wasm', folder))
  const flare = new Miniflare({
    cf: false,
    compatibilityDate: '2026-04-01',
    compatibilityFlags: ['nodejs_compat'],
    modules: [
      { type: 'ESModule', path: 'worker.mjs', contents },
      { type: 'CompiledWasm', path: 'edge.wasm', contents: wasm },
    ],
    bindings: { SETTINGS: { issuer, audience, jwks } },
  })
  t.after(() => flare.dispose())
  const ask = async (tokens) => {
    const init = { method: 'POST', body: JSON.stringify(tokens) }
    return (await flare.dispatchFetch('http://worker/', init)).json()
  }
  const tokens = Object.keys(pairs).map(token)
  assert.deepEqual(await ask(tokens), Array.from({ length: 8 }, () => 'alice'))
  const forged = tokens.map((one) => one.replace(/.{4}$/, 'AAAA'))
  const bad = 'OIDC_SIGNATURE_INVALID'
  // workerd's node:crypto refuses every PS256 signature, so SubtleCrypto verifies it, asynchronously.
  assert.deepEqual(await ask(forged), [bad, bad, bad, 'OIDC_NOT_READY', bad, bad, bad, bad])
})
