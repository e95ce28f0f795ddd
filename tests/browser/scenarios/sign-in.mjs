// The main use: from the first page to the sign-out.
import assert from 'node:assert/strict'
import { scenario } from '../harness/scenario.mjs'
import {
  address, assertCleanAddress, assertSignedOut, clickButton, fill, open, signIn, signInWithForms, subject,
  text, waitForButton,
} from '../harness/steps.mjs'
import { contentSecurityPolicy } from '../../../www/server/headers.js'

scenario('B10, B18, WEB-14: a user signs in under the strictest policy, and signs out at the provider', {},
  async ({ page, servers, seen }) => {
    await page.goto(servers.app)
    const policy = await page.evaluate(async () => {
      return (await fetch(location.href)).headers.get('content-security-policy')
    })
    assert.equal(policy, contentSecurityPolicy(servers.issuer, servers.api))
    assert.match(policy, /default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; /)
    assert.match(policy, /require-trusted-types-for 'script'/)
    await assertSignedOut(page)

    await signInWithForms(page, 'alice')
    await assertCleanAddress(page, servers)
    assert.equal(servers.count('POST /token'), 1)
    const checks = await page.$$eval('.checks code', (all) => all.map((one) => one.textContent))
    for (const check of ['signature', 'iss', 'aud', 'exp', 'iat', 'nonce', 'sub']) {
      assert.ok(checks.includes(check), `${check} was not checked`)
    }

    await page.reload()
    assert.equal(await subject(page), 'alice', 'a reload stays signed in')
    assert.equal(servers.count('POST /token'), 1)

    await clickButton(page, 'Sign out')
    await clickButton(page, 'Yes, sign me out')
    await assertSignedOut(page)
    await assertCleanAddress(page, servers)
    await page.reload()
    await assertSignedOut(page)
    assertNothingLeaked(seen.console)
  })

scenario('B2: the session stays when its tab closes, and signs another tab in', {},
  async ({ page, servers, newPage }) => {
    await open(page, servers)
    await signIn(page, servers)
    const other = await newPage()
    await page.close()
    await open(other, servers)
    assert.equal(await subject(other), 'alice')
    assert.equal(servers.count('POST /token'), 1)
    await clickButton(other, 'Sign out')
    await clickButton(other, 'Yes, sign me out')
    await assertSignedOut(other)
    const third = await newPage()
    await open(third, servers)
    await assertSignedOut(third)
  })

scenario('REQ-14, REQ-15: the request is pushed where the provider accepts no other',
  { provider: { requirePushes: true } }, async ({ page, servers }) => {
    await open(page, servers)
    await signIn(page, servers)
    await assertCleanAddress(page, servers)
    assert.equal(await subject(page), 'alice')
    assert.equal(servers.count('POST /request'), 1)
    await clickButton(page, 'Sign out')
    await clickButton(page, 'Yes, sign me out')
    await assertSignedOut(page)
  })

scenario('B5: a sign-in comes back to the address where it began', {}, async ({ page, servers }) => {
  await open(page, servers, '/inbox?folder=new#top')
  await signIn(page, servers)
  assert.equal(await address(page), `${servers.app}/inbox?folder=new#top`)
})

scenario('B25, REQ-05: two tabs sign in side by side and do not disturb each other', {},
  async ({ page, servers, newPage }) => {
    await open(page, servers)
    await clickButton(page, 'Sign in')
    await page.waitForSelector('input[name=login]')
    const other = await newPage()
    await open(other, servers)
    await signInWithForms(other)
    await page.bringToFront()
    await fill(page, 'input[name=login]', 'alice')
    // The consent of the other tab is valid here, too.
    await clickButton(page, 'Sign in')
    assert.equal(await subject(page), 'alice')
  })

scenario('the keyboard alone is enough', {}, async ({ page, servers }) => {
  await open(page, servers)
  await tabTo(page, 'Sign in')
  await page.keyboard.press('Enter')
  // The provider's pages focus the next field or button.
  await focusOn(page, 'input[name=login]')
  await page.keyboard.type('alice')
  await page.keyboard.press('Enter')
  await focusOn(page, 'main button')
  await page.keyboard.press('Enter')
  assert.equal(await subject(page), 'alice')
  await tabTo(page, 'Sign out')
  await page.keyboard.press('Enter')
  await focusOn(page, '[name=logout]')
  await page.keyboard.press('Enter')
  await assertSignedOut(page)
})

scenario('WEB-13: a name full of markup is shown as text', { api: true }, async ({ page, servers }) => {
  const login = '<img/src=x/onerror=alert(1)>&quot;"\''
  await open(page, servers)
  await signIn(page, servers, login)
  assert.equal(await text(page, 'h1'), login)
  await clickButton(page, 'Call the API')
  assert.equal(await text(page, '[data-testid=answer] td'), login)
  assert.equal(await page.$('main img'), null)
})

// The active element. It does not match `:focus` in a window without the focus.
function focusOn(page, selector) {
  const isFocused = (selector) => document.activeElement?.matches(selector)
  return page.waitForFunction(isFocused, {}, selector)
}

async function tabTo(page, name) {
  await waitForButton(page, name)
  for (let presses = 0; presses < 20; presses += 1) {
    await page.keyboard.press('Tab')
    if ((await page.evaluate(() => document.activeElement.textContent)) === name) return
  }
  assert.fail(`the keyboard does not reach "${name}"`)
}

// Tokens, codes and verifiers are long random words. No address and no console line has one.
function assertNothingLeaked(lines) {
  for (const line of lines) assert.doesNotMatch(line, /[\w-]{40,}/, 'a secret in the console')
}
