// A provider that misbehaves, or somebody who pretends to be it: each has its own code, and the
// next sign-in works.
import assert from 'node:assert/strict'
import * as faults from '../harness/faults.mjs'
import { story } from '../harness/story.mjs'
import {
  answerProvider, assertCleanAddress, assertSignedOut, errorCode, open, press, refusedSignIn,
  signInAgain, subject,
} from '../harness/steps.mjs'

const FOREVER = new Promise(() => {})

refused('a token under a swapped signing key', 'OIDC_SIGNATURE_INVALID', () => faults.swappedKey())
refused('a token with another nonce', 'OIDC_NONCE_MISMATCH',
  (world) => faults.changedClaims(world, { nonce: 'of-another-sign-in' }))
refused('a token for another audience', 'OIDC_AUDIENCE_MISMATCH',
  (world) => faults.changedClaims(world, { aud: 'another-client' }))
refused('a token from another issuer', 'OIDC_ISSUER_MISMATCH',
  (world) => faults.changedClaims(world, { iss: 'http://localhost:1' }))
refused('a token that has expired', 'OIDC_TOKEN_EXPIRED',
  (world) => faults.changedClaims(world, { exp: 1_700_000_000 }))
refused('a token without a signature', 'OIDC_ALG_FORBIDDEN', () => faults.unsigned())

refused('a token response that is a page', 'OIDC_RESPONSE_NOT_JSON',
  () => faults.tokenResponse((ctx) => {
    ctx.type = 'html'
    ctx.body = '<!doctype html><title>Welcome to the hotel</title>'
  }))
refused('a token response without a body', 'OIDC_RESPONSE_EMPTY',
  () => faults.tokenResponse((ctx) => {
    ctx.type = 'json'
    ctx.body = ''
  }))
refused('a provider out of order', 'OIDC_PROVIDER_UNAVAILABLE',
  () => faults.tokenResponse((ctx) => {
    ctx.status = 503
    ctx.body = 'down for maintenance'
  }))
refused('a token response that says how huge it is', 'OIDC_RESPONSE_TOO_LARGE',
  () => faults.tokenResponse((ctx) => faults.hugeBody(ctx, true)))
refused('a token response that never ends', 'OIDC_RESPONSE_TOO_LARGE',
  () => faults.tokenResponse((ctx) => faults.hugeBody(ctx, false)))
refused('a token response that never comes', 'OIDC_NETWORK_TIMEOUT',
  () => (ctx, next) => (ctx.path === '/token' ? FOREVER : next()), hurry)

refused('a response with its state twice', 'OIDC_CALLBACK_DUPLICATE',
  () => faults.changedCallback((query) => query.append('state', query.get('state'))))
refused('a response with two codes', 'OIDC_CALLBACK_DUPLICATE',
  () => faults.changedCallback((query) => query.append('code', 'of-somebody-else')))
refused('a response of another issuer', 'OIDC_CALLBACK_ISSUER_MISMATCH',
  () => faults.changedCallback((query) => query.set('iss', 'https://evil.example')))
refused('a response that hides its issuer', 'OIDC_CALLBACK_ISSUER_MISSING',
  () => faults.changedCallback((query) => query.delete('iss')))
refused('a response with a stolen code', 'OIDC_GRANT_INVALID',
  () => faults.changedCallback((query) => query.set('code', 'of-somebody-else')))

function refused(what, code, fault, before) {
  story(`${what} is refused with ${code}, and the next sign-in works`, { before },
    async ({ page, world }) => {
      await open(page, world)
      world.fault = fault(world)
      assert.equal(await refusedSignIn(page), code)
      await assertSignedOut(page)
      await assertCleanAddress(page, world)
      world.fault = undefined

      // A failure is told once; the page stays usable.
      await page.reload()
      await assertSignedOut(page)
      assert.equal(await page.$('[role=alert]'), null)
      await signInAgain(page)
    })
}

// In the page: long waits pass twenty times as fast.
function hurry() {
  const { setTimeout: wait } = globalThis
  globalThis.setTimeout = (act, delay, ...rest) => wait(act, delay > 2000 ? delay / 20 : delay, ...rest)
}

story('a person who says no gets OIDC_SIGNIN_REFUSED and may change their mind', {},
  async ({ page, world }) => {
    await open(page, world)
    await press(page, 'Sign in')
    await press(page, 'Cancel')
    assert.equal(await errorCode(page), 'OIDC_SIGNIN_REFUSED')
    await assertCleanAddress(page, world)
    assert.equal(world.count('POST /token'), 0)
    await press(page, 'Sign in')
    await answerProvider(page)
    assert.equal(await subject(page), 'alice')
  })
