// Opens a port on this machine only, for IPv4 and IPv6 alike: browsers try both for `localhost`.
import { createServer } from 'node:http'
import { createServer as createSecureServer } from 'node:https'

/**
 * Listens on `http://localhost:<port>`; port 0 takes a free one. `host` is another name of this
 * machine, as `127.0.0.1`; `tls` is a key and a certificate, for https.
 *
 * What answers is set later through `serve`, because the app and the provider have to know each
 * other's address before either can be made. Who comes before that waits for it.
 */
export async function listen(port, { host = 'localhost', tls } = {}) {
  const early = []
  let answer = (...visit) => early.push(visit)
  const listener = (request, response) => answer(request, response)
  const open = async (address, wanted) => {
    const server = tls ? createSecureServer(tls, listener) : createServer(listener)
    await new Promise((resolve, reject) => {
      server.once('error', reject).listen(wanted, address, resolve)
    }).catch((error) => Promise.reject(explain(error, wanted)))
    return server
  }
  const first = await open('127.0.0.1', port)
  const taken = first.address().port
  // A machine without IPv6 has no ::1, and needs none.
  const second = await open('::1', taken).catch(() => undefined)
  const servers = second ? [first, second] : [first]

  return {
    origin: `${tls ? 'https' : 'http'}://${host}:${taken}`,
    serve(next) {
      answer = next
      for (const visit of early.splice(0)) answer(...visit)
    },
    close: () => Promise.all(servers.map(end)),
  }
}

function end(server) {
  return new Promise((resolve) => {
    server.close(resolve)
    server.closeAllConnections()
  })
}

function explain(error, port) {
  if (error.code !== 'EADDRINUSE') return error
  return new Error(
    `Port ${port} is taken. End what listens there, or choose others: ` +
      'APP_PORT=5000 PROVIDER_PORT=5001 API_PORT=5002 npm run demo',
    { cause: error },
  )
}
