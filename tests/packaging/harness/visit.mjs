// A user visits a built page in Chromium and signs in; every failed request of the page is recorded.
import assert from 'node:assert/strict'
import { makeKeys } from '../../../www/provider/keys.js'
import { startProvider } from '../../../www/provider/index.js'
import { engines } from '../../browser/harness/browsers.mjs'
import { signInWithForms } from '../../browser/harness/steps.mjs'

const chromium = engines.find((engine) => engine.name === 'Chromium')

/** Why nothing can be visited here, where that is so. */
export const { missing } = chromium

let keys
let launching

/** Ends the browser, if one was started. */
export const leave = async () => (await launching)?.close()

/** Signs in at a page as a person does, and asserts that nothing the page asked for was missing. */
export async function assertSignsIn(origin) {
  keys ??= await makeKeys()
  const provider = await startProvider({ port: 0, appOrigin: origin, keys: structuredClone(keys) })
  launching ??= chromium.launch()
  const profile = await (await launching).createBrowserContext()
  try {
    const page = await profile.newPage()
    const seen = watch(page)
    page.setDefaultTimeout(20_000)
    await page.evaluateOnNewDocument((issuer) => {
      globalThis.ISSUER = issuer
    }, provider.issuer)
    await page.goto(origin)
    await signInWithForms(page).catch((error) => {
      throw new Error(`${error.message}\n${[...seen.missing, ...seen.uncaught].join('\n')}`)
    })
    assert.deepEqual(seen.missing, [], 'the page asked for what is not there')
    assert.deepEqual(seen.uncaught, [], 'the page threw')
    return seen
  } finally {
    await profile.close()
    await provider.close()
  }
}

function watch(page) {
  const seen = { missing: [], uncaught: [], modules: [] }
  page.on('response', (response) => {
    if (response.status() >= 400) seen.missing.push(`${response.status()} ${response.url()}`)
    if (new URL(response.url()).pathname.endsWith('.wasm')) seen.modules.push(response.url())
  })
  page.on('pageerror', (error) => seen.uncaught.push(error.message))
  return seen
}
