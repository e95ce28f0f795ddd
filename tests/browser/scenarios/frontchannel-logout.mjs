// A sign-out that begins at the provider, which shows a page of the app in a frame.
import assert from 'node:assert/strict'
import {
  atCallback, authState, bare, openTab, signIn, start, token, until, waitForUser,
} from '../harness/bare-page.mjs'
import * as faults from '../harness/faults.mjs'
import { missing } from '../harness/lemonldap/index.mjs'
import { signOutPage, together } from '../harness/provider-sessions.mjs'
import { scenario } from '../harness/scenario.mjs'
import { makeClient, signInAtLemonldap } from '../harness/steps.mjs'

/** In the page, before its scripts: the code of the app at its `frontchannel_logout_uri`. */
function receiver() {
  const report = (line) => navigator.sendBeacon('/console-line', line)
  if (globalThis.parent !== globalThis.self) report(`framed ${location.pathname}`)
  if (location.pathname !== '/front-channel-logout') return
  const waiting = setInterval(() => {
    if (!('countersign' in globalThis)) return
    clearInterval(waiting)
    const auth = countersign.createClient({
      issuer: document.querySelector('meta[name=issuer]').content,
      clientId: 'demo-spa',
      redirectUri: '/callback',
      allowLoopbackIssuer: true,
      frontchannelLogoutSessionRequired: !location.search.includes('lax'),
    })
    auth.frontchannelLogout().then((done) => report(`logged out: ${done}`), ({ code }) => report(code))
  }, 20)
}

const framed = { ...bare, before: receiver }

/** The reports of the app's pages in frames so far. */
const reportsIn = ({ console }) =>
  console.filter((line) => /^(framed|logged out:|OIDC_)/.test(line))

/** The two reports of a framed page that `act` shows. */
async function reportsAfter(seen, act) {
  const before = reportsIn(seen).length
  await act()
  await until(() => reportsIn(seen).length >= before + 2)
  return reportsIn(seen).slice(before)
}

const rightQuery = (servers) => `?iss=${encodeURIComponent(servers.issuer)}&sid=s-1`

/** The provider names its session in ID tokens, and shows the app's page in a frame with `frame.query`. */
function prepare(servers, frame) {
  servers.fault = together(
    signOutPage(servers, () => frame.query),
    faults.changedClaims(servers, { sid: 's-1' }),
  )
}

/** Opens the provider's sign-out page in another tab. Returns the reports of the framed page. */
async function signOutAtProvider(newPage, servers, seen) {
  const tab = await newPage()
  const reports = await reportsAfter(seen, () => tab.goto(`${servers.issuer}/sign-out-page`))
  await tab.close()
  return reports
}

// WebKit separates a frame's storage below another origin, even of the same site.
const findsSession = { Chromium: true, Firefox: true, WebKit: false }

scenario('LOG-12, LOG-13: a frame at the provider signs out in every tab, if it names the session',
  framed,
  async ({ page, servers, newPage, seen, engine }) => {
    const frame = { query: '' }
    prepare(servers, frame)
    await signIn(page, servers)
    const { tab } = await openTab(newPage, servers)
    const iss = encodeURIComponent(servers.issuer)
    const wrong = [
      '', `?iss=${iss}`, '?sid=s-1', `?iss=${iss}&sid=s-2`, '?iss=https%3A%2F%2Fevil.example&sid=s-1',
      `?iss=${iss}&sid=s-2&sid=s-1`,
    ]
    for (const query of wrong) {
      frame.query = query
      const reports = await signOutAtProvider(newPage, servers, seen)
      assert.deepEqual(reports, ['framed /front-channel-logout', 'logged out: false'], query)
    }
    assert.deepEqual(await authState(page), ['signedIn', 'alice'])

    frame.query = rightQuery(servers)
    const reports = await signOutAtProvider(newPage, servers, seen)
    assert.deepEqual(reports, ['framed /front-channel-logout', `logged out: ${findsSession[engine]}`])
    if (!findsSession[engine]) {
      assert.deepEqual(await authState(page), ['signedIn', 'alice'])
      const own = await newPage()
      await own.goto(`${servers.app}/front-channel-logout${rightQuery(servers)}`)
    }
    for (const one of [page, tab]) {
      await waitForUser(one, null)
      assert.equal(await token(one), 'OIDC_SIGNIN_REQUIRED')
    }
    await page.reload()
    assert.equal(await start(page, servers), null)
    // LOG-13: every site can show the frame, so it revokes no token and ends no session elsewhere.
    const ended = servers.requests.filter((one) => /revocation|session\/end/.test(one))
    assert.deepEqual(ended, [])
  })

