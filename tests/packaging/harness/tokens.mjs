// A provider of this machine, an access token that its key signed, and one with a bit turned.
import assert from 'node:assert/strict'
import { after } from 'node:test'
import { importJWK, SignJWT } from 'jose'
import { makeKeys } from '../../../www/provider/keys.js'
import { startProvider } from '../../../www/provider/index.js'

/** The verdicts on the two tokens. */
export const VERDICTS = ['alice', 'OIDC_SIGNATURE_INVALID']

let starting

/** The provider: its `address`, and `tokens`. Started once, and ended with the tests. */
export const issuer = () => (starting ??= startIssuer())

after(async () => (await starting)?.close())

/** Sends both tokens to a server as one does to an API, and reads what it says of them. */
export async function assertVerdicts(send) {
  const said = []
  for (const token of (await issuer()).tokens) {
    const answer = await send({ headers: { Authorization: `Bearer ${token}` } })
    said.push(await answer.text())
  }
  assert.deepEqual(said, VERDICTS)
}

async function startIssuer() {
  const keys = await makeKeys()
  const [key] = keys
  const provider = await startProvider({
    port: 0,
    appOrigin: 'http://localhost:1',
    keys: structuredClone(keys),
  })
  const good = await new SignJWT({ client_id: 'demo-spa' })
    .setProtectedHeader({ alg: key.alg, kid: key.kid, typ: 'at+jwt' })
    .setIssuer(provider.issuer)
    .setAudience('https://api.example.com')
    .setSubject('alice')
    .setJti('one')
    .setIssuedAt()
    .setExpirationTime('10m')
    .sign(await importJWK(key, key.alg))
  return { address: provider.issuer, tokens: [good, turned(good)], close: provider.close }
}

// The first character of the signature: the last ones of a text may hold bits that mean nothing.
function turned(token) {
  const [head, body, signature] = token.split('.')
  const first = signature.startsWith('A') ? 'B' : 'A'
  return [head, body, first + signature.slice(1)].join('.')
}
