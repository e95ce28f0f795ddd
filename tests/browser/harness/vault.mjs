// A client with a vault on the bare page, and a script that attacks the vault.
import { start } from './bare-page.mjs'
import * as faults from './faults.mjs'

/** The settings of a client with a vault. */
export const vaulted = { vault: { workerUrl: '/vault.js' }, silent: 'page' }

/** The refresh tokens and access tokens that the provider issues from now on. */
export function watchTokens(servers) {
  const issued = { refresh: [], access: [] }
  servers.fault = faults.tokenResponse((ctx) => {
    issued.refresh.push(ctx.body.refresh_token)
    issued.access.push(ctx.body.access_token)
  })
  return issued
}

/** Opens another tab with a client of its own. `sub` is the user who is signed in there. */
export async function openVaulted(newPage, servers, settings = vaulted) {
  const tab = await newPage()
  await tab.goto(servers.app)
  return { tab, sub: await start(tab, servers, settings) }
}

/** Everything that a script of the page can read in the stores of the browser. */
export const storedInPage = (page) => page.evaluate(async () => {
  const resultOf = (request) => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
  const stored = [{ ...localStorage }, { ...sessionStorage }, document.cookie, location.href]
  for (const { name } of await indexedDB.databases()) {
    const db = await resultOf(indexedDB.open(name))
    for (const store of db.objectStoreNames) {
      const all = db.transaction(store).objectStore(store)
      stored.push(name, store, ...(await resultOf(all.getAllKeys())), ...(await resultOf(all.getAll())))
    }
    db.close()
  }
  const plain = (_, value) => (ArrayBuffer.isView(value) || value instanceof ArrayBuffer
    ? new TextDecoder().decode(value)
    : value)
  return JSON.stringify(stored, plain)
})

/** How long the attacking script waits for an answer of the worker, in milliseconds. */
const ANSWER_TIMEOUT_MS = 2000

/**
 * Everything that the worker answers to a script of the same origin, which connects to it, begins
 * every flow with the settings of the page's client, and asks for every token.
 */
export const attackVault = (page, { app, issuer }) => page.evaluate(async (app, issuer, timeoutMs) => {
  const url = '/vault.js'
  const trusted = globalThis.trustedTypes
    ? trustedTypes.createPolicy('attacker', { createScriptURL: (url) => url }).createScriptURL(url)
    : url
  const { port } = new SharedWorker(trusted, { type: 'module', name: 'countersign 2' })
  const answers = []
  const waiting = new Map()
  port.onmessage = ({ data }) => {
    answers.push(data)
    waiting.get(data.id)?.(data)
  }
  let id = 0
  const ask = (kind, ...inputs) => new Promise((resolve) => {
    id += 1
    waiting.set(id, resolve)
    port.postMessage({ id, kind, inputs })
    setTimeout(resolve, timeoutMs, {})
  })
  const settings = JSON.stringify({
    issuer,
    clientId: 'demo-spa',
    redirectUri: `${app}/callback`,
    postLogoutRedirectUri: `${app}/`,
    allowLoopbackIssuer: true,
    silent: 'page',
  })
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
  return JSON.stringify([end?.kind, answers])
}, app, issuer, ANSWER_TIMEOUT_MS)
