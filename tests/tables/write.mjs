// Writes README's tables out of what the last runs of the tests saw.
import { writeAll } from './tables.mjs'

const written = writeAll()
if (written.length === 0) {
  console.error('Nothing was seen yet. Run: cargo xtask test runtime packaging')
  process.exit(1)
}
console.log(`README.md has the tables of ${written.join(' and ')}.`)
