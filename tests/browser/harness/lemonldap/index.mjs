// LemonLDAP::NG, a second provider that shares no code with the first: Debian's package, started from
// a folder of its own. It has front-channel logout and session management.
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { request as ask } from 'node:http'
import { tmpdir } from 'node:os'
import { listen } from '../../../../www/server/listen.js'
import { freePort, startProgram } from '../process.mjs'
import { pageClient, settings } from './settings.mjs'

const PORTAL = '/usr/share/lemonldap-ng/portal'
const STARMAN = '/usr/bin/starman'

/** The reason why LemonLDAP::NG cannot be started here, or `undefined`. */
export const missing = [`${PORTAL}/htdocs/index.psgi`, STARMAN].every((path) => existsSync(path))
  ? undefined
  : 'LemonLDAP::NG IS MISSING: nothing was tested there. `cargo xtask setup` installs it where ' +
    'the system has its packages.'

/** How long it may take to load its thousand modules. */
const START_TIMEOUT_MS = 60_000

/**
 * Starts it for the app at `appOrigin`, whose client is `demo-spa`. `host` and `tls` are those of the
 * other provider. `dwho`, `rtyler` and `msmith` may sign in; a login is its own password.
 *
 * `requests` gets every request, as `POST /oauth2/token`; `urls` has their addresses. `errors()`
 * returns the error output of the server. `change(path, value)` may replace the JSON of an answer.
 * `frontchannel`: whether a sign-out names the session to the app (`namesSession`), and the query of the
 * app's page (`query`). `clients` replaces the client (settings.mjs). `env` is the environment of the
 * portal's own tools.
 */
export async function startLemonldap(options) {
  const { appOrigin, host, tls, accessTokenTtl = 3600, requests = [] } = options
  const frontchannel = { namesSession: true, query: '', ...options.frontchannel }
  const { change = (_path, value) => value } = options
  const front = await listen(0, { host, tls })
  const inner = await freePort()
  const { clients = { app: pageClient(appOrigin, accessTokenTtl, frontchannel) } } = options
  const folder = writeConfiguration({ origin: front.origin, clients })
  const urls = []
  const log = ({ method, url }) => {
    requests.push(`${method} ${url.split('?')[0]}`)
    urls.push(new URL(url, front.origin))
  }
  front.serve(forward({ port: inner, log, change, origin: front.origin }))
  const clean = async () => {
    await front.close()
    rmSync(folder, { recursive: true, force: true })
  }
  const command = [STARMAN, '--workers', '2', '--listen', `127.0.0.1:${inner}`, 'app.psgi']
  const env = { LLNG_DEFAULTCONFFILE: `${folder}/lemonldap-ng.ini` }
  const server = await startProgram('LemonLDAP::NG', command, {
    cwd: folder,
    env,
    url: `http://127.0.0.1:${inner}/oauth2/jwks`,
    timeout: START_TIMEOUT_MS,
  }).catch(async (error) => {
    await clean()
    throw error
  })
  const close = () => server.close().then(clean)
  return { issuer: front.origin, urls, env, errors: server.errors, close }
}

function writeConfiguration(options) {
  const folder = mkdtempSync(`${tmpdir()}/lemonldap-`)
  for (const name of ['conf', 'cache', 'sessions/lock', 'psessions/lock']) {
    mkdirSync(`${folder}/${name}`, { recursive: true })
  }
  const write = (name, text) => writeFileSync(`${folder}/${name}`, text)
  write('conf/lmConf-1.json', JSON.stringify(settings({ ...options, folder })))
  write('lemonldap-ng.ini', INI.replaceAll('FOLDER', folder))
  write('app.psgi', PSGI)
  return folder
}

const INI = `[all]
logLevel = error
checkTime = 1
[configuration]
type = File
dirName = FOLDER/conf
localStorage = Cache::FileCache
localStorageOptions={'namespace' => 'config', 'cache_root' => 'FOLDER/cache'}
[portal]
staticPrefix = /static
templateDir = ${PORTAL}/templates
languages = en
`

// A captcha is not needed here, and the default one would load a library for images.
const PSGI = `use Plack::Builder;
use Lemonldap::NG::Portal::Main;
package NoCaptcha {
  use Mouse;
  extends 'Lemonldap::NG::Portal::Main::Plugin';
  sub init { 1 }
}
$INC{'NoCaptcha.pm'} = 1;
builder {
  enable 'Static', path => qr{^/static/}, root => '${PORTAL}/htdocs';
  enable 'Static', path => qr{^/javascript/}, root => '/usr/share';
  Lemonldap::NG::Portal::Main->run({});
};
`

// The server in front of it, at the address that it is configured with.
function forward({ port, log, change, origin }) {
  const { host } = new URL(origin)
  return (request, response) => {
    const { method, url } = request
    log(request)
    const headers = { ...request.headers, host, connection: 'close' }
    const inner = ask({ port, host: '127.0.0.1', method, path: url, headers }, async (answer) => {
      const body = Buffer.concat(await answer.toArray())
      const sent = answer.headers['content-type']?.startsWith('application/json')
        ? JSON.stringify(change(url.split('?')[0], JSON.parse(body)))
        : body
      const { 'content-length': _, 'transfer-encoding': __, ...headers } = answer.headers
      response.writeHead(answer.statusCode, headers).end(sent)
    })
    inner.on('error', () => response.destroy())
    request.pipe(inner)
  }
}
