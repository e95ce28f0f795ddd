// Session management: the client asks the provider's frame whether its session is still the same.
import assert from 'node:assert/strict'
import {
  app, atCallback, authState, bare, framing, openTab, rememberApp, signIn, start, until, waitForUser,
} from '../harness/bare-page.mjs'
import { advance, fireTimer, waitForTimer } from '../harness/clock.mjs'
import { missing } from '../harness/lemonldap/index.mjs'
import { sessionManagement } from '../harness/provider-sessions.mjs'
import { scenario } from '../harness/scenario.mjs'
import { makeClient, signInAtLemonldap } from '../harness/steps.mjs'

/** How often the client asks the frame, in seconds. */
const INTERVAL = 1

/** How long the client waits for an answer of the frame, in seconds. */
const FRAME_TIMEOUT = 5

const SETTINGS = { silentRedirectUri: '/callback', sessionCheck: INTERVAL }
const near = { ...bare, clock: 0, before: app, headers: framing('http://localhost:*') }
const far = { ...near, otherSite: true, headers: framing('https://127.0.0.1:*') }

/** Signs in at a provider that has session management. `script` may be another script of its frame. */
async function signInChecked(page, servers, script) {
  servers.fault = sessionManagement(servers, script)
  await signIn(page, servers, SETTINGS)
  await rememberApp(page, servers, SETTINGS)
}

/** Lets each page ask its frame so many times, and get the answers. */
async function check(servers, pages, times = 2) {
  for (let time = 0; time < times; time += 1) await fireTimer(servers, pages, INTERVAL)
  for (const page of pages) await waitForTimer(page, INTERVAL)
}

/** The events of the page after its sign-in, as soon as there is one. */
async function laterEvents(page) {
  await page.waitForFunction(() => authEvents.some((line) => !line.startsWith('signedin')))
  return page.evaluate(() => authEvents.filter((line) => !line.startsWith('signedin')))
}

/** The events of the page after its sign-in. It asks its frame until there is one. */
async function checkUntilEvent(servers, page) {
  const hasEvent = () => page.evaluate(() => authEvents.some((line) => !line.startsWith('signedin')))
  while (!(await hasEvent())) {
    await page.waitForFunction((ms) => globalThis[Symbol.for('clock')].hasTimer(ms) ||
      authEvents.some((line) => !line.startsWith('signedin')), {}, INTERVAL * 1000)
    await advance(servers, [page], INTERVAL)
  }
  return laterEvents(page)
}

/** How many silent sign-ins the provider got, after so many others. */
const silentSignIns = (servers, others) => servers.count('GET /auth') - others

const frames = (page) => page.evaluate(() => document.querySelectorAll('iframe').length)

async function visit(newPage, url) {
  const tab = await newPage()
  await tab.goto(url)
  await tab.close()
}

for (const [where, options] of [['the same site', near], ['another site', far]]) {
  scenario(`LOG-18: a user who signs out at a provider of ${where} is signed out in every tab, if its frame has its cookies`,
    { ...options, thirdPartyCookies: 'allowed' },
    async ({ page, servers, newPage }) => {
      await signInChecked(page, servers)
      const signIns = servers.count('GET /auth')
      const { tab } = await openTab(newPage, servers, SETTINGS)
      await check(servers, [page, tab])
      assert.deepEqual([await authState(page), silentSignIns(servers, signIns)], [['signedIn', 'alice'], 0])
      await visit(newPage, `${servers.issuer}/no-session`)
      await fireTimer(servers, [page, tab], INTERVAL)
      for (const one of [page, tab]) await waitForUser(one, null)
      for (const one of [page, tab]) {
        assert.deepEqual(await laterEvents(one), ['signedout OIDC_SESSION_ENDED'])
      }
      assert.equal(silentSignIns(servers, signIns), 1, 'one tab asks for all')
      await page.reload()
      assert.equal(await start(page, servers), null)
    })
}

scenario('LOG-18: after another session of the same user at the provider there is one silent sign-in, and no sign-out',
  near,
  async ({ page, servers, newPage }) => {
    await signInChecked(page, servers)
    const signIns = servers.count('GET /auth')
    await check(servers, [page])
    const token = () => page.evaluate(async () => (await auth.getAccessToken()).accessToken)
    const before = await token()
    await visit(newPage, `${servers.issuer}/other-session`)
    await fireTimer(servers, [page], INTERVAL)
    await until(() => silentSignIns(servers, signIns) > 0)
    await check(servers, [page], 3)
    assert.deepEqual(await authState(page), ['signedIn', 'alice'])
    assert.deepEqual([silentSignIns(servers, signIns), await token()], [1, before])
    assert.deepEqual(await page.evaluate(() => authEvents), ['signedin'])
    await visit(newPage, `${servers.issuer}/no-session`)
    await fireTimer(servers, [page], INTERVAL)
    await waitForUser(page, null)
  })

