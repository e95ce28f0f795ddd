// The demo's API: a Worker behind `guard`, on workerd, called by a page of another origin.
import assert from 'node:assert/strict'
import { scenario } from '../harness/scenario.mjs'
import { clickButton, open, signIn, text, waitUntilReady } from '../harness/steps.mjs'

const ANSWER = '[data-testid=answer]'

scenario('an API at the edge accepts the access token, and answers with its user', { api: true },
  async ({ page, servers }) => {
    await open(page, servers)
    await signIn(page, servers)
    assert.match(await text(page, '[data-testid=lifetime]'), /^Expires in (59|60) min/)
    await clickButton(page, 'Call the API')
    assert.equal(await text(page, `${ANSWER} th`), 'sub')
    assert.equal(await text(page, `${ANSWER} td`), 'alice')
    // After a reload the session still has a token.
    await page.reload()
    await waitUntilReady(page)
    await clickButton(page, 'Call the API')
    assert.equal(await text(page, `${ANSWER} td`), 'alice')
  })

scenario('a page reads the challenge to a tampered token, and the next call works', { api: true },
  async ({ page, servers }) => {
    await open(page, servers)
    await signIn(page, servers)
    await clickButton(page, 'Call it with a tampered token')
    assert.equal(await text(page, `${ANSWER} h3`), 'The API refuses: 401')
    const facts = await text(page, `${ANSWER} .facts`)
    assert.match(facts, /OIDC_SIGNATURE_INVALID/)
    assert.match(facts, /Bearer realm="[^"]+", error="invalid_token"/)
    await clickButton(page, 'Call the API')
    assert.equal(await text(page, `${ANSWER} td`), 'alice')
  })

scenario('a call without a token gets a challenge without an error, and a page of another origin cannot read it',
  { api: true },
  async ({ page, servers }) => {
    await open(page, servers)
    const ask = (url) => page.evaluate(async (url) => {
      const response = await fetch(url)
      return [response.status, response.headers.get('www-authenticate'), await response.text()]
    }, url)
    const [status, challenge, body] = await ask(`${servers.api}me`)
    assert.equal(status, 401)
    assert.match(challenge, /^Bearer realm="[^"]+", scope="me:read"$/)
    assert.equal(body, '')
    // The API does not allow the origin of the provider.
    await page.goto(new URL('/style.css', servers.issuer).href)
    await assert.rejects(ask(`${servers.api}me`))
  })
