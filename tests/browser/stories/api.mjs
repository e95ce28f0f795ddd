// The demo's API: a Worker behind `guard`, on workerd, asked by a page of another origin.
import assert from 'node:assert/strict'
import { story } from '../harness/story.mjs'
import { open, press, settled, signIn, text } from '../harness/steps.mjs'

const ANSWER = '[data-testid=answer]'

story('an API at the edge answers to the access token, and says whom it stands for', { api: true },
  async ({ page, world }) => {
    await open(page, world)
    await signIn(page, 'alice')
    assert.match(await text(page, '[data-testid=lifetime]'), /^Expires in (59|60) min/)
    await press(page, 'Call the API')
    assert.equal(await text(page, `${ANSWER} th`), 'sub')
    assert.equal(await text(page, `${ANSWER} td`), 'alice')
    // The session of this tab is good for another call after a reload.
    await page.reload()
    await settled(page)
    await press(page, 'Call the API')
    assert.equal(await text(page, `${ANSWER} td`), 'alice')
  })

story('a page reads the challenge to a tampered token, and the next call works', { api: true },
  async ({ page, world }) => {
    await open(page, world)
    await signIn(page)
    await press(page, 'Call it with a tampered token')
    assert.equal(await text(page, `${ANSWER} h3`), 'The API refuses: 401')
    const facts = await text(page, `${ANSWER} .facts`)
    assert.match(facts, /OIDC_SIGNATURE_INVALID/)
    assert.match(facts, /Bearer realm="[^"]+", error="invalid_token"/)
    await press(page, 'Call the API')
    assert.equal(await text(page, `${ANSWER} td`), 'alice')
  })

story('a call without a token gets a bare challenge, and a stranger\'s page none of it',
  { api: true },
  async ({ page, world }) => {
    await open(page, world)
    const ask = (url) => page.evaluate(async (url) => {
      const response = await fetch(url)
      return [response.status, response.headers.get('www-authenticate'), await response.text()]
    }, url)
    const [status, challenge, body] = await ask(`${world.api}me`)
    assert.equal(status, 401)
    assert.match(challenge, /^Bearer realm="[^"]+", scope="me:read"$/)
    assert.equal(body, '')
    // The provider is another origin: none of those that the API lets read.
    await page.goto(new URL('/style.css', world.issuer).href)
    await assert.rejects(ask(`${world.api}me`))
  })
