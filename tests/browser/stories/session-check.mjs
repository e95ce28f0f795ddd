// Session management: the provider's frame is asked whether its session is the same.
import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  app, atCallback, bare, framing, openTab, remember, shown, shows, signIn, start,
} from '../harness/bare.mjs'
import { missing } from '../harness/lemonldap/index.mjs'
import { sessionManagement } from '../harness/provider-sessions.mjs'
import { answerLemonldap, makeClient } from '../harness/steps.mjs'
import { story } from '../harness/story.mjs'

const SETTINGS = { silentRedirectUri: '/callback', sessionCheck: 1 }
const near = { ...bare, before: app, headers: framing('http://localhost:*') }
const far = {
  ...bare, before: app, otherSite: true, headers: framing('https://127.0.0.1:*'),
}

/** Signs in at a provider that has session management; `told` begins with what comes after. */
async function signInWatched(page, world, script) {
  world.fault = sessionManagement(world, script)
  await signIn(page, world, SETTINGS)
  await remember(page, world, SETTINGS)
}

/** What the page was told that it did not ask for, once there is something. */
async function told(page) {
  await page.waitForFunction(() => globalThis.told.some((line) => !line.startsWith('signedin')),
    { polling: 50 })
  return page.evaluate(() => globalThis.told.filter((line) => !line.startsWith('signedin')))
}

/** Waits until the frame has been asked, and was asked again. */
async function watched(world, seconds = 2500) {
  while (world.count('GET /check-session') === 0) await sleep(50)
  await sleep(seconds)
}

/** How often the provider was asked who is there, unseen by the person. */
const looks = (world) => world.asked.filter((one) => one === 'GET /auth').length - 1

async function go(newPage, url) {
  const tab = await newPage()
  await tab.goto(url)
  await tab.close()
}

for (const [where, options] of [['the same site', near], ['another site', far]]) {
  story(`LOG-18: who is signed out at a provider of ${where} is signed out in every tab, where its frame sees them`,
    { ...options, thirdPartyCookies: 'allowed' },
    async ({ page, world, newPage }) => {
      await signInWatched(page, world)
      const { tab } = await openTab(newPage, world, SETTINGS)
      await watched(world)
      assert.deepEqual([await shown(page), looks(world)], [['signedIn', 'alice'], 0])
      await go(newPage, `${world.issuer}/no-session`)
      for (const one of [page, tab]) await shows(one, null, 10_000)
      for (const one of [page, tab]) assert.deepEqual(await told(one), ['signedout OIDC_SESSION_ENDED'])
      assert.equal(looks(world), 1, 'one tab asks for all')
      await page.reload()
      assert.equal(await start(page, world), null)
    })
}

story('LOG-18: another session of the same person at the provider is asked for once, and signs nobody out',
  near,
  async ({ page, world, newPage }) => {
    await signInWatched(page, world)
    await watched(world)
    const token = () => page.evaluate(async () => (await auth.getAccessToken()).accessToken)
    const before = await token()
    await go(newPage, `${world.issuer}/other-session`)
    while (looks(world) === 0) await sleep(50)
    await watched(world, 3500)
    assert.deepEqual(await shown(page), ['signedIn', 'alice'])
    assert.deepEqual([looks(world), await token()], [1, before])
    assert.deepEqual(await page.evaluate(() => told), ['signedin'])
    await go(newPage, `${world.issuer}/no-session`)
    await shows(page, null, 10_000)
  })

story('LOG-18: where the provider\'s frame gets no cookies, nobody is signed out, and degraded says so',
  { ...far, thirdPartyCookies: 'blocked' },
  async ({ page, world }) => {
    await signInWatched(page, world)
    assert.deepEqual(await told(page), ['degraded OIDC_SESSION_CHECK_BLIND'])
    await watched(world)
    assert.deepEqual([await shown(page), looks(world)], [['signedIn', 'alice'], 0])
    assert.equal(await page.evaluate(() => document.querySelectorAll('iframe').length), 0)
  })

