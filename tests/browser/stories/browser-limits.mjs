// What a browser may refuse: storage, WebAssembly, the way back (promises B5, B12, B18, B28).
import assert from 'node:assert/strict'
import { story } from '../harness/story.mjs'
import {
  answerProvider, assertSignedOut, errorCode, open, press, settled, signIn, signInAgain, subject,
  text,
} from '../harness/steps.mjs'
import { contentSecurityPolicy } from '../../../www/server/headers.js'

story('B28, WEB-09: with all storage blocked a sign-in is refused before it leaves', { before: blockAll },
  async ({ page, world }) => {
    await open(page, world)
    await assertSignedOut(page)
    await press(page, 'Sign in')
    assert.equal(await errorCode(page), 'OIDC_STORAGE_UNAVAILABLE')
    assert.equal(world.count('GET /auth'), 0)
    await assertSignedOut(page)
  })

story('B28, WEB-09: with storage full a sign-in is refused before it leaves', { before: fillAll },
  async ({ page, world }) => {
    await open(page, world)
    await press(page, 'Sign in')
    assert.equal(await errorCode(page), 'OIDC_STORAGE_UNAVAILABLE')
    assert.equal(world.count('GET /auth'), 0)
  })

story('B28: with IndexedDB blocked the session is kept in memory, and the page says so',
  { before: blockDatabases },
  async ({ page, world }) => {
    await open(page, world)
    await signIn(page)
    assert.equal(await text(page, '[data-testid=error-code]'), 'OIDC_STORAGE_DEGRADED')
    assert.equal(await page.$('[role=alert]'), null)
    await page.reload()
    await assertSignedOut(page)
    await signInAgain(page)
  })

story('B28: with localStorage blocked a sign-in works all the same', { before: blockLocal },
  async ({ page, world }) => {
    await open(page, world)
    await signIn(page)
    assert.equal(await page.$('.notice'), null)
    await page.reload()
    assert.equal(await subject(page), 'alice')
  })

const forbidding = {
  // WebKit forbids, and no event tells of it.
  violates: (engine) => engine !== 'WebKit',
  headers: {
    'Content-Security-Policy': contentSecurityPolicy('http://localhost', 'http://localhost')
      .replace(" 'wasm-unsafe-eval'", ''),
  },
}

story('B18, WEB-14: a page that forbids WebAssembly says OIDC_WASM_FORBIDDEN and stays usable', forbidding,
  async ({ page, world }) => {
    await open(page, world)
    assert.equal(await errorCode(page), 'OIDC_WASM_FORBIDDEN')
    await assertSignedOut(page)
    await press(page, 'Sign in')
    assert.equal(await errorCode(page), 'OIDC_WASM_FORBIDDEN')
    assert.equal(world.count('GET /auth'), 0)
  })

story('B12: a person who turns back at the provider finds a page that still signs in',
  { before: noteReturn },
  async ({ page, world }) => {
    await open(page, world)
    await press(page, 'Sign in')
    await page.waitForSelector('input[name=login]')
    await turnBack(page, world)
    await assertSignedOut(page)
    // Out of the back/forward cache the page goes on where it was, and says so; loaded anew it
    // knows nothing of the attempt.
    if (await page.evaluate(() => globalThis.cameOutOfTheCache)) {
      assert.equal(await errorCode(page), 'OIDC_SIGNIN_ABANDONED')
    } else {
      assert.equal(await page.$('[role=alert]'), null)
    }
    await press(page, 'Sign in')
    await answerProvider(page)
    assert.equal(await subject(page), 'alice')
  })

story('B5: a person who turns back after signing out is not signed in again by it', {},
  async ({ page, world }) => {
    await open(page, world)
    await signIn(page)
    await press(page, 'Sign out')
    await page.waitForSelector('[name=logout]')
    await turnBack(page, world)
    await assertSignedOut(page)
  })

// What is kept and what goes is decided in the core, the same in every engine.
const counted = { skipIn: { Firefox: 'Its core counts as that of Chromium.', WebKit: 'Likewise.' } }

story('B6, B12: eleven sign-ins that were never finished do not block the twelfth', counted,
  async ({ page, world }) => {
    await open(page, world)
    await page.evaluate(() => localStorage.setItem('somebody-else', 'stays'))
    for (let attempt = 0; attempt < 11; attempt += 1) {
      await press(page, 'Sign in')
      await page.waitForSelector('input[name=login]')
      await open(page, world)
    }
    const kept = await page.evaluate(() => Object.keys(localStorage))
    assert.ok(kept.includes('somebody-else'))
    assert.ok(kept.length <= 11, `${kept.length - 1} pending sign-ins are kept`)
    await signIn(page)
  })

// The driver's own way back waits for a load that a page out of the cache never has.
async function turnBack(page, world) {
  await page.evaluate(() => history.back())
  await page.waitForFunction((app) => location.origin === app, {}, world.app)
  await settled(page)
}

// In the page, before its scripts.
function noteReturn() {
  addEventListener('pageshow', (event) => { globalThis.cameOutOfTheCache = event.persisted })
}

// In the page, before its scripts: what a strict private window does.
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
