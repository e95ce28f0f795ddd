// Tokens bound to a key of the browser (DPoP, RFC 9449), at a provider that checks every proof and
// requires nonces.
import assert from 'node:assert/strict'
import { calculateJwkThumbprint } from 'jose'
import {
  bareWithClock, EXPIRY_AGE, openTab, refreshes, signIn, start, token, TOKEN_TTL,
} from '../harness/bare-page.mjs'
import { advance } from '../harness/clock.mjs'
import { scenario } from '../harness/scenario.mjs'
import { assertEachUsedOnce } from '../harness/token-log.mjs'
import { vaulted } from '../harness/vault.mjs'

const bound = { ...bareWithClock, provider: { accessTokenTtl: TOKEN_TTL, dpopNonces: true } }

const partOf = (proof, n) => JSON.parse(Buffer.from(proof.split('.')[n], 'base64url'))

/** The proofs that reach the provider from now on, and the `dpop_jkt` of authorization requests. */
function watchProofs(servers) {
  const seen = { proofs: [], thumbprint: undefined }
  servers.fault = async (ctx, next) => {
    await next()
    if (ctx.path === '/auth') seen.thumbprint = ctx.query.dpop_jkt
    const { dpop } = ctx.headers
    if (!dpop) return
    const { jwk } = partOf(dpop, 0)
    seen.proofs.push({ jwk, key: jwk.x, ...partOf(dpop, 1) })
  }
  return seen
}

const settingsFor = (servers) => ({ dpop: true, apis: { [`${servers.issuer}/me`]: {} } })

const fetchUser = (page, servers) =>
  page.evaluate(async (url) => (await auth.fetch(url)).status, `${servers.issuer}/me`)

/** The status of requests with a stolen token, under each scheme. */
const useStolen = (servers, accessToken) =>
  Promise.all(['Bearer', 'DPoP'].map(async (scheme) => {
    const headers = { authorization: `${scheme} ${accessToken}` }
    return (await fetch(`${servers.issuer}/me`, { headers })).status
  }))

/** In the page: whether the stored private key can be exported. */
async function exportStoredKey() {
  const db = await new Promise((resolve) => {
    indexedDB.open('countersign').onsuccess = ({ target }) => resolve(target.result)
  })
  const all = db.transaction('sealed').objectStore('sealed').getAll()
  const values = await new Promise((resolve) => {
    all.onsuccess = () => resolve(all.result)
  })
  db.close()
  const { privateKey } = values.find((value) => value.privateKey)
  const exported = await crypto.subtle.exportKey('jwk', privateKey).catch((error) => error.name)
  return [privateKey.extractable, exported]
}

scenario('REQ-16, DPOP-11, DPOP-12: only this browser can use the tokens, in all its tabs and after a reload',
  bound,
  async ({ page, servers, newPage }) => {
    const seen = watchProofs(servers)
    const settings = settingsFor(servers)
    await signIn(page, servers, settings)
    assert.equal(await fetchUser(page, servers), 200)
    assert.deepEqual(await useStolen(servers, await token(page)), [401, 400])

    await page.reload()
    assert.equal(await start(page, servers, settings), 'alice')
    const { tab, sub } = await openTab(newPage, servers, settings)
    assert.equal(sub, 'alice')
    // Two tabs need a new token, and one of them renews.
    await advance(servers, [page, tab], EXPIRY_AGE)
    const both = await Promise.all([fetchUser(page, servers), fetchUser(tab, servers)])
    assert.deepEqual(both, [200, 200])
    assert.equal(refreshes(servers).filter(({ status }) => status === 200).length, 1)
    assert.equal(new Set(seen.proofs.map(({ key }) => key)).size, 1, 'one key')
    assert.equal(seen.thumbprint, await calculateJwkThumbprint(seen.proofs[0].jwk))
    assert.equal(new Set(seen.proofs.map(({ jti }) => jti)).size, seen.proofs.length, 'each proof once')
    assert.deepEqual(await page.evaluate(exportStoredKey), [false, 'InvalidAccessError'])
  })

scenario('DPOP-11: in a vault the worker makes the proofs, for the requests of a page that has no token',
  bound,
  async ({ page, servers }) => {
    const seen = watchProofs(servers)
    const settings = { ...settingsFor(servers), ...vaulted }
    await signIn(page, servers, settings)
    assert.equal(await fetchUser(page, servers), 200)
    assert.deepEqual(await useStolen(servers, await token(page)), [401, 400])
    await advance(servers, [page], EXPIRY_AGE, { worker: true })
    assert.equal(await fetchUser(page, servers), 200)
    assertEachUsedOnce(refreshes(servers).filter(({ status }) => status === 200))
    assert.equal(new Set(seen.proofs.map(({ key }) => key)).size, 1, 'one key')
  })
