// LemonLDAP::NG, a second provider that owes nothing to the first: Debian's package, started
// privately from a folder of its own. It has front-channel logout and session management.
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { request as ask } from 'node:http'
import { tmpdir } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { listen } from '../../../../www/server/listen.js'
import { settings } from './settings.mjs'

const PORTAL = '/usr/share/lemonldap-ng/portal'
const STARMAN = '/usr/bin/starman'

/** Why LemonLDAP::NG cannot be started here, where that is so. */
export const missing = [`${PORTAL}/htdocs/index.psgi`, STARMAN].every((path) => existsSync(path))
  ? undefined
  : 'LemonLDAP::NG IS MISSING: nothing was tested there. `cargo xtask setup` installs it where ' +
    'the system has its packages.'

/**
 * Starts it for the app at `appOrigin`, whose client is `demo-spa`; `host` and `tls` as for the
 * other provider. `dwho`, `rtyler` and `msmith` may sign in; a login is its own password.
 *
 * `seen` gets every request, as `POST /oauth2/token`; `urls` has their addresses; `complaints()` is
 * what the server says of them. `change` may replace the JSON of an answer: it is given the path and
 * the value. `frontchannel`: whether a sign-out there names the session to the app (`namesSession`),
 * and what is behind the address of the app's page (`query`).
 */
export async function startLemonldap(options) {
  const { appOrigin, host, tls, accessTokenTtl = 3600, seen = [] } = options
  const frontchannel = { namesSession: true, query: '', ...options.frontchannel }
  const { change = (_path, value) => value } = options
  const place = await listen(0, { host, tls })
  const inner = await freePort()
  const folder = settled({ origin: place.origin, appOrigin, accessTokenTtl, frontchannel })
  const server = spawn(STARMAN, ['--workers', '2', '--listen', `127.0.0.1:${inner}`, 'app.psgi'], {
    cwd: folder,
    env: { ...process.env, LLNG_DEFAULTCONFFILE: `${folder}/lemonldap-ng.ini` },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const said = []
  server.stderr.on('data', (part) => said.push(part))
  const urls = []
  const note = ({ method, url }) => {
    seen.push(`${method} ${url.split('?')[0]}`)
    urls.push(new URL(url, place.origin))
  }
  place.serve(forward({ port: inner, note, change, origin: place.origin }))
  const complaints = () => Buffer.concat(said).toString().slice(0, 2000)
  const close = async () => {
    await place.close()
    await ended(server)
    rmSync(folder, { recursive: true, force: true })
  }
  if (!(await isAnswering(`http://127.0.0.1:${inner}/oauth2/jwks`))) {
    await close()
    throw new Error(`LemonLDAP::NG does not answer:\n${complaints()}`)
  }
  return { issuer: place.origin, urls, complaints, close }
}

function settled(options) {
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

// Nobody is shown a captcha here, and the usual one would bring a library for pictures.
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

// In front of it, on the address that it takes for its own.
function forward({ port, note, change, origin }) {
  const { host } = new URL(origin)
  return (request, response) => {
    const { method, url } = request
    note(request)
    const headers = { ...request.headers, host, connection: 'close' }
    const inner = ask({ port, host: '127.0.0.1', method, path: url, headers }, async (answer) => {
      const body = Buffer.concat(await answer.toArray())
      const told = answer.headers['content-type']?.startsWith('application/json')
        ? JSON.stringify(change(url.split('?')[0], JSON.parse(body)))
        : body
      const { 'content-length': _, 'transfer-encoding': __, ...kept } = answer.headers
      response.writeHead(answer.statusCode, kept).end(told)
    })
    inner.on('error', () => response.destroy())
    request.pipe(inner)
  }
}

async function freePort() {
  const place = await listen(0)
  await place.close()
  return Number(new URL(place.origin).port)
}

// Its first answer comes after it has read its thousand modules; a server error stays one.
async function isAnswering(url) {
  for (let tries = 0; tries < 150; tries += 1) {
    const answer = await fetch(url).catch(() => undefined)
    if (answer) return answer.ok
    await sleep(200)
  }
  return false
}

async function ended(server) {
  if (server.exitCode !== null) return
  const exit = new Promise((resolve) => server.once('exit', resolve))
  server.kill('SIGTERM')
  await exit
}
