// The plainest host of a built page: the project's files as they lie, and index.html for the page's
// own paths. What is not there is a 404, which the visit notices.
import { readFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { listen } from '../../../www/server/listen.js'

const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.wasm': 'application/wasm' }

/** Serves folders at a free port of localhost; a file of the first one wins. */
export async function startSite(...folders) {
  const place = await listen(0)
  place.serve(async (request, response) => {
    const { pathname } = new URL(request.url, place.origin)
    const path = extname(pathname) === '' ? '/index.html' : pathname
    const body = await firstOf(folders, path)
    const type = body ? (TYPES[extname(path)] ?? 'application/octet-stream') : 'text/plain'
    response.writeHead(body ? 200 : 404, { 'Content-Type': `${type}; charset=utf-8` })
    response.end(body ?? 'Not found\n')
  })
  return { origin: place.origin, close: place.close }
}

async function firstOf(folders, path) {
  for (const folder of folders) {
    const body = await readFile(join(folder, path)).catch(() => undefined)
    if (body) return body
  }
  return undefined
}
