// The Workers runtime: the report is a response.
import { report } from '../report.mjs'

export default { fetch: async () => Response.json(await report()) }
