// A static server for a built page: it serves the project's files unchanged, and index.html for the page's
// own paths. A missing file is a 404, and the visit fails.
import { readFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { listen } from '../../../www/server/listen.js'

const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.wasm': 'application/wasm' }

/** Serves folders at a free port of localhost; if two folders have a file, the first one is used. */
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
