// An API at the edge that asks for a newer sign-in (RFC 9470), and the person who gives it one.
import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { app, bare, remember, shown, signIn } from '../harness/bare.mjs'
import { press } from '../harness/steps.mjs'
import { story } from '../harness/story.mjs'

story('REQ-17: guard asks for a newer sign-in, the person gives it in a popup, and the request goes through',
  { ...bare, before: app, api: { maxAge: 5, clockTolerance: 0 } },
  async ({ page, world, popup }) => {
    const settings = { apis: { [world.api]: { scope: 'me:read', resource: world.api } } }
    await signIn(page, world, settings)
    await remember(page, world, settings)
    await sleep(6000)
    const logins = world.count('GET /auth')
    await page.evaluate((api) => {
      Object.assign(globalThis, { stayed: true, demands: [] })
      auth.addEventListener('stepup', (event) => {
        demands.push(event.detail)
        // A popup opens by a click alone.
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
    }, world.api)
    const beside = await popup(page, () => press(page, 'Confirm'))
    await beside.waitForSelector('input[name=login]')
    await beside.type('input[name=login]', 'alice')
    await beside.type('input[name=password]', 'anything')
    await press(beside, 'Sign in')
    await page.waitForFunction(() => globalThis.answer, { polling: 50 })
    assert.deepEqual(await page.evaluate(() => answer), [200, { by: 'alice' }])
    assert.deepEqual(await page.evaluate(() => demands), [{ maxAge: 5 }])
    assert.equal(world.count('GET /auth') - logins, 1)
    assert.deepEqual(await shown(page), ['signedIn', 'alice'])
    assert.deepEqual(await page.evaluate(() => [globalThis.stayed, location.pathname]), [true, '/'])
  })
