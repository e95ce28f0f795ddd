// A fresh process: `first` is the first verification, `whole` has the import of the code in it.
import { readFileSync } from 'node:fs'

const [file, given] = process.argv.slice(2)
const { jwk, pem, token, wasm } = JSON.parse(given)
// As an edge platform does beforehand.
globalThis.edgeModule = new WebAssembly.Module(readFileSync(wasm))
const began = performance.now()
const { verify } = await import(file)
const imported = performance.now()
const claims = await verify({ jwk, pem, token })
const verified = performance.now()
if (claims.sub !== 'person-00000001') throw new Error('not verified')
console.log(JSON.stringify({ first: verified - imported, whole: verified - began }))