scenario('LOG-18: where the provider\'s frame gets no cookies, no user is signed out, and `degraded` says so',
  { ...far, thirdPartyCookies: 'blocked' },
  async ({ page, servers }) => {
    await signInChecked(page, servers)
    assert.deepEqual(await checkUntilEvent(servers, page), ['degraded OIDC_SESSION_CHECK_BLIND'])
    const signIns = servers.count('GET /auth')
    await advance(servers, [page], 10)
    assert.deepEqual([await authState(page), silentSignIns(servers, signIns)], [['signedIn', 'alice'], 0])
    assert.equal(await frames(page), 0)
  })

scenario('LOG-16: messages of other windows and other origins are ignored', near,
  async ({ page, servers }) => {
    // The frame says that nothing changed. A frame inside it, of the same origin, says otherwise.
    await signInChecked(page, servers, function () {
      addEventListener('message', ({ source, origin }) => source.postMessage('unchanged', origin))
      if (globalThis.parent === globalThis.top && !location.hash) {
        const inner = document.createElement('iframe')
        inner.src = '#inner'
        document.documentElement.append(inner)
      } else if (location.hash) {
        setInterval(() => globalThis.top.postMessage('changed', '*'), 50)
      }
    })
    const signIns = servers.count('GET /auth')
    await check(servers, [page], 1)
    await page.evaluate(() => {
      const forge = (data, origin, source) => {
        try {
          return new MessageEvent('message', { data, origin, source })
        } catch {
          // Firefox builds no event with a window of another process.
          return new MessageEvent('message', { data, origin })
        }
      }
      setInterval(() => {
        globalThis.postMessage('changed', '*')
        globalThis.postMessage('error', '*')
        const { contentWindow, src } = document.querySelector('iframe')
        const { origin } = new URL(src)
        for (const data of ['changed', 'error']) {
          dispatchEvent(forge(data, `${origin}.evil.example`, contentWindow))
          dispatchEvent(forge(data, origin, globalThis))
        }
      }, 5)
    })
    await check(servers, [page], 5)
    assert.deepEqual([await authState(page), silentSignIns(servers, signIns)], [['signedIn', 'alice'], 0])
    assert.deepEqual(await page.evaluate(() => authEvents), ['signedin'])
  })

scenario('LOG-17: the question is sent to the origin of check_session_iframe only',
  { ...near, headers: framing('http://localhost:* http://127.0.0.1:*') },
  async ({ page, servers, seen }) => {
    // The provider's page redirects to another origin, which listens.
    await signInChecked(page, servers, function () {
      const report = ({ data }) => fetch(`/heard?${encodeURIComponent(data)}`, { mode: 'no-cors' })
      if (location.hostname === 'localhost') {
        location.replace(location.href.replace('localhost', '127.0.0.1'))
      } else {
        addEventListener('message', report)
        fetch('/listening', { mode: 'no-cors' })
      }
    })
    await until(() => servers.count('GET /listening') > 0)
    const hasEvent = () => page.evaluate(() => authEvents.length > 1)
    while (!(await hasEvent())) await advance(servers, [page], FRAME_TIMEOUT)
    assert.deepEqual(await laterEvents(page), ['degraded OIDC_NETWORK_TIMEOUT'])
    assert.deepEqual(await authState(page), ['signedIn', 'alice'])
    assert.equal(servers.count('GET /heard'), 0, `${seen.console}`)
  })

scenario('LOG-19: after an error of the frame the client stops asking, and removes the frame', near,
  async ({ page, servers }) => {
    await signInChecked(page, servers, function () {
      addEventListener('message', ({ source, origin }) => source.postMessage('error', origin))
    })
    const signIns = servers.count('GET /auth')
    assert.deepEqual(await checkUntilEvent(servers, page), ['degraded OIDC_SESSION_CHECK_REFUSED'])
    await advance(servers, [page], 10)
    assert.deepEqual([await authState(page), silentSignIns(servers, signIns)], [['signedIn', 'alice'], 0])
    assert.equal(await frames(page), 0)
  })

const ONCE = 'The second provider is tested in one engine: the provider differs, not the engine.'

scenario('LOG-18: LemonLDAP::NG, whose frame always answers `changed`, signs no user out',
  {
    ...near,
    lemonldap: {
      // LemonLDAP::NG leaves its frame out of its metadata.
      change: (path, value) => path.startsWith('/.well-known/')
        ? { ...value, check_session_iframe: `${value.issuer}/oauth2/checksession.html` }
        : value,
    },
    skip: missing,
    skipIn: { Firefox: ONCE, WebKit: ONCE },
  },
  async ({ page, servers }) => {
    await page.goto(servers.app)
    await makeClient(page, servers, SETTINGS)
    await page.evaluate(() => void auth.signIn())
    await signInAtLemonldap(page)
    await atCallback(page, servers)
    assert.equal(await start(page, servers, SETTINGS), 'dwho')
    assert.deepEqual(await checkUntilEvent(servers, page), ['degraded OIDC_SESSION_CHECK_BLIND'])
    assert.ok(servers.count('GET /oauth2/checksession.html') > 0)
    assert.deepEqual(await authState(page), ['signedIn', 'dwho'])
  })
