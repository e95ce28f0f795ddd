// What a person does and sees, step by step.
import assert from 'node:assert/strict'

/** Presses the button of this name. */
export async function press(page, name) {
  const button = await page.waitForSelector(`::-p-aria([name="${name}"][role="button"])`)
  await button.click()
}

/** Opens the app and waits until it knows whether somebody is signed in. */
export async function open(page, world, path = '/') {
  await page.goto(world.app + path)
  await settled(page)
}

/** Waits until the page has a "Sign in" or a "Sign out" button. */
export async function settled(page) {
  await page.waitForSelector('#view button')
}

/** Answers the provider's questions. */
export async function answerProvider(page, login = 'alice') {
  // The form puts the focus here itself, and a hand that is faster would type into two fields.
  await page.waitForFunction(() => document.activeElement?.name === 'login')
  await page.type('input[name=login]', login)
  await page.type('input[name=password]', 'anything')
  await press(page, 'Sign in')
  await press(page, 'Allow')
}

/** Answers the questions of LemonLDAP::NG; its accounts are `dwho`, `rtyler` and `msmith`. */
export async function answerLemonldap(page, login = 'dwho') {
  await page.waitForSelector('input[name=user]')
  await page.type('input[name=user]', login)
  await page.type('input[name=password]', login)
  // An icon font puts a character of its own before the button's name.
  const button = await page.waitForSelector('#lform button[type=submit]')
  await button.click()
}

/** Goes on from the page on which LemonLDAP::NG tells other apps of a sign-out, in frames. */
export async function leaveLemonldap(page) {
  const button = await page.waitForSelector('#form button[type=submit]')
  await button.click()
}

/** Takes all that is kept away, as somebody does who deletes the site's data; loads anew. */
export async function forget(page) {
  await page.evaluate(() => localStorage.clear())
  await page.evaluate(() => new Promise((resolve, reject) => {
    const deleting = indexedDB.deleteDatabase('countersign')
    deleting.onsuccess = resolve
    deleting.onerror = reject
  }))
  await page.reload()
  await settled(page)
}

/** From the open app to being signed in, through the provider's pages. */
export async function signIn(page, login = 'alice') {
  await press(page, 'Sign in')
  await answerProvider(page, login)
  assert.equal(await subject(page), login)
}

/** Signs in when the provider knows the person, and asks nothing more. */
export async function signInAgain(page) {
  await press(page, 'Sign in')
  assert.equal(await subject(page), 'alice')
}

/** Who is signed in, as the page shows it. */
export const subject = (page) => text(page, '[data-testid=sub]')

/** The code of the failure that the page shows. */
export const errorCode = (page) => text(page, '[role=alert] [data-testid=error-code]')

/** The text of an element that will be there. */
export async function text(page, selector) {
  const element = await page.waitForSelector(selector)
  return element.evaluate((node) => node.textContent)
}

/** The address in the address bar; a driver may lag behind what a page wrote there. */
export const address = (page) => page.evaluate(() => location.href)

/** Nobody is signed in, and the page offers to change that. */
export async function assertSignedOut(page) {
  await page.waitForSelector('::-p-aria([name="Sign in"][role="button"])')
  assert.equal(await page.$('[data-testid=sub]'), null)
}

/** The address bar has no response in it, nor anything else to leak. */
export async function assertCleanAddress(page, world) {
  const { origin, search, hash } = new URL(await address(page))
  assert.deepEqual([origin, search, hash], [world.app, '', ''])
}

/**
 * Makes a client in the bare page, once the page's own script has run; `settings` are added to its
 * own, and `backend: 'soft'` is that of the package. `auth` becomes a global of the page, and `told` the events it has dispatched.
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
    globalThis.told = []
    for (const type of ['signedin', 'signedout', 'degraded', 'error']) {
      auth.addEventListener(type, ({ error }) => told.push(error ? `${type} ${error.code}` : type))
    }
  }, issuer, settings)
}
