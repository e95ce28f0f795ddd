// A client with a vault on the bare page, and a script that is after what the vault keeps.
import { bare, start } from './bare.mjs'
import * as faults from './faults.mjs'

/** The settings of a client with a vault. */
export const vaulted = { vault: { workerUrl: '/vault.js' } }

/** Options of a story with a vault, whose tokens are old after so many seconds. */
export const oldAfter = (seconds) => ({ ...bare, provider: { accessTokenTtl: 2 * seconds } })

/** The refresh tokens and access tokens that the provider gives away from now on. */
export function watchTokens(world) {
  const given = { refresh: [], access: [] }
  world.fault = faults.tokenResponse((ctx) => {
    given.refresh.push(ctx.body.refresh_token)
    given.access.push(ctx.body.access_token)
  })
  return given
}

/** Another tab with a client of its own; `sub` is who is signed in there. */
export async function openVaulted(newPage, world, settings = vaulted) {
  const tab = await newPage()
  await tab.goto(world.app)
  return { tab, sub: await start(tab, world, settings) }
}

/** Everything that scripts of the page can read where browsers keep things. */
export const keptInPage = (page) => page.evaluate(async () => {
  const asked = (request) => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
  const kept = [{ ...localStorage }, { ...sessionStorage }, document.cookie, location.href]
  for (const { name } of await indexedDB.databases()) {
    const db = await asked(indexedDB.open(name))
    for (const store of db.objectStoreNames) {
      const all = db.transaction(store).objectStore(store)
      kept.push(name, store, ...(await asked(all.getAllKeys())), ...(await asked(all.getAll())))
    }
    db.close()
  }
  const plain = (_, value) => (ArrayBuffer.isView(value) || value instanceof ArrayBuffer
    ? new TextDecoder().decode(value)
    : value)
  return JSON.stringify(kept, plain)
})

/**
 * What a script of the origin gets that connects to the worker, and asks for all it can think of with
 * the settings of the page's client, until each flow has ended.
 */
export const robbed = (page, url = '/vault.js') => page.evaluate(async (url) => {
  const address = globalThis.trustedTypes
    ? trustedTypes.createPolicy('robber', { createScriptURL: (url) => url }).createScriptURL(url)
    : url
  const { port } = new SharedWorker(address, { type: 'module', name: 'countersign 2' })
  const heard = []
  const waiting = new Map()
  port.onmessage = ({ data }) => {
    heard.push(data)
    waiting.get(data.id)?.(data)
  }
  let id = 0
  const ask = (kind, ...inputs) => new Promise((resolve) => {
    id += 1
    waiting.set(id, resolve)
    port.postMessage({ id, kind, inputs })
    setTimeout(resolve, 2000, {})
  })
  const settings = JSON.stringify(robbery.settings)
  const run = async (flow, text, about) => {
    let { result } = await ask('begin', settings, flow, text, about, 0)
    while (result && !result.end) {
      const last = result.effects.at(-1)
      if (!last) return undefined
      const { result: next } =
        await ask('resume', settings, result.flow, last.id, 'none', '', new Uint8Array(), 0, 0)
      result = next
    }
    return result?.end
  }
  const end = await run('start', '', location.href)
  for (const about of ['{}', '{"refused":"x"}', '{"scope":"openid"}']) {
    const { accessToken } = await run('refresh', end?.session?.text ?? '', about) ?? {}
    await ask('reveal', accessToken)
  }
  await run('userinfo', end?.session?.text ?? '', '')
  for (let number = 0; number < 9; number += 1) await ask('reveal', `handle-${number}`)
  await run('tab-message', 'x', '')
  return JSON.stringify([end?.kind, heard])
}, url)
