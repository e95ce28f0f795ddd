// Limits of browsers: blocked storage, forbidden WebAssembly, pages that come back (promises B5, B12, B18, B28).
import assert from 'node:assert/strict'
import { scenario } from '../harness/scenario.mjs'
import {
  assertSignedOut, clickButton, errorCode, open, signIn, signInAgain, signInAtProvider, subject, text,
  waitForButton, waitUntilReady,
} from '../harness/steps.mjs'
import { contentSecurityPolicy } from '../../../www/server/headers.js'

scenario('B28, WEB-09: with all storage blocked a sign-in fails before the page leaves', { before: blockAll },
  async ({ page, servers }) => {
    await open(page, servers)
    await assertSignedOut(page)
    await clickButton(page, 'Sign in')
    assert.equal(await errorCode(page), 'OIDC_STORAGE_UNAVAILABLE')
    assert.equal(servers.count('GET /auth'), 0)
    await assertSignedOut(page)
  })

scenario('B28, WEB-09: with storage full a sign-in fails before the page leaves', { before: fillAll },
  async ({ page, servers }) => {
    await open(page, servers)
    await clickButton(page, 'Sign in')
    assert.equal(await errorCode(page), 'OIDC_STORAGE_UNAVAILABLE')
    assert.equal(servers.count('GET /auth'), 0)
  })

scenario('B28: with IndexedDB blocked the session stays in memory, and the page says so',
  { before: blockDatabases },
  async ({ page, servers }) => {
    await open(page, servers)
    await signIn(page, servers)
    assert.equal(await text(page, '[data-testid=error-code]'), 'OIDC_STORAGE_DEGRADED')
    assert.equal(await page.$('[role=alert]'), null)
    await page.reload()
    await assertSignedOut(page)
    await signInAgain(page)
  })

scenario('B28: with localStorage blocked a sign-in works all the same', { before: blockLocal },
  async ({ page, servers }) => {
    await open(page, servers)
    await signIn(page, servers)
    assert.equal(await page.$('.notice'), null)
    await page.reload()
    assert.equal(await subject(page), 'alice')
  })

const forbidding = {
  // WebKit forbids it, too, and fires no event.
  violates: (engine) => engine !== 'WebKit',
  headers: {
    'Content-Security-Policy': contentSecurityPolicy('http://localhost', 'http://localhost')
      .replace(" 'wasm-unsafe-eval'", ''),
  },
}

scenario('B18, WEB-14: a page that forbids WebAssembly says OIDC_WASM_FORBIDDEN and stays usable', forbidding,
  async ({ page, servers }) => {
    await open(page, servers)
    assert.equal(await errorCode(page), 'OIDC_WASM_FORBIDDEN')
    await assertSignedOut(page)
    await clickButton(page, 'Sign in')
    assert.equal(await errorCode(page), 'OIDC_WASM_FORBIDDEN')
    assert.equal(servers.count('GET /auth'), 0)
  })

scenario('B12: a user who goes back at the provider finds a page that can still sign in',
  { before: noteReturn },
  async ({ page, servers }) => {
    await open(page, servers)
    await clickButton(page, 'Sign in')
    await page.waitForSelector('input[name=login]')
    await goBack(page, servers)
    await assertSignedOut(page)
    // Out of the back/forward cache the page reports the abandoned attempt. A page that was loaded
    // again has no memory of it.
    if (await page.evaluate(() => globalThis.cameOutOfTheCache)) {
      assert.equal(await errorCode(page), 'OIDC_SIGNIN_ABANDONED')
    } else {
      assert.equal(await page.$('[role=alert]'), null)
    }
    await clickButton(page, 'Sign in')
    await signInAtProvider(page)
    assert.equal(await subject(page), 'alice')
  })

scenario('B5: going back after a sign-out signs no user in', {},
  async ({ page, servers }) => {
    await open(page, servers)
    await signIn(page, servers)
    await clickButton(page, 'Sign out')
    await waitForButton(page, 'Yes, sign me out')
    await goBack(page, servers)
    await assertSignedOut(page)
  })

// The core decides which entries stay, the same in every engine.
const counted = { skipIn: { Firefox: 'Its core counts as that of Chromium.', WebKit: 'Likewise.' } }

scenario('B6, B12: eleven sign-ins that were never finished do not block the twelfth', counted,
  async ({ page, servers }) => {
    await open(page, servers)
    await page.evaluate(() => localStorage.setItem('of-another-app', 'stays'))
    for (let attempt = 0; attempt < 11; attempt += 1) {
      await clickButton(page, 'Sign in')
      await page.waitForSelector('input[name=login]')
      await open(page, servers)
    }
    const stored = await page.evaluate(() => Object.keys(localStorage))
    assert.ok(stored.includes('of-another-app'))
    assert.ok(stored.length <= 11, `${stored.length - 1} pending sign-ins are stored`)
    await signIn(page, servers)
  })

// The method of the driver waits for a load event, which a page out of the cache does not have.
async function goBack(page, servers) {
  await page.evaluate(() => history.back())
  await page.waitForFunction((app) => location.origin === app, {}, servers.app)
  await waitUntilReady(page)
}

// In the page, before its scripts.
function noteReturn() {
  addEventListener('pageshow', (event) => { globalThis.cameOutOfTheCache = event.persisted })
}

// In the page, before its scripts: as in a strict private window.
function blockAll() {
  for (const name of ['localStorage', 'sessionStorage']) {
    const get = () => { throw new DOMException('The operation is insecure.', 'SecurityError') }
    Object.defineProperty(globalThis, name, { get })
  }
}

function blockDatabases() {
  IDBFactory.prototype.open = () => {
    throw new DOMException('The operation is insecure.', 'SecurityError')
  }
}

function blockLocal() {
  const get = () => { throw new DOMException('The operation is insecure.', 'SecurityError') }
  Object.defineProperty(globalThis, 'localStorage', { get })
}

function fillAll() {
  Storage.prototype.setItem = () => { throw new DOMException('It is full.', 'QuotaExceededError') }
}
