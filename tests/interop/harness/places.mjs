// The addresses of the apps in one run: each provider gets them once, before it starts.
import { appListener } from '../../../www/server/app.js'
import { listen } from '../../../www/server/listen.js'
import { withInjectedScripts } from '../../browser/harness/injected-scripts.mjs'

/**
 * The clients that every provider has. `app` and `other` are public, for pages; `server` is for
 * `createSessions`; `api` introspects.
 */
export const CLIENTS = { app: 'interop-app', other: 'interop-other', server: 'interop-server', api: 'interop-api' }

/** The secret of the confidential clients. At LemonLDAP::NG the base64 of `id:secret` needs letters and digits only. */
export const SECRET = 'a0secret0of0the0registration0with0some0length'

/** The API whose access tokens are verified. */
export const AUDIENCE = 'https://api.example.com/'

/** Opens the addresses. The providers register `/callback`, `/`, and `/auth/callback` of `server`. */
export async function openPlaces() {
  const [app, other, server] = await Promise.all([listen(0), listen(0), listen(0)])
  return {
    app: app.origin,
    other: other.origin,
    server: server.origin,
    /** Serves the built page of `folder` as both apps, which sign in at `issuer`. */
    servePages({ folder, issuer, scripts }) {
      const pages = appListener({ issuer, api: AUDIENCE, folder })
      for (const place of [app, other]) {
        place.serve(withInjectedScripts(pages, { pages: () => scripts, workers: () => [], onConsole() {} }))
      }
    },
    /** Answers the requests to `server` with `handle`, which takes a `Request` and gives a `Response`. */
    serveRequests: (handle) => server.serve(adapt(handle, server.origin)),
    close: () => Promise.all([app, other, server].map((place) => place.close())),
  }
}

function adapt(handle, origin) {
  return async (incoming, outgoing) => {
    const { method, url, headers } = incoming
    const body = ['GET', 'HEAD'].includes(method) ? undefined : Buffer.concat(await incoming.toArray())
    try {
      const response = await handle(new Request(new URL(url, origin), { method, headers, body }))
      outgoing.setHeaders(response.headers)
      outgoing.writeHead(response.status).end(Buffer.from(await response.arrayBuffer()))
    } catch (error) {
      outgoing.writeHead(500, { 'Content-Type': 'text/plain' }).end(String(error?.stack ?? error))
    }
  }
}
