// Serves the built app like a static host: files, and index.html for the paths of the app.
import { readFile } from 'node:fs/promises'
import { extname, join, normalize, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { frameHeaders, frontchannelHeaders, securityHeaders, systemsHeaders } from './headers.js'

const BUILT = fileURLToPath(new URL('../dist', import.meta.url))
// The pages have these addresses in <meta> elements. Other ports replace these addresses.
const DEFAULT_ISSUER = 'http://localhost:4001'
const DEFAULT_API = 'http://localhost:4002/'
const DEFAULT_SYSTEMS = 'http://localhost:4003'
/** The path of `frontchannel_logout_uri`. */
const FRONTCHANNEL_PATH = '/front-channel-logout'
const SYSTEMS_PATH = '/systems'
/** Where the apps are that the page Systems shows in frames. */
const FRAME_PATH = '/systems/frame/'
const TYPES = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
}

/**
 * Makes a request listener for the app in `folder`, which signs in at `issuer` and calls the API at
 * the address `api`. `systems` is the server of the page Systems. `headers` replace the security headers; tests
 * weaken them this way.
 */
export function appListener({ issuer, api, systems = DEFAULT_SYSTEMS, folder = BUILT, headers = {} }) {
  const always = { ...securityHeaders(issuer, api), ...headers }
  const withAddresses = (html) =>
    html.replaceAll(DEFAULT_ISSUER, issuer).replaceAll(DEFAULT_API, api).replaceAll(DEFAULT_SYSTEMS, systems)
  const headersOf = (pathname) => {
    if (pathname === FRONTCHANNEL_PATH) return frontchannelHeaders(issuer, api)
    if (pathname === SYSTEMS_PATH) return systemsHeaders(systems)
    return pathname.startsWith(FRAME_PATH) ? frameHeaders(systems) : {}
  }
  return async (request, response) => {
    const [pathname] = request.url.split('?')
    const answer = await answerFile(folder, pathname, withAddresses)
    response.writeHead(answer.status, { ...always, ...answer.headers, ...headersOf(pathname) })
    response.end(request.method === 'HEAD' ? undefined : answer.body)
  }
}

async function answerFile(folder, pathname, withAddresses) {
  const path = filePath(folder, pathname)
  if (!path) return plain(404, 'There is no such page.')
  try {
    const body = await readFile(path)
    const type = extname(path)
    if (type === '.html') return file(type, withAddresses(body.toString()))
    // The names of these files have a hash of their content.
    const isImmutable = pathname.startsWith('/assets/')
    return file(type, body, isImmutable ? 'public, max-age=31536000, immutable' : 'no-cache')
  } catch {
    return plain(404, 'There is no such file. Has the app been built (npm run build)?')
  }
}

// A path without an extension belongs to the app, such as /callback. Returns `undefined` for a path
// outside the folder.
function filePath(folder, pathname) {
  if (extname(pathname) === '') return join(folder, pageAt(pathname))
  const path = normalize(join(folder, pathname))
  return path.startsWith(folder + sep) ? path : undefined
}

function pageAt(pathname) {
  if (pathname === SYSTEMS_PATH) return 'systems.html'
  return pathname.startsWith(FRAME_PATH) ? 'frame.html' : 'index.html'
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
