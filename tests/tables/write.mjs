// Writes the tables whose rows the last runs saved.
import { writeAll } from './tables.mjs'

const written = writeAll()
console.log(`Written: ${written.join(', ') || 'no table, since none was measured yet'}.`)
