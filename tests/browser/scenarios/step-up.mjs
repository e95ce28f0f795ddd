// An API at the edge that requires a more recent sign-in (RFC 9470), and the user who signs in again.
import assert from 'node:assert/strict'
import { app, authState, bare, rememberApp, signIn } from '../harness/bare-page.mjs'
import { scenario } from '../harness/scenario.mjs'
import { clickButton, fill } from '../harness/steps.mjs'

/** The age of a sign-in that the API accepts, in seconds. */
const MAX_AGE = 60

scenario('REQ-17: guard requires a more recent sign-in, the user signs in in a popup, and the request goes through',
  { ...bare, before: app, api: { maxAge: MAX_AGE, clockTolerance: 0 } },
  async ({ page, servers, popup }) => {
    const settings = { apis: { [servers.api]: { scope: 'me:read', resource: servers.api } } }
    // For the API the first sign-in was too long ago.
    servers.autoLoginTime = Math.floor(Date.now() / 1000) - 2 * MAX_AGE
    await signIn(page, servers, settings)
    await rememberApp(page, servers, settings)
    const signIns = servers.count('GET /auth')
    await page.evaluate((api) => {
      Object.assign(globalThis, { stayed: true, challenges: [] })
      auth.addEventListener('stepup', (event) => {
        challenges.push(event.detail)
        // A popup opens only after a click.
        event.respondWith(new Promise((resolve, reject) => {
          const button = document.createElement('button')
          button.textContent = 'Confirm'
          button.onclick = () => auth.signInPopup(event.detail).then(resolve, reject)
          document.body.append(button)
        }))
      })
      auth.fetch(`${api}transfer`, { method: 'POST' })
        .then(async (response) => [response.status, await response.json()])
        .then((answer) => { globalThis.answer = answer })
    }, servers.api)
    const window = await popup(page, () => clickButton(page, 'Confirm'))
    await fill(window, 'input[name=login]', 'alice')
    await fill(window, 'input[name=password]', 'anything')
    await clickButton(window, 'Sign in')
    await page.waitForFunction(() => globalThis.answer)
    assert.deepEqual(await page.evaluate(() => answer), [200, { by: 'alice' }])
    assert.deepEqual(await page.evaluate(() => challenges), [{ maxAge: MAX_AGE }])
    assert.equal(servers.count('GET /auth') - signIns, 1)
    assert.deepEqual(await authState(page), ['signedIn', 'alice'])
    assert.deepEqual(await page.evaluate(() => [globalThis.stayed, location.pathname]), [true, '/'])
  })
