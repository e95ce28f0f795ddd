// Serves the built app, as any static host would: files, and index.html for the app's own paths.
import { readFile } from 'node:fs/promises'
import { extname, join, normalize, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { frontchannelHeaders, securityHeaders } from './headers.js'

const BUILT = fileURLToPath(new URL('../dist', import.meta.url))
// The page names its provider and its API in a <meta> each; on other ports they live elsewhere.
const USUAL_ISSUER = 'http://localhost:4001'
const USUAL_API = 'http://localhost:4002/'
/** The page of `frontchannel_logout_uri`. */
const FRONTCHANNEL = '/front-channel-logout'
const TYPES = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
}

/**
 * A request listener for the app in `folder` that signs in at `issuer` and calls
 * the API at the address `api`.
 *
 * `headers` come after the secure ones, so that a test can weaken or break them.
 */
export function appListener({ issuer, api, folder = BUILT, headers = {} }) {
  const always = { ...securityHeaders(issuer, api), ...headers }
  const placed = (html) => html.replaceAll(USUAL_ISSUER, issuer).replaceAll(USUAL_API, api)
  return async (request, response) => {
    const [pathname] = request.url.split('?')
    const answer = await answerFile(folder, pathname, placed)
    const own = pathname === FRONTCHANNEL ? frontchannelHeaders(issuer, api) : {}
    response.writeHead(answer.status, { ...always, ...answer.headers, ...own })
    response.end(request.method === 'HEAD' ? undefined : answer.body)
  }
}

async function answerFile(folder, pathname, placed) {
  const path = filePath(folder, pathname)
  if (!path) return plain(404, 'There is no such page.')
  try {
    const body = await readFile(path)
    const type = extname(path)
    if (type === '.html') return file(type, placed(body.toString()))
    // The names there carry a hash of what is in them.
    const isLasting = pathname.startsWith('/assets/')
    return file(type, body, isLasting ? 'public, max-age=31536000, immutable' : 'no-cache')
  } catch {
    return plain(404, 'There is no such file. Has the app been built (npm run build)?')
  }
}

// A path without an ending is the app's own business, /callback among them.
function filePath(folder, pathname) {
  if (extname(pathname) === '') return join(folder, 'index.html')
  const path = normalize(join(folder, pathname))
  return path.startsWith(folder + sep) ? path : undefined
}

function file(type, body, caching = 'no-cache') {
  const headers = {
    'Content-Type': TYPES[type] ?? 'application/octet-stream',
    'Cache-Control': caching,
  }
  return { status: 200, headers, body }
}

function plain(status, text) {
  return { status, headers: { 'Content-Type': 'text/plain; charset=utf-8' }, body: `${text}\n` }
}
