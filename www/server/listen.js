// Opens a port on this machine only, for IPv4 and IPv6: browsers try both for `localhost`.
import { createServer } from 'node:http'
import { createServer as createSecureServer } from 'node:https'

/**
 * Listens on `http://localhost:<port>`; port 0 selects a free one. `host` is another name of this
 * machine, such as `127.0.0.1`. `tls` is a key and a certificate, for https.
 *
 * `serve` sets the request listener later, because the app and the provider need each other's address
 * before they can be made. Requests that come before that wait.
 */
export async function listen(port, { host = 'localhost', tls } = {}) {
  const waiting = []
  let current = (...call) => waiting.push(call)
  const listener = (request, response) => current(request, response)
  const open = async (address, port) => {
    const server = tls ? createSecureServer(tls, listener) : createServer(listener)
    await new Promise((resolve, reject) => {
      server.once('error', reject).listen(port, address, resolve)
    }).catch((error) => Promise.reject(explain(error, port)))
    return server
  }
  const servers = await openBoth(open, port)
  const { port: chosen } = servers[0].address()

  return {
    origin: `${tls ? 'https' : 'http'}://${host}:${chosen}`,
    serve(next) {
      current = next
      for (const call of waiting.splice(0)) current(...call)
    },
    close: () => Promise.all(servers.map(end)),
  }
}

async function openBoth(open, port) {
  const first = await open('127.0.0.1', port)
  try {
    return [first, await open('::1', first.address().port)]
  } catch (error) {
    // A machine without IPv6 has no ::1.
    if (error.cause?.code !== 'EADDRINUSE') return [first]
    await end(first)
    if (port !== 0) throw error
    return openBoth(open, port)
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
    `Port ${port} is in use. Stop the program that uses it, or choose other ports: ` +
      'APP_PORT=5000 PROVIDER_PORT=5001 API_PORT=5002 SYSTEMS_PORT=5003 npm run demo',
    { cause: error },
  )
}
