// New pages of WebKit, one after the other, in which `countersign/soft` has just been compiled: its
// verdicts are right from the first call on. The engine's first compiler computes wrong now and then,
// most of all with a module that wasm-opt has been through. `JSC_useOMGJIT=0` keeps its last compiler
// away, and shows ten times as many.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import test from 'node:test'
import { listen } from '../../www/server/listen.js'
import { folder } from '../package/support/package.mjs'
import { names, signer } from '../package/support/signatures.mjs'
import { missing, openWebkit } from '../runtime/harness/webdriver.mjs'

const PAGES = Number(process.env.COUNTERSIGN_PAGES ?? 100)
/** A browser is new after so many pages. */
const PAGES_A_BROWSER = 10

const cases = names.flatMap((alg) => [300, 400].map((length) => {
  const input = 'x'.repeat(length)
  const { key, sign } = signer(alg)
  return { alg, key, input, signature: [...sign(Buffer.from(input))] }
}))

const SUITE = `
import { soft } from '/pkg/entry/soft/default.js'
const cases = ${JSON.stringify(cases)}
globalThis.reported = (async () => {
  const odd = []
  await soft.load()
  for (const isForged of [false, true]) {
    for (const { alg, key, input, signature } of cases) {
      const shown = Uint8Array.from(signature)
      if (isForged) shown[7] ^= 1
      try {
        const verdict = soft.verify(alg, key, new TextEncoder().encode(input), shown)
        if (verdict === isForged) odd.push(alg + ' ' + verdict)
      } catch (error) {
        odd.push(alg + ' ' + error.code + ' ' + error.cause)
      }
    }
  }
  return odd
})()
`
const SCRIPT = `return (async () => {
  while (!globalThis.reported) await new Promise((over) => setTimeout(over, 20))
  return JSON.stringify(await reported)
})()`

test('every new page verifies correctly from its first call', { skip: missing }, async (t) => {
  const place = await listen(0)
  t.after(() => place.close())
  place.serve((request, response) => {
    const { pathname } = new URL(request.url, place.origin)
    const isPage = pathname === '/'
    response.writeHead(200, { 'Content-Type': isPage ? 'text/html' : 'text/javascript' })
    if (isPage) response.end('<!doctype html><link rel="icon" href="data:,"><script type="module" src="/suite.js"></script>')
    else response.end(pathname === '/suite.js' ? SUITE : readFileSync(new URL(pathname.slice(5), folder)))
  })
  const odd = []
  for (let pages = 0; pages < PAGES; ) {
    const browser = await openWebkit()
    try {
      for (let left = PAGES_A_BROWSER; left > 0 && pages < PAGES; left -= 1, pages += 1) {
        await browser.go(`${place.origin}/?${pages}`)
        odd.push(...JSON.parse(await browser.ask(SCRIPT)).map((one) => `page ${pages}: ${one}`))
      }
    } finally {
      await browser.close()
    }
  }
  t.diagnostic(`${PAGES} pages, ${PAGES * cases.length * 2} signatures`)
  assert.deepEqual(odd, [])
})
