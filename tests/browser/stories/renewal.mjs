// Tokens that grow old, with refresh tokens that work once (promises B2, B3).
import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import * as faults from '../harness/faults.mjs'
import { bare, openTab, refreshes, shown, signIn, start, token } from '../harness/bare.mjs'
import { assertEachUsedOnce } from '../harness/log.mjs'
import { story } from '../harness/story.mjs'

// A token is old after half of its life, and serves for the other half where it has to.
const oldAfter = (seconds) => ({ ...bare, provider: { accessTokenTtl: 2 * seconds } })

story('B3, TOK-18: eight tabs ask at once for what is old: one refresh, eight go on, three rounds',
  oldAfter(4),
  async ({ page, world, newPage }) => {
    await signIn(page, world)
    const tabs = [page]
    while (tabs.length < 8) tabs.push((await openTab(newPage, world)).tab)
    world.fault = faults.slowAnswer(300)
    for (const round of [1, 2, 3]) {
      await sleep(4200)
      const before = refreshes(world).length
      const tokens = await Promise.all(tabs.map(token))
      assert.equal(new Set(tokens).size, 1, `${round}: ${tokens}`)
      assert.equal(refreshes(world).length - before, 1, `round ${round}`)
      const seen = await Promise.all(tabs.map(shown))
      assert.deepEqual(seen, tabs.map(() => ['signedIn', 'alice']))
    }
    assertEachUsedOnce(world.tokens)
  })

story('B2: a reload goes on with the refresh token of the last renewal', oldAfter(1),
  async ({ page, world }) => {
    await signIn(page, world)
    for (const round of [1, 2]) {
      const before = await token(page)
      await sleep(2100)
      assert.notEqual(await token(page), before)
      await page.reload()
      assert.equal(await start(page, world), 'alice', `reload ${round}`)
    }
    assertEachUsedOnce(world.tokens)
    assert.ok(refreshes(world).length >= 2)
  })

story('B3: a duplicated tab with the store session goes on without the refresh token', oldAfter(2),
  async ({ page, world, duplicate }) => {
    const settings = { store: 'session' }
    await signIn(page, world, settings)
    const copy = await duplicate(page)
    assert.equal(await start(copy, world, settings), 'alice')
    await sleep(4500)
    assert.equal(await token(copy), 'OIDC_SESSION_EXPIRED')
    assert.match(await token(page), /^(?!OIDC_)/)
    assert.deepEqual(await shown(page), ['signedIn', 'alice'])
    assert.equal(refreshes(world).length, 1)
    assertEachUsedOnce(world.tokens)
  })

/** The provider's UserInfo is the API, and refuses the token that the page has. */
async function withdraw(page, world) {
  const refused = `Bearer ${await token(page)}`
  world.fault = (ctx, next) => (ctx.get('authorization') === refused
    ? faults.unavailable(401, '/me')(ctx, next)
    : next())
}

async function signInToApi(page, world) {
  const me = `${world.issuer}/me`
  await signIn(page, world, { apis: { [me]: {} } })
  return me
}

story('fetch: to a 401 the session is renewed once, and the request sent once more', bare,
  async ({ page, world }) => {
    const me = await signInToApi(page, world)
    await withdraw(page, world)
    const ask = () => page.evaluate(async (me) => (await auth.fetch(me)).status, me)
    assert.equal(await ask(), 200)
    assert.deepEqual([world.count('GET /me'), refreshes(world).length], [2, 1])
    assert.equal(await ask(), 200)
    assert.deepEqual([world.count('GET /me'), refreshes(world).length], [3, 1])
    // An API that refuses every token is asked twice, and no more.
    world.fault = faults.unavailable(401, '/me')
    assert.equal(await ask(), 401)
    assert.deepEqual([world.count('GET /me'), refreshes(world).length], [5, 2])
    assert.deepEqual(await shown(page), ['signedIn', 'alice'])
    assertEachUsedOnce(world.tokens)
  })

story('fetch: a request whose body is used up by the first time is not repeated', bare,
  async ({ page, world }) => {
    const me = await signInToApi(page, world)
    await withdraw(page, world)
    const post = () => page.evaluate(async (me) => {
      const body = new URLSearchParams({ a: 'b' })
      return (await auth.fetch(new Request(me, { method: 'POST', body }))).status
    }, me)
    assert.equal(await post(), 401)
    assert.equal(world.count('POST /me'), 1)
  })
