// Prints a file, deflated (raw) and then base64.
import { readFileSync } from 'node:fs'
import { deflateRawSync } from 'node:zlib'

const [, , file] = process.argv
process.stdout.write(deflateRawSync(readFileSync(file), { level: 9, memLevel: 9 }).toString('base64'))