scenario('LOG-13, WEB-11: the page of the frame is never cached and only the provider may frame it; a callback may not be framed',
  framed,
  async ({ page, servers, newPage, seen }) => {
    prepare(servers, { query: rightQuery(servers) })
    const { headers } = await fetch(`${servers.app}/front-channel-logout`)
    assert.equal(headers.get('Cache-Control'), 'no-store')
    await signIn(page, servers)

    // The same server under another name is another origin.
    const elsewhere = servers.issuer.replace('localhost', '127.0.0.1')
    const tab = await newPage()
    for (const url of [
      `${elsewhere}/sign-out-page`,
      `${servers.issuer}/frame-of?/callback?code=x&state=y`,
      `${servers.issuer}/frame-of?/`,
    ]) {
      const before = servers.appRequests.length
      await tab.goto(url)
      await until(() => servers.appRequests.length > before)
    }
    assert.deepEqual(await authState(page), ['signedIn', 'alice'])
    // The reports of this frame are the first ones.
    assert.equal((await signOutAtProvider(newPage, servers, seen))[0], 'framed /front-channel-logout')
    assert.equal(reportsIn(seen)[0], 'framed /front-channel-logout')
    assert.equal(reportsIn(seen).length, 2)
  })

// A frame below a page of another site has a storage of its own, where browsers separate sites.
for (const [rule, finds] of [
  [undefined, { Chromium: false, Firefox: false }],
  ['allowed', { Chromium: false, Firefox: true }],
]) {
  scenario(`LOG-12: below a provider of another site (third-party cookies: ${rule ?? 'as installed'}) the frame ` +
    'finds the session if the browser lets it, and says so',
    {
      ...framed,
      otherSite: true,
      thirdPartyCookies: rule,
      skipIn: { WebKit: 'A frame over http is mixed content there, even of localhost.' },
    },
    async ({ page, servers, newPage, seen, engine }) => {
      prepare(servers, { query: rightQuery(servers) })
      await signIn(page, servers)
      const reports = await signOutAtProvider(newPage, servers, seen)
      assert.deepEqual(reports, ['framed /front-channel-logout', `logged out: ${finds[engine]}`])
      await waitForUser(page, finds[engine] ? null : 'alice')
    })
}

const ONCE = 'The second provider is tested in one engine: the provider differs, not the engine.'

for (const [namesSession, query, ends] of [
  [true, '', false],
  [false, '', false],
  [false, '?lax', true],
]) {
  const title = [
    'LOG-12: LemonLDAP::NG, whose ID tokens have no sid,',
    namesSession ? 'names an unknown session:' : 'names no session:',
    ends ? 'if the app allows it, that is a sign-out' : 'no user is signed out',
  ].join(' ')
  scenario(title, {
    ...framed,
    lemonldap: { frontchannel: { namesSession, query } },
    skip: missing,
    skipIn: { Firefox: ONCE, WebKit: ONCE },
  }, async ({ page, servers, newPage, seen }) => {
    await page.goto(servers.app)
    await makeClient(page, servers)
    await page.evaluate(() => void auth.signIn())
    await signInAtLemonldap(page)
    await atCallback(page, servers)
    assert.equal(await start(page, servers), 'dwho')
    const tab = await newPage()
    const reports = await reportsAfter(seen, () => tab.goto(`${servers.issuer}/?logout=1`))
    assert.deepEqual(reports, ['framed /front-channel-logout', `logged out: ${ends}`])
    await waitForUser(page, ends ? null : 'dwho')
  })
}
