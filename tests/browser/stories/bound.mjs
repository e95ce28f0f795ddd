// Tokens bound to a key of the browser (DPoP, RFC 9449), at a provider that checks every proof and
// wants nonces.
import assert from 'node:assert/strict'
import { calculateJwkThumbprint } from 'jose'
import { bare, openTab, refreshes, signIn, start, token } from '../harness/bare.mjs'
import { assertEachUsedOnce } from '../harness/log.mjs'
import { story } from '../harness/story.mjs'
import { vaulted } from '../harness/vault.mjs'

const bound = { ...bare, provider: { accessTokenTtl: 4, dpopNonces: true } }

const partOf = (proof, n) => JSON.parse(Buffer.from(proof.split('.')[n], 'base64url'))

/** The proofs that reach the provider from now on, each with the path and the status of its request. */
function watchProofs(world) {
  const proofs = []
  world.fault = async (ctx, next) => {
    await next()
    if (ctx.path === '/auth') proofs.named = ctx.query.dpop_jkt
    const { dpop } = ctx.headers
    if (!dpop) return
    const { jwk } = partOf(dpop, 0)
    proofs.push({ jwk, key: jwk.x, ...partOf(dpop, 1) })
  }
  return proofs
}

const settingsFor = (world) => ({ dpop: true, apis: { [`${world.issuer}/me`]: {} } })

const askApi = (page, world) =>
  page.evaluate(async (url) => (await auth.fetch(url)).status, `${world.issuer}/me`)

/** What a token is worth to whoever took it along. */
const stolen = (world, accessToken) =>
  Promise.all(['Bearer', 'DPoP'].map(async (scheme) => {
    const headers = { authorization: `${scheme} ${accessToken}` }
    return (await fetch(`${world.issuer}/me`, { headers })).status
  }))

story('REQ-16, DPOP-11, DPOP-12: tokens are of use to this browser alone, in all its tabs and after a reload',
  bound,
  async ({ page, world, newPage }) => {
    const proofs = watchProofs(world)
    const settings = settingsFor(world)
    await signIn(page, world, settings)
    assert.equal(await askApi(page, world), 200)
    assert.deepEqual(await stolen(world, await token(page)), [401, 400])

    await page.reload()
    assert.equal(await start(page, world, settings), 'alice')
    const { tab, sub } = await openTab(newPage, world, settings)
    assert.equal(sub, 'alice')
    // Old by now: both ask, one renews.
    await new Promise((resolve) => setTimeout(resolve, 4500))
    assert.deepEqual(await Promise.all([askApi(page, world), askApi(tab, world)]), [200, 200])
    assert.equal(refreshes(world).filter(({ status }) => status === 200).length, 1)
    assert.equal(new Set(proofs.map(({ key }) => key)).size, 1, 'one key')
    assert.equal(proofs.named, await calculateJwkThumbprint(proofs[0].jwk))
    assert.equal(new Set(proofs.map(({ jti }) => jti)).size, proofs.length, 'each proof once')
    const kept = await page.evaluate(async () => {
      const db = await new Promise((resolve) => {
        indexedDB.open('countersign').onsuccess = ({ target }) => resolve(target.result)
      })
      const all = db.transaction('sealed').objectStore('sealed').getAll()
      const values = await new Promise((resolve) => {
        all.onsuccess = () => resolve(all.result)
      })
      db.close()
      const { privateKey } = values.find((value) => value.privateKey)
      const given = await crypto.subtle.exportKey('jwk', privateKey).catch((error) => error.name)
      return [privateKey.extractable, given]
    })
    assert.deepEqual(kept, [false, 'InvalidAccessError'])
  })

story('DPOP-11: in a vault the worker proves the key, for the requests of a page that has no token',
  bound,
  async ({ page, world }) => {
    const proofs = watchProofs(world)
    const settings = { ...settingsFor(world), ...vaulted }
    await signIn(page, world, settings)
    assert.equal(await askApi(page, world), 200)
    assert.deepEqual(await stolen(world, await token(page)), [401, 400])
    await new Promise((resolve) => setTimeout(resolve, 4500))
    assert.equal(await askApi(page, world), 200)
    assertEachUsedOnce(refreshes(world).filter(({ status }) => status === 200))
    assert.equal(new Set(proofs.map(({ key }) => key)).size, 1, 'one key')
  })
