// The main job, from the first page to signed out.
import assert from 'node:assert/strict'
import { story } from '../harness/story.mjs'
import {
  address, assertCleanAddress, assertSignedOut, open, press, signIn, subject, text,
} from '../harness/steps.mjs'
import { contentSecurityPolicy } from '../../../www/server/headers.js'

story('B10, B18, WEB-14: a person signs in under the strictest policy, and out again at the provider', {},
  async ({ page, world, seen }) => {
    await page.goto(world.app)
    const policy = await page.evaluate(async () => {
      return (await fetch(location.href)).headers.get('content-security-policy')
    })
    assert.equal(policy, contentSecurityPolicy(world.issuer, world.api))
    assert.match(policy, /default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; /)
    assert.match(policy, /require-trusted-types-for 'script'/)
    await assertSignedOut(page)

    await signIn(page, 'alice')
    await assertCleanAddress(page, world)
    assert.equal(world.count('POST /token'), 1)
    const checks = await page.$$eval('.checks code', (all) => all.map((one) => one.textContent))
    for (const check of ['signature', 'iss', 'aud', 'exp', 'iat', 'nonce', 'sub']) {
      assert.ok(checks.includes(check), `${check} was not checked`)
    }

    await page.reload()
    assert.equal(await subject(page), 'alice', 'a reload stays signed in')
    assert.equal(world.count('POST /token'), 1)

    await press(page, 'Sign out')
    await press(page, 'Yes, sign me out')
    await assertSignedOut(page)
    await assertCleanAddress(page, world)
    await page.reload()
    await assertSignedOut(page)
    assertNothingLeaked(seen.console)
  })

story('B2: the session outlives its tab, and another tab is signed in by it', {},
  async ({ page, world, newPage }) => {
    await open(page, world)
    await signIn(page)
    const other = await newPage()
    await page.close()
    await open(other, world)
    assert.equal(await subject(other), 'alice')
    assert.equal(world.count('POST /token'), 1)
    await press(other, 'Sign out')
    await press(other, 'Yes, sign me out')
    await assertSignedOut(other)
    const third = await newPage()
    await open(third, world)
    await assertSignedOut(third)
  })

story('REQ-14, REQ-15: what is asked is pushed where the provider takes nothing else',
  { provider: { requirePushes: true } }, async ({ page, world }) => {
    await open(page, world)
    await signIn(page, 'alice')
    await assertCleanAddress(page, world)
    assert.equal(await subject(page), 'alice')
    assert.equal(world.count('POST /request'), 1)
    await press(page, 'Sign out')
    await press(page, 'Yes, sign me out')
    await assertSignedOut(page)
  })

story('B5: a sign-in comes back to where it began', {}, async ({ page, world }) => {
  await open(page, world, '/inbox?folder=new#top')
  await signIn(page)
  assert.equal(await address(page), `${world.app}/inbox?folder=new#top`)
})

story('B25, REQ-05: two tabs sign in side by side and do not disturb each other', {},
  async ({ page, world, newPage }) => {
    await open(page, world)
    await press(page, 'Sign in')
    await page.waitForSelector('input[name=login]')
    const other = await newPage()
    await open(other, world)
    await signIn(other)
    await page.bringToFront()
    await page.type('input[name=login]', 'alice')
    // The consent that was given in the other tab counts here, too.
    await press(page, 'Sign in')
    assert.equal(await subject(page), 'alice')
  })

story('the keyboard alone is enough', {}, async ({ page, world }) => {
  await open(page, world)
  await tabTo(page, 'Sign in')
  await page.keyboard.press('Enter')
  // The provider's pages have the focus where the hands want it.
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

story('WEB-13: a name full of markup is shown as text', { api: true }, async ({ page, world }) => {
  const login = '<img/src=x/onerror=alert(1)>&quot;"\''
  await open(page, world)
  await signIn(page, login)
  assert.equal(await text(page, 'h1'), login)
  await press(page, 'Call the API')
  assert.equal(await text(page, '[data-testid=answer] td'), login)
  assert.equal(await page.$('main img'), null)
})

// The element in focus; it has no `:focus` in a window that has none itself.
function focusOn(page, selector) {
  const isFocused = (selector) => document.activeElement?.matches(selector)
  return page.waitForFunction(isFocused, {}, selector)
}

async function tabTo(page, name) {
  await page.waitForSelector(`::-p-aria([name="${name}"][role="button"])`)
  for (let presses = 0; presses < 20; presses += 1) {
    await page.keyboard.press('Tab')
    if ((await page.evaluate(() => document.activeElement.textContent)) === name) return
  }
  assert.fail(`the keyboard does not reach "${name}"`)
}

// Tokens, codes and verifiers are long random words; an address bar or a console shows none.
function assertNothingLeaked(lines) {
  for (const line of lines) assert.doesNotMatch(line, /[\w-]{40,}/, 'a secret in the console')
}
