// The way of a response from a popup to the page, and what the provider can do in between.
import assert from 'node:assert/strict'
import test from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { advanceClock } from '../support/clock.mjs'
import { setGlobals, startPopupSignIn } from '../support/popups.mjs'
import { app, code, isPending, setStage } from '../support/stage.mjs'

const post = (page, data, origin, source) =>
  page.fire('message', { data, origin, source })

test('A6: the provider in a popup has no opener, unless the page is in a frame of another site', async (t) => {
  const foreign = { get location() { throw new DOMException('', 'SecurityError') } }
  for (const [top, opener] of [[{ location: { href: app } }, null], [foreign, 'the page']]) {
    const { auth, popup } = await startPopupSignIn(t, { top })
    assert.equal(popup.opener, opener)
    auth.close()
  }
})

test('C7: in a frame of another site the response comes as a message, from a page of this origin only', async (t) => {
  const { stage, page, signIn, url } = await startPopupSignIn(t)
  const state = new URL(url).searchParams.get('state')
  const text = new URL(stage.double.authorize(url)).search.slice(1)
  const answers = []
  const source = { postMessage: (data, origin) => answers.push([data, origin]) }
  const name = `countersign:${state}`
  post(page, { name, text }, 'https://evil.example', source)
  post(page, { name: 'countersign:other', text }, app, source)
  post(page, { name, text: 7 }, app, source)
  post(page, null, app, source)
  assert.ok(await isPending(signIn))
  post(page, { name, text }, app, source)
  assert.equal((await signIn).sub, 'alice')
  assert.deepEqual(answers, [[{ name, text: 'taken' }, app]])
})

test('C7: the popup posts the response to its opener at the exact origin, and closes when it was taken', async (t) => {
  const { stage, auth, url } = await startPopupSignIn(t)
  auth.close()
  const posted = []
  let isClosed = false
  const opener = { postMessage: (...message) => posted.push(message) }
  const child = stage.open(stage.double.authorize(url))
  setGlobals(t, { opener, close: () => { isClosed = true } })
  const start = child.auth.start()
  while (!posted.length) await isPending(start)
  const [[{ name, text }, origin]] = posted
  assert.equal(origin, app)
  assert.match(text, /code=/)
  post(child.page, { name, text: 'taken' }, app, opener)
  assert.ok(await isPending(start), 'the page that waits continues')
  assert.ok(isClosed)
})

/** Moves a window to an address. */
const move = (window, address) => {
  const { href, search, pathname } = new URL(address, app)
  Object.assign(window.location, { href, search, pathname })
}

test('D14: an error without a state in the popup ends its sign-in at once, and only at the redirect URI', async (t) => {
  const { stage, popup, signIn } = await startPopupSignIn(t)
  for (const other of ['/other?error=access_denied', '/callback?code=x', '/callback?error=x&state=y', '/callback']) {
    move(popup, other)
    await sleep(450)
    assert.ok(await isPending(signIn), other)
  }
  move(popup, '/callback?error=access_denied&error_description=Not%20today&code=x')
  await assert.rejects(signIn, (error) => {
    assert.deepEqual([error.cause.error, error.cause.error_description], ['access_denied', 'Not today'])
    return code('OIDC_SIGNIN_REFUSED', 'state')(error)
  })
  assert.ok(popup.closed)
  assert.ok(!stage.double.asked.some(({ path }) => path === '/token'))
})

test('D14: a popup of another origin is not read', async (t) => {
  const { auth, popup, signIn } = await startPopupSignIn(t)
  Object.defineProperty(popup.location, 'search', { get() { throw new DOMException('', 'SecurityError') } })
  await sleep(450)
  assert.ok(await isPending(signIn))
  auth.close()
})

/** A renewal in a hidden frame that is refused with this query ends at once, and the session stays. */
async function refuseInFrame(t, query) {
  const stage = await setStage(t, { silentRedirectUri: '/silent' })
  const { auth } = await stage.signIn()
  const frame = { contentWindow: { location: {} }, remove() {} }
  const shown = new Promise((resolve) => {
    setGlobals(t, { document: { createElement: () => frame, body: { append: resolve } } })
  })
  advanceClock(t, 4000)
  const token = auth.getAccessToken()
  token.catch(() => {})
  await shown
  move(frame.contentWindow, `/silent?${query}`)
  frame.onload()
  await assert.rejects(token, code('OIDC_INTERACTION_REQUIRED', 'state'))
  assert.equal(auth.status, 'signedIn')
}

test('D14: an error without a state in the hidden frame ends the request at once, and no session', async (t) => {
  await refuseInFrame(t, 'error=login_required')
})

for (const query of ['error=login_required&state=', 'state=&error=login_required']) {
  test(`D14: ${query} ends a popup and a hidden frame as an error without a state does`, async (t) => {
    const { stage, popup, signIn } = await startPopupSignIn(t)
    move(popup, `/callback?${query}`)
    await assert.rejects(signIn, code('OIDC_INTERACTION_REQUIRED', 'state'))
    assert.ok(popup.closed)
    assert.ok(!stage.double.asked.some(({ path }) => path === '/token'))
    await refuseInFrame(t, query)
  })
}

test('C5: a popup that brings a response of another issuer shows both texts', async (t) => {
  const { stage, page, signIn, url } = await startPopupSignIn(t)
  const back = new URL(stage.double.authorize(url))
  back.searchParams.set('iss', 'https://other.example/')
  const name = `countersign:${new URL(url).searchParams.get('state')}`
  post(page, { name, text: back.search.slice(1) }, app, { postMessage() {} })
  await assert.rejects(signIn, ({ code, detail }) => {
    assert.equal(code, 'OIDC_CALLBACK_ISSUER_MISMATCH')
    assert.equal(detail, `"https://other.example/" is not "${stage.double.issuer}"`)
    return true
  })
})
