// Vercel's runtime: the report is a response to an event.
import { report } from '../report.mjs'

addEventListener('fetch', (event) => {
  event.respondWith(report().then((result) => Response.json(result)))
})
