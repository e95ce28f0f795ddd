// The steps of a user, and what the user sees.
import assert from 'node:assert/strict'

/** Clicks the button of this name as soon as it is visible. */
export async function clickButton(page, name) {
  const button = await page.waitForFunction(findButton, {}, name)
  await button.click()
}

/** Waits until the button of this name is visible. */
export const waitForButton = (page, name) => page.waitForFunction(findButton, {}, name)

// In the page. A button without a height is not drawn yet, and cannot be clicked.
function findButton(name) {
  const nameOf = (element) => element.getAttribute('aria-label') ?? (element.textContent || element.value)
  const buttons = document.querySelectorAll('button, input[type=submit], [role=button]')
  return [...buttons].find((button) => nameOf(button).trim().replaceAll(/\s+/g, ' ') === name &&
    button.checkVisibility() && button.getBoundingClientRect().height > 0)
}

/** Sets the value of an input field at once. */
export async function fill(page, selector, text) {
  await page.waitForSelector(selector)
  await page.evaluate((selector, text) => {
    document.querySelector(selector).value = text
  }, selector, text)
}

/** Opens the app and waits until it knows whether a user is signed in. */
export async function open(page, servers, path = '/') {
  await page.goto(servers.app + path)
  await waitUntilReady(page)
}

/** Waits until the app shows its "Sign in" or "Sign out" button. */
export async function waitUntilReady(page) {
  await page.waitForSelector('#view button')
}

/** Signs in on the provider's pages, and allows access. */
export async function signInAtProvider(page, login = 'alice') {
  await fill(page, 'input[name=login]', login)
  await fill(page, 'input[name=password]', 'anything')
  await clickButton(page, 'Sign in')
  await clickButton(page, 'Allow')
}

/** Signs in on the page of LemonLDAP::NG. Its accounts are `dwho`, `rtyler` and `msmith`. */
export async function signInAtLemonldap(page, login = 'dwho') {
  await fill(page, 'input[name=user]', login)
  await fill(page, 'input[name=password]', login)
  // An icon font puts a character before the button's name.
  const button = await page.waitForSelector('#lform button[type=submit]')
  await button.click()
}

/** Continues on the page on which LemonLDAP::NG informs other apps of a sign-out, in frames. */
export async function leaveLemonldap(page) {
  const button = await page.waitForSelector('#form button[type=submit]')
  await button.click()
}

/** Deletes everything that the site has stored, as a user does who deletes its data, and reloads. */
export async function deleteSiteData(page) {
  await page.evaluate(() => localStorage.clear())
  await page.evaluate(() => new Promise((resolve, reject) => {
    const deleting = indexedDB.deleteDatabase('countersign')
    deleting.onsuccess = resolve
    deleting.onerror = reject
  }))
  await page.reload()
  await waitUntilReady(page)
}

/** Signs in from the open app. The provider shows no page. */
export async function signIn(page, servers, login = 'alice') {
  servers.autoLogin = login
  await clickButton(page, 'Sign in')
  assert.equal(await subject(page), login)
  servers.autoLogin = undefined
}

/** Signs in from the open app through the provider's pages. */
export async function signInWithForms(page, login = 'alice') {
  await clickButton(page, 'Sign in')
  await signInAtProvider(page, login)
  assert.equal(await subject(page), login)
}

/** Signs in from the open app. The provider has a session of the user, and asks nothing. */
export async function signInAgain(page) {
  await clickButton(page, 'Sign in')
  assert.equal(await subject(page), 'alice')
}

/** The user whom the page shows. */
export const subject = (page) => text(page, '[data-testid=sub]')

/** The error code that the page shows. */
export const errorCode = (page) => text(page, '[role=alert] [data-testid=error-code]')

/** The text of an element, as soon as it exists. */
export async function text(page, selector) {
  const element = await page.waitForSelector(selector)
  return element.evaluate((node) => node.textContent)
}

/** The address of the page. A driver may not know yet what the page has written there. */
export const address = (page) => page.evaluate(() => location.href)

/** Asserts that no user is signed in, and that the page offers to sign in. */
export async function assertSignedOut(page) {
  await waitForButton(page, 'Sign in')
  assert.equal(await page.$('[data-testid=sub]'), null)
}

/** Asserts that the address has no response in it, nor anything else that could leak. */
export async function assertCleanAddress(page, servers) {
  const { origin, search, hash } = new URL(await address(page))
  assert.deepEqual([origin, search, hash], [servers.app, '', ''])
}

/**
 * Makes a client in the bare page, as soon as the page's own script has run. It becomes the page's
 * global `auth`, and `authEvents` are the events that it has dispatched. `settings` complete its
 * own; `backend: 'soft'` stands for that of the package.
 */
export async function makeClient(page, { issuer }, settings = {}) {
  await page.waitForFunction(() => 'countersign' in globalThis)
  return page.evaluate((issuer, settings) => {
    globalThis.auth = countersign.createClient({
      issuer,
      clientId: 'demo-spa',
      redirectUri: '/callback',
      postLogoutRedirectUri: '/',
      allowLoopbackIssuer: true,
      ...settings,
      ...(settings.backend && { backend: soft }),
    })
    globalThis.authEvents = []
    for (const type of ['signedin', 'signedout', 'degraded', 'error']) {
      auth.addEventListener(type, ({ error }) => authEvents.push(error ? `${type} ${error.code}` : type))
    }
  }, issuer, settings)
}