story('LOG-16: what other windows and other origins say is not heard', near,
  async ({ page, world }) => {
    // The frame says that nothing changed; its own frame, of its origin, says what it likes.
    await signInWatched(page, world, function () {
      addEventListener('message', ({ source, origin }) => source.postMessage('unchanged', origin))
      if (globalThis.parent === globalThis.top && !location.hash) {
        const inner = document.createElement('iframe')
        inner.src = '#inner'
        document.documentElement.append(inner)
      } else if (location.hash) {
        setInterval(() => globalThis.top.postMessage('changed', '*'), 50)
      }
    })
    await watched(world, 1500)
    await page.evaluate(() => {
      setInterval(() => {
        globalThis.postMessage('changed', '*')
        globalThis.postMessage('error', '*')
        const { contentWindow, src } = document.querySelector('iframe')
        const { origin } = new URL(src)
        for (const data of ['changed', 'error']) {
          const elsewhere = { data, origin: `${origin}.evil.example`, source: contentWindow }
          dispatchEvent(new MessageEvent('message', elsewhere))
          dispatchEvent(new MessageEvent('message', { data, origin, source: globalThis }))
        }
      }, 50)
    })
    await sleep(3000)
    assert.deepEqual([await shown(page), looks(world)], [['signedIn', 'alice'], 0])
    assert.deepEqual(await page.evaluate(() => told), ['signedin'])
  })

story('LOG-17: what is asked reaches nobody but the origin of check_session_iframe',
  { ...near, headers: framing('http://localhost:* http://127.0.0.1:*') },
  async ({ page, world, seen }) => {
    // The provider's page goes elsewhere: there somebody listens.
    await signInWatched(page, world, function () {
      const heard = ({ data }) => fetch(`/heard?${encodeURIComponent(data)}`, { mode: 'no-cors' })
      if (location.hostname === 'localhost') {
        location.replace(location.href.replace('localhost', '127.0.0.1'))
      } else {
        addEventListener('message', heard)
        fetch('/listening', { mode: 'no-cors' })
      }
    })
    assert.deepEqual(await told(page), ['degraded OIDC_NETWORK_TIMEOUT'])
    assert.deepEqual(await shown(page), ['signedIn', 'alice'])
    assert.ok(world.count('GET /listening') > 0, `nobody listened: ${seen.console}`)
    assert.equal(world.count('GET /heard'), 0)
  })

story('LOG-19: after an error of the frame nobody is asked, and the frame is taken away', near,
  async ({ page, world }) => {
    await signInWatched(page, world, function () {
      addEventListener('message', ({ source, origin }) => source.postMessage('error', origin))
    })
    assert.deepEqual(await told(page), ['degraded OIDC_SESSION_CHECK_REFUSED'])
    await sleep(1500)
    assert.deepEqual([await shown(page), looks(world)], [['signedIn', 'alice'], 0])
    assert.equal(await page.evaluate(() => document.querySelectorAll('iframe').length), 0)
  })

const ONCE = 'A second provider is asked in one engine: it is the provider that differs.'

story('LOG-18: LemonLDAP::NG, whose frame always says `changed`, signs nobody out',
  {
    ...near,
    lemonldap: {
      // It leaves its frame out of its metadata.
      change: (path, value) => path.startsWith('/.well-known/')
        ? { ...value, check_session_iframe: `${value.issuer}/oauth2/checksession.html` }
        : value,
    },
    skip: missing,
    skipIn: { Firefox: ONCE, WebKit: ONCE },
  },
  async ({ page, world }) => {
    await page.goto(world.app)
    await makeClient(page, world, SETTINGS)
    await page.evaluate(() => void auth.signIn())
    await answerLemonldap(page)
    await atCallback(page, world)
    assert.equal(await start(page, world, SETTINGS), 'dwho')
    assert.deepEqual(await told(page), ['degraded OIDC_SESSION_CHECK_BLIND'])
    assert.ok(world.count('GET /oauth2/checksession.html') > 0)
    assert.deepEqual(await shown(page), ['signedIn', 'dwho'])
  })
