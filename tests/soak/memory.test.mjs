// A million verifications in one isolate, good tokens and bad ones: nothing is kept of them.
import assert from 'node:assert/strict'
import { sign } from 'node:crypto'
import test from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { load } from '../package/support/package.mjs'
import { jsonToBase64url } from '../support/json.mjs'
import { generateKeyPairSync } from '../support/keys.mjs'

const CALLS = Number(process.env.COUNTERSIGN_CALLS ?? 1_000_000)
const MIB = 1024 * 1024

setFlagsFromString('--expose_gc')
const collect = runInNewContext('gc')

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const now = Math.floor(Date.now() / 1000)

function token(number) {
  const claims = {
    iss: 'https://op.example',
    aud: 'https://api.example',
    client_id: 'spa',
    sub: `person ${number}`,
    jti: `${number}`,
    iat: now,
    auth_time: now,
    exp: now + 36_000,
  }
  const input = `${jsonToBase64url({ alg: 'RS256', typ: 'at+jwt', kid: 'k' })}.${jsonToBase64url(claims)}`
  return `${input}.${sign('sha256', Buffer.from(input), privateKey).toString('base64url')}`
}

const { createVerifier } = await load('./edge')
const verifier = createVerifier({
  issuer: 'https://op.example',
  audience: 'https://api.example',
  jwks: { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'k' }] },
})
await verifier.ready()

/** Text that no earlier call has seen: a string of its own, as a header brings it. */
const fresh = (text) => Buffer.from(text).toString('latin1')

const good = Array.from({ length: 500 }, (_, number) => token(number))
const forged = good.map((text) => text.replace(/.{6}$/, 'AAAAAA'))

function call(number) {
  const pool = number % 5 === 4 ? forged : good
  // An age that is asked for keeps the token out of the map of those seen before.
  const expected = number % 2 ? { maxAge: 86_400 } : undefined
  try {
    return verifier.verifySync(fresh(pool[number % pool.length]), expected).sub !== undefined
  } catch (error) {
    assert.match(error.code, /^OIDC_(SIGNATURE_INVALID|TOKEN_MALFORMED)$/)
    return false
  }
}

function memory() {
  collect()
  const { rss, heapUsed, external } = process.memoryUsage()
  return { rss, heapUsed, external }
}

test('a million verifications leave the memory as it was', async (t) => {
  const tenth = Math.ceil(CALLS / 10)
  const seen = []
  let taken = 0
  for (let number = 1; number <= tenth * 10; number += 1) {
    taken += call(number)
    // The test runner counts what a turn of the loop begins, and forgets it between two turns.
    if (number % 500 === 0) await turn()
    if (number % tenth === 0) seen.push(memory())
  }
  for (const [place, { rss, heapUsed, external }] of seen.entries()) {
    const [a, b, c] = [rss, heapUsed, external].map((bytes) => (bytes / MIB).toFixed(2))
    t.diagnostic(`${tenth * (place + 1)} calls: ${a} MiB resident, ${b} heap, ${c} external`)
  }
  assert.ok(taken > CALLS * 0.7 && taken < CALLS * 0.9, `${taken} taken`)
  // The first tenth warms up: code is compiled, maps fill to their bounds.
  const [first, last] = [seen[1], seen.at(-1)]
  assert.ok(last.heapUsed - first.heapUsed < MIB, 'the heap grew')
  assert.ok(last.external - first.external < MIB, 'memory outside the heap grew')
  assert.ok(last.rss - first.rss < 24 * MIB, 'the process grew')
})
