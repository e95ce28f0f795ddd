// A provider that misbehaves, or an attacker in its place: each case has an error code of its own, and
// the next sign-in works.
import assert from 'node:assert/strict'
import { until } from '../harness/bare-page.mjs'
import { fireTimer } from '../harness/clock.mjs'
import * as faults from '../harness/faults.mjs'
import { scenario } from '../harness/scenario.mjs'
import {
  assertCleanAddress, assertSignedOut, clickButton, deleteSiteData, errorCode, open, signIn,
  signInAgain, signInAtProvider, subject,
} from '../harness/steps.mjs'

/** How long the client waits for a response, in seconds. */
const NETWORK_TIMEOUT = 10

// The core decides what an answer means, the same in every engine.
const once = { Firefox: 'Its core answers as that of Chromium.', WebKit: 'Likewise.' }

refusals('an ID token that is wrong in one way is rejected', {}, [
  ['under a swapped signing key', 'OIDC_SIGNATURE_INVALID', () => faults.swappedKey()],
  ['without a signature', 'OIDC_ALG_FORBIDDEN', () => faults.unsigned()],
  ['with another nonce', 'OIDC_NONCE_MISMATCH', changed({ nonce: 'of-another-sign-in' })],
  ['for another audience', 'OIDC_AUDIENCE_MISMATCH', changed({ aud: 'another-client' })],
])

refusals('an ID token that is wrong in another way is rejected', { skipIn: once }, [
  ['for others, too', 'OIDC_AUDIENCE_MISMATCH', changed({ aud: ['demo-spa', 'another-client'] })],
  ['from another issuer', 'OIDC_ISSUER_MISMATCH', changed({ iss: 'http://localhost:1' })],
  ['that has expired', 'OIDC_TOKEN_EXPIRED', changed({ exp: 1_700_000_000 })],
  // More than a day away, the device's clock must be wrong.
  ['from the future', 'OIDC_CLOCK_UNUSABLE', changed({ iat: 4_000_000_000 })],
])

refusals('an answer that is no token response is rejected', { skipIn: once }, [
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
  ['huge, with its length', 'OIDC_RESPONSE_TOO_LARGE', answers((ctx) => faults.hugeBody(ctx, true))],
  ['endless', 'OIDC_RESPONSE_TOO_LARGE', answers((ctx) => faults.hugeBody(ctx, false))],
])

refusals('a token response that does not come fails after the timeout', { clock: 0, skipIn: once }, [
  ['too slow', 'OIDC_NETWORK_TIMEOUT', () => faults.silence('/token'), async (page, servers) => {
    const before = servers.count('POST /token')
    await until(() => servers.count('POST /token') > before)
    await fireTimer(servers, [page], NETWORK_TIMEOUT)
  }],
])

refusals('an authorization response that was tampered with is rejected', { skipIn: once }, [
  ['its state twice', 'OIDC_CALLBACK_DUPLICATE',
    callback((query) => query.append('state', query.get('state')))],
  ['a second code', 'OIDC_CALLBACK_DUPLICATE',
    callback((query) => query.append('code', 'of-an-attacker'))],
  ['another issuer', 'OIDC_CALLBACK_ISSUER_MISMATCH',
    callback((query) => query.set('iss', 'https://evil.example'))],
  ['no issuer', 'OIDC_CALLBACK_ISSUER_MISSING', callback((query) => query.delete('iss'))],
  ['no code', 'OIDC_CALLBACK_CODE_MISSING', callback((query) => query.delete('code'))],
  ['another code', 'OIDC_GRANT_INVALID', callback((query) => query.set('code', 'of-an-attacker'))],
])

// The provider knows the user after the first sign-in, so that each case is quick. Each has a tab of its
// own, begins without the session of the others, fails, and ends with a sign-in that works.
function refusals(title, options, cases) {
  scenario(title, options, async ({ page, newPage, servers, subtest }) => {
    await open(page, servers)
    await signIn(page, servers)
    for (const [what, code, fault, meanwhile] of cases) {
      await subtest(`${what}: ${code}`, async () => {
        await assertRefused(await newPage(), servers, { code, fault: fault(servers), meanwhile })
      })
    }
  })
}

async function assertRefused(page, servers, { code, fault, meanwhile }) {
  await open(page, servers)
  await deleteSiteData(page)
  await assertSignedOut(page)
  servers.fault = fault
  const isDone = meanwhile?.(page, servers)
  await clickButton(page, 'Sign in')
  await isDone
  assert.equal(await errorCode(page), code)
  servers.fault = undefined
  await assertSignedOut(page)
  await assertCleanAddress(page, servers)

  // A reload does not show the failure again.
  await page.reload()
  await assertSignedOut(page)
  assert.equal(await page.$('[role=alert]'), null)
  await signInAgain(page)
}

function changed(claims) {
  return (servers) => faults.changedClaims(servers, claims)
}

function answers(change) {
  return () => faults.tokenResponse(change)
}

function callback(change) {
  return () => faults.changedCallback(change)
}

scenario('a user who denies access gets OIDC_SIGNIN_REFUSED and may decide otherwise', {},
  async ({ page, servers }) => {
    await open(page, servers)
    await clickButton(page, 'Sign in')
    await clickButton(page, 'Cancel')
    assert.equal(await errorCode(page), 'OIDC_SIGNIN_REFUSED')
    await assertCleanAddress(page, servers)
    assert.equal(servers.count('POST /token'), 0)
    await clickButton(page, 'Sign in')
    await signInAtProvider(page)
    assert.equal(await subject(page), 'alice')
  })

scenario('B12: after a failure to reach the provider the user can try again', {},
  async ({ page, servers }) => {
    await open(page, servers)
    servers.fault = faults.cutOff()
    await clickButton(page, 'Sign in')
    assert.equal(await errorCode(page), 'OIDC_NETWORK_FAILED')
    servers.fault = faults.elsewhere()
    await clickButton(page, 'Sign in')
    await page.waitForFunction((code) => {
      return document.querySelector('[role=alert] code')?.textContent === code
    }, {}, 'OIDC_METADATA_ISSUER_MISMATCH')
    servers.fault = undefined
    await signIn(page, servers)
  })
