// A sign-out that begins at the provider, which shows a page of the app in a frame.
import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import * as faults from '../harness/faults.mjs'
import { atCallback, bare, openTab, shown, shows, signIn, start, token } from '../harness/bare.mjs'
import { missing } from '../harness/lemonldap/index.mjs'
import { signOutPage, together } from '../harness/provider-sessions.mjs'
import { answerLemonldap, makeClient } from '../harness/steps.mjs'
import { story } from '../harness/story.mjs'

/** In the page, before its scripts: what the app does at its `frontchannel_logout_uri`. */
function receiver() {
  const tell = (line) => navigator.sendBeacon('/what-was-said', line)
  if (globalThis.parent !== globalThis.self) tell(`framed ${location.pathname}`)
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
    auth.frontchannelLogout().then((done) => tell(`logged out: ${done}`), ({ code }) => tell(code))
  }, 20)
}

const framed = { ...bare, before: receiver }

/** What the pages of the app said in frames so far. */
const said = ({ console }) => console.filter((line) => /^(framed|logged out:|OIDC_)/.test(line))

/** What they say from now on, when `act` has been done: two lines, or what came in five seconds. */
async function saidAfter(seen, act) {
  const before = said(seen).length
  await act()
  for (let tries = 0; said(seen).length < before + 2 && tries < 250; tries += 1) await sleep(20)
  return said(seen).slice(before)
}

const rightOf = (world) => `?iss=${encodeURIComponent(world.issuer)}&sid=s-1`

/** The provider names its session in ID tokens, and shows the app's page in a frame with `asked.query`. */
function prepare(world, asked) {
  world.fault = together(
    signOutPage(world, () => asked.query),
    faults.changedClaims(world, { sid: 's-1' }),
  )
}

/** Another tab at the provider's sign-out page; gives what the framed page said. */
async function signOutAtProvider(newPage, world, seen) {
  const tab = await newPage()
  const lines = await saidAfter(seen, () => tab.goto(`${world.issuer}/sign-out-page`))
  await tab.close()
  return lines
}

// WebKit keeps a frame's storage apart below another origin, though it is of the same site.
const findsNear = { Chromium: true, Firefox: true, WebKit: false }

story('LOG-12, LOG-13: a frame at the provider signs out in every tab, of the session that it names alone',
  framed,
  async ({ page, world, newPage, seen, engine }) => {
    const asked = { query: '' }
    prepare(world, asked)
    await signIn(page, world)
    const { tab } = await openTab(newPage, world)
    const iss = encodeURIComponent(world.issuer)
    const wrong = [
      '', `?iss=${iss}`, '?sid=s-1', `?iss=${iss}&sid=s-2`, '?iss=https%3A%2F%2Fevil.example&sid=s-1',
      `?iss=${iss}&sid=s-2&sid=s-1`,
    ]
    for (const query of wrong) {
      asked.query = query
      const lines = await signOutAtProvider(newPage, world, seen)
      assert.deepEqual(lines, ['framed /front-channel-logout', 'logged out: false'], query)
    }
    assert.deepEqual(await shown(page), ['signedIn', 'alice'])

    asked.query = rightOf(world)
    const lines = await signOutAtProvider(newPage, world, seen)
    assert.deepEqual(lines, ['framed /front-channel-logout', `logged out: ${findsNear[engine]}`])
    if (!findsNear[engine]) {
      assert.deepEqual(await shown(page), ['signedIn', 'alice'])
      const own = await newPage()
      await own.goto(`${world.app}/front-channel-logout${rightOf(world)}`)
    }
    for (const one of [page, tab]) {
      await shows(one, null)
      assert.equal(await token(one), 'OIDC_SIGNIN_REQUIRED')
    }
    await page.reload()
    assert.equal(await start(page, world), null)
    // LOG-13: anybody can show the frame, so nothing is revoked and nobody else is told.
    const told = world.asked.filter((one) => /revocation|session\/end/.test(one))
    assert.deepEqual(told, [])
  })

story('LOG-13, WEB-11: the page of the frame is cached by nobody and framed by the provider alone; a callback by nobody',
  framed,
  async ({ page, world, newPage, seen }) => {
    prepare(world, { query: rightOf(world) })
    const { headers } = await fetch(`${world.app}/front-channel-logout`)
    assert.equal(headers.get('Cache-Control'), 'no-store')
    await signIn(page, world)

    // The same server by another name is another origin.
    const elsewhere = world.issuer.replace('localhost', '127.0.0.1')
    const tab = await newPage()
    await tab.goto(`${elsewhere}/sign-out-page`)
    await tab.goto(`${world.issuer}/frame-of?/callback?code=x&state=y`)
    await tab.goto(`${world.issuer}/frame-of?/`)
    await sleep(1000)
    assert.deepEqual(said(seen), [])
    assert.deepEqual(await shown(page), ['signedIn', 'alice'])
    const [line] = await signOutAtProvider(newPage, world, seen)
    assert.equal(line, 'framed /front-channel-logout')
  })

// A frame below another site's page has a storage of its own, where browsers keep sites apart.
for (const [rule, finds] of [
  [undefined, { Chromium: false, Firefox: false }],
  ['allowed', { Chromium: false, Firefox: true }],
]) {
  story(`LOG-12: below a provider of another site (third-party cookies: ${rule ?? 'as installed'}) the frame ` +
    'finds the session where the browser lets it, and says so',
    {
      ...framed,
      otherSite: true,
      thirdPartyCookies: rule,
      skipIn: { WebKit: 'A frame over http is mixed content there, though it is of localhost.' },
    },
    async ({ page, world, newPage, seen, engine }) => {
      prepare(world, { query: rightOf(world) })
      await signIn(page, world)
      const lines = await signOutAtProvider(newPage, world, seen)
      assert.deepEqual(lines, ['framed /front-channel-logout', `logged out: ${finds[engine]}`])
      await shows(page, finds[engine] ? null : 'alice')
    })
}

const ONCE = 'A second provider is asked in one engine: it is the provider that differs.'

for (const [namesSession, query, ends] of [
  [true, '', false],
  [false, '', false],
  [false, '?lax', true],
]) {
  const sentence = [
    'LOG-12: LemonLDAP::NG, whose ID tokens have no sid,',
    namesSession ? 'names a session that nobody knows:' : 'names none:',
    ends ? 'where the app says so, that is a sign-out' : 'nothing is logged out',
  ].join(' ')
  story(sentence, {
    ...framed,
    lemonldap: { frontchannel: { namesSession, query } },
    skip: missing,
    skipIn: { Firefox: ONCE, WebKit: ONCE },
  }, async ({ page, world, newPage, seen }) => {
    await page.goto(world.app)
    await makeClient(page, world)
    await page.evaluate(() => void auth.signIn())
    await answerLemonldap(page)
    await atCallback(page, world)
    assert.equal(await start(page, world), 'dwho')
    const tab = await newPage()
    const lines = await saidAfter(seen, () => tab.goto(`${world.issuer}/?logout=1`))
    assert.deepEqual(lines, ['framed /front-channel-logout', `logged out: ${ends}`])
    await shows(page, ends ? null : 'dwho')
  })
}
