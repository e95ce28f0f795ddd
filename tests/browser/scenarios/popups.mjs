// Signing in in a popup (promise B13), also where policies cut its connection to the page.
import assert from 'node:assert/strict'
import {
  app, authState, bare, clickPopupSignIn, framing, openTab, popupOutcome, rememberApp, start, until, waitForUser,
} from '../harness/bare-page.mjs'
import * as faults from '../harness/faults.mjs'
import { signOutPage } from '../harness/provider-sessions.mjs'
import { scenario } from '../harness/scenario.mjs'
import { clickButton, signInAtProvider } from '../harness/steps.mjs'

const COOP = 'Cross-Origin-Opener-Policy'

async function prepare(page, servers) {
  await page.goto(servers.app)
  assert.equal(await start(page, servers), null)
  await rememberApp(page, servers)
}

/** In the page, before its scripts: `lastPopup` is the window that opened last. */
function rememberPopup() {
  const { open } = globalThis
  globalThis.open = (...args) => (globalThis.lastPopup = open(...args))
}

for (const [where, coops] of [
  ['no policy', []],
  ['the app isolates itself (COOP)', ['app']],
  ['the provider isolates itself (COOP)', ['provider']],
  ['both isolate themselves (COOP)', ['app', 'provider']],
]) {
  const headers = coops.includes('app') ? { [COOP]: 'same-origin' } : {}
  scenario(`B13, WEB-03: a sign-in in a popup where ${where}, and the page stays`,
    { ...bare, before: app, headers },
    async ({ page, servers, popup, newPage, engine }) => {
      if (coops.includes('provider')) servers.fault = faults.header(COOP, 'same-origin')
      await prepare(page, servers)
      await page.evaluate(() => { globalThis.stayed = true })
      const { tab } = await openTab(newPage, servers)
      // The popup has the focus on a desktop. Without one, Chromium gives it to every page.
      if (engine === 'Chromium') await page.evaluate(() => { document.hasFocus = () => false })
      const window = await popup(page, () => clickPopupSignIn(page))
      await signInAtProvider(window)
      assert.equal(await popupOutcome(page), 'alice')
      assert.deepEqual(await authState(page), ['signedIn', 'alice'])
      assert.equal(await page.evaluate(() => globalThis.stayed && location.pathname), '/')
      await waitForUser(tab, 'alice')
      await waitUntilClosed(window)
      assert.equal(servers.count('POST /token'), 1)
    })
}

scenario('B13: a closed popup is OIDC_POPUP_CLOSED within a second, and the next one works',
  { ...bare, clock: 0, before: [app, rememberPopup] },
  async ({ page, servers, popup, engine }) => {
    await prepare(page, servers)
    const window = await popup(page, () => clickPopupSignIn(page))
    await window.waitForSelector('input[name=login]')
    await window.close()
    await page.bringToFront()
    // A window manager gives the focus back to the page. The screen of WebKit's tests has none.
    if (engine === 'WebKit') await page.evaluate(() => { document.hasFocus = () => true })
    await page.waitForFunction(() => lastPopup.closed && document.hasFocus())
    // The second look at a closed popup ends the sign-in. No timer of a second or more fires.
    assert.equal(await popupOutcome(page), 'OIDC_POPUP_CLOSED')
    servers.autoLogin = 'alice'
    // A popup that ends by itself may be gone before its driver knows it.
    await clickPopupSignIn(page)
    assert.equal(await popupOutcome(page), 'alice')
  })

scenario('D14: an error without a state closes the popup, with the code of the error',
  { ...bare, before: [app, rememberPopup] },
  async ({ page, servers }) => {
    servers.autoLogin = 'alice'
    servers.fault = faults.changedCallback((response) => {
      for (const name of [...response.keys()]) response.delete(name)
      response.set('error', 'access_denied')
    })
    await prepare(page, servers)
    // A popup that ends by itself may be gone before its driver knows it.
    await clickPopupSignIn(page)
    assert.equal(await popupOutcome(page), 'OIDC_SIGNIN_REFUSED')
    await page.waitForFunction(() => lastPopup.closed)
    assert.equal(servers.count('POST /token'), 0)
  })

scenario('B13: a second popup replaces the first, and a signal cancels it',
  { ...bare, before: app },
  async ({ page, servers, popup }) => {
    await prepare(page, servers)
    for (const _ of [1, 2]) await popup(page, () => clickPopupSignIn(page))
    assert.equal(await popupOutcome(page), 'OIDC_POPUP_CLOSED')
    await page.evaluate(() => popupAbort.abort())
    assert.equal(await popupOutcome(page), 'OIDC_ABORTED')
    assert.deepEqual(await authState(page), ['signedOut', null])
  })

// Drivers allow every popup. A blocker gives the same answer in all engines.
scenario('B13: a popup that is blocked is OIDC_POPUP_BLOCKED, and the provider gets no request',
  { ...bare, before: () => { globalThis.open = () => null } },
  async ({ page, servers }) => {
    await prepare(page, servers)
    await clickPopupSignIn(page)
    assert.equal(await popupOutcome(page), 'OIDC_POPUP_BLOCKED')
    assert.equal(servers.count('GET /auth'), 0)
  })

/** In the page, before its scripts: an app, also in a frame, that signs in in a popup and reports the outcome. */
function widget() {
  const waiting = setInterval(() => {
    if (!('countersign' in globalThis)) return
    clearInterval(waiting)
    const auth = countersign.createClient({
      issuer: document.querySelector('meta[name=issuer]').content,
      clientId: 'demo-spa',
      redirectUri: '/callback',
      allowLoopbackIssuer: true,
    })
    auth.start().catch(() => {})
    const report = (line) => navigator.sendBeacon('/console-line', `popup: ${line}`)
    if (location.pathname === '/callback') return addEventListener('pagehide', () => report('closed'))
    const button = document.createElement('button')
    button.textContent = 'Sign in in a popup'
    button.onclick = () => {
      auth.signInPopup().then(({ sub }) => sub, ({ code }) => code).then(report)
    }
    document.body.append(button)
  }, 20)
}

const anyFrame = (policy) => policy.replace(/frame-ancestors [^;]*/, 'frame-ancestors *')

scenario('C7, B13: a popup that a frame of another site opened brings its result, and closes',
  {
    ...bare,
    before: widget,
    otherSite: true,
    headers: { 'Content-Security-Policy': anyFrame(framing('https://127.0.0.1:*')['Content-Security-Policy']) },
    skipIn: { WebKit: 'A frame over http is mixed content there, even of localhost.' },
  },
  async ({ page, servers, seen }) => {
    servers.fault = signOutPage(servers, () => '')
    servers.autoLogin = 'alice'
    await page.goto(`${servers.issuer}/frame-of?/`)
    let frame
    const find = () => (frame = page.frames().find((one) => one.url().startsWith(servers.app)))
    await until(find)
    await clickButton(frame, 'Sign in in a popup')
    const outcomes = () => seen.console.filter((line) => line.startsWith('popup: '))
    await until(() => outcomes().length > 1)
    assert.deepEqual(outcomes().toSorted(), ['popup: alice', 'popup: closed'])
    assert.equal(servers.count('POST /token'), 1)
  })

/** Waits until a window is closed. A driver may be the last to know. */
async function waitUntilClosed(window) {
  let isClosed = false
  const look = async () => {
    isClosed = window.isClosed() || (await window.evaluate(() => location.href).then(() => false, () => true))
    if (!isClosed) setTimeout(look, 50)
  }
  await look()
  await until(() => isClosed)
}
