// A provider that misbehaves, or somebody who pretends to be it: each has its own code, and the
// next sign-in works.
import assert from 'node:assert/strict'
import * as faults from '../harness/faults.mjs'
import { story } from '../harness/story.mjs'
import {
  answerProvider, assertCleanAddress, assertSignedOut, errorCode, forget, open, press, signIn,
  signInAgain, subject,
} from '../harness/steps.mjs'

// What an answer means is decided in the core, the same in every engine.
const once = { Firefox: 'Its core says what that of Chromium says.', WebKit: 'Likewise.' }

refusals('an ID token that is wrong in one way is refused', {}, [
  ['under a swapped signing key', 'OIDC_SIGNATURE_INVALID', () => faults.swappedKey()],
  ['without a signature', 'OIDC_ALG_FORBIDDEN', () => faults.unsigned()],
  ['with another nonce', 'OIDC_NONCE_MISMATCH', changed({ nonce: 'of-another-sign-in' })],
  ['for another audience', 'OIDC_AUDIENCE_MISMATCH', changed({ aud: 'another-client' })],
])

refusals('an ID token that is wrong in another way is refused', { skipIn: once }, [
  ['for others, too', 'OIDC_AUDIENCE_MISMATCH', changed({ aud: ['demo-spa', 'another-client'] })],
  ['from another issuer', 'OIDC_ISSUER_MISMATCH', changed({ iss: 'http://localhost:1' })],
  ['that has expired', 'OIDC_TOKEN_EXPIRED', changed({ exp: 1_700_000_000 })],
  // Beyond a day, that is what a wrong clock looks like.
  ['from the future', 'OIDC_CLOCK_UNUSABLE', changed({ iat: 4_000_000_000 })],
])

refusals('a token response that is none is refused', { skipIn: once }, [
  ['a page', 'OIDC_RESPONSE_NOT_JSON', answers((ctx) => {
    ctx.type = 'html'
    ctx.body = '<!doctype html><title>Welcome to the hotel</title>'
  })],
  ['nothing', 'OIDC_RESPONSE_EMPTY', answers((ctx) => {
    ctx.type = 'json'
    ctx.body = ''
  })],
  ['out of order', 'OIDC_PROVIDER_UNAVAILABLE', answers((ctx) => {
    ctx.status = 503
    ctx.body = 'down for maintenance'
  })],
  ['huge, as it says', 'OIDC_RESPONSE_TOO_LARGE', answers((ctx) => faults.hugeBody(ctx, true))],
  ['endless', 'OIDC_RESPONSE_TOO_LARGE', answers((ctx) => faults.hugeBody(ctx, false))],
])

const hurried = { before: hurry, skipIn: once }

refusals('a token response that does not come is waited for no longer than the limit', hurried, [
  ['too slow', 'OIDC_NETWORK_TIMEOUT', () => faults.silence('/token')],
])

refusals('an authorization response that was tampered with is refused', { skipIn: once }, [
  ['its state twice', 'OIDC_CALLBACK_DUPLICATE',
    comesBack((query) => query.append('state', query.get('state')))],
  ['a second code', 'OIDC_CALLBACK_DUPLICATE',
    comesBack((query) => query.append('code', 'of-somebody-else'))],
  ['another issuer', 'OIDC_CALLBACK_ISSUER_MISMATCH',
    comesBack((query) => query.set('iss', 'https://evil.example'))],
  ['no issuer', 'OIDC_CALLBACK_ISSUER_MISSING', comesBack((query) => query.delete('iss'))],
  ['no code', 'OIDC_CALLBACK_CODE_MISSING', comesBack((query) => query.delete('code'))],
  ['another code', 'OIDC_GRANT_INVALID',
    comesBack((query) => query.set('code', 'of-somebody-else'))],
])

// The provider knows the person after the first sign-in, so that each case is quick. Each has a tab
// of its own, begins without the session of the others, is refused, and ends with a sign-in that works.
function refusals(sentence, options, cases) {
  story(sentence, options, async ({ page, newPage, world, chapter }) => {
    await open(page, world)
    await signIn(page)
    for (const [what, code, fault] of cases) {
      await chapter(`${what}: ${code}`, async () => {
        await refuse(await newPage(), world, code, fault(world))
      })
    }
  })
}

async function refuse(page, world, code, fault) {
  await open(page, world)
  await forget(page)
  await assertSignedOut(page)
  world.fault = fault
  await press(page, 'Sign in')
  assert.equal(await errorCode(page), code)
  world.fault = undefined
  await assertSignedOut(page)
  await assertCleanAddress(page, world)

  // A failure is told once.
  await page.reload()
  await assertSignedOut(page)
  assert.equal(await page.$('[role=alert]'), null)
  await signInAgain(page)
}

function changed(claims) {
  return (world) => faults.changedClaims(world, claims)
}

function answers(say) {
  return () => faults.tokenResponse(say)
}

function comesBack(change) {
  return () => faults.changedCallback(change)
}

// In the page: long waits pass four times as fast.
function hurry() {
  const { setTimeout: wait } = globalThis
  globalThis.setTimeout = (act, delay, ...rest) => {
    return wait(act, delay > 2000 ? delay / 4 : delay, ...rest)
  }
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

story('B12: a provider that cannot be reached keeps nobody from trying again', {},
  async ({ page, world }) => {
    await open(page, world)
    world.fault = faults.cutOff()
    await press(page, 'Sign in')
    assert.equal(await errorCode(page), 'OIDC_NETWORK_FAILED')
    world.fault = faults.elsewhere()
    await press(page, 'Sign in')
    await page.waitForFunction((code) => {
      return document.querySelector('[role=alert] code')?.textContent === code
    }, {}, 'OIDC_METADATA_ISSUER_MISMATCH')
    world.fault = undefined
    await signIn(page)
  })
