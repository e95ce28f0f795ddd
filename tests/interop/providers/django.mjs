// django-oauth-toolkit from PyPI, in a new Django site.
import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { freePort, startProgram } from '../../browser/harness/process.mjs'
import { fill } from '../../browser/harness/steps.mjs'
import { generateKeyPairSync } from '../../support/keys.mjs'
import { PROVIDERS } from '../facts.mjs'
import { AUDIENCE, CLIENTS, SECRET } from '../harness/places.mjs'

const run = promisify(execFile)
const { DJANGO_PYTHON: PYTHON } = process.env
const SITE = fileURLToPath(new URL('django/', import.meta.url))
const START_TIMEOUT_MS = 60_000

export const django = {
  ...PROVIDERS.django,
  name: 'django',
  missing: PYTHON && existsSync(PYTHON)
    ? undefined
    : 'DJANGO-OAUTH-TOOLKIT IS MISSING: nothing was tested there. `cargo xtask test interop django` brings it, ' +
      'with Python 3.10 or newer and its venv (`apt-get install python3-venv`).',
  start,
}

async function start(places) {
  const folder = mkdtempSync(`${tmpdir()}/django-`)
  addKey(folder, 1)
  const port = await freePort()
  const origin = `http://localhost:${port}`
  const env = {
    INTEROP_FOLDER: folder,
    INTEROP_ISSUER: `${origin}/o`,
    INTEROP_ROTATES: '1',
    PYTHONPATH: SITE,
    PYTHONDONTWRITEBYTECODE: '1',
    DJANGO_SETTINGS_MODULE: 'settings',
    // Refuses addresses on http without it.
    OAUTHLIB_INSECURE_TRANSPORT: '1',
  }
  const manage = (...args) => run(PYTHON, [`${SITE}manage.py`, ...args], { env: { ...process.env, ...env } })
  let server
  const serve = async () => {
    await server?.close()
    const command = [PYTHON, '-m', 'django', 'runserver', '--noreload', '--nostatic', `127.0.0.1:${port}`]
    server = await startProgram('Django', command, {
      cwd: SITE, env, url: `${origin}/o/.well-known/openid-configuration`, timeout: START_TIMEOUT_MS,
    })
  }
  const close = async () => {
    await server?.close()
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    const { stdout } = await manage('setup', JSON.stringify({ people: ['ada', 'bob'], applications: applications(places) }))
    const ids = JSON.parse(stdout.replaceAll("'", '"'))
    await serve()
    return {
      issuer: env.INTEROP_ISSUER,
      login: 'ada',
      otherLogin: 'bob',
      sub: String(ids.ada),
      opaqueSettings: { resource: AUDIENCE },
      introspectsWithoutSub: true,
      hidesErrors: true,
      // The metadata does not have it.
      introspection: { endpoint: `${env.INTEROP_ISSUER}/introspect/` },
      close,
      async signIn(page, login) {
        await fill(page, 'input[name=username]', login)
        await fill(page, 'input[name=password]', `${login}-password`)
        await page.click('input[type=submit]')
      },
      atSignIn: (page) => page.waitForSelector('input[name=username]'),
      async confirmSignOut(page) {
        const button = await page.waitForSelector('input[name=allow]')
        await button.click()
      },
      async setRotation(isOn) {
        env.INTEROP_ROTATES = isOn ? '1' : '0'
        await serve()
      },
      endSessions: (login) => manage('end', login),
      setEnabled: (login, isEnabled) => manage('enable', login, isEnabled ? '1' : '0'),
      async rotateKey() {
        addKey(folder, 2)
        await serve()
      },
      algorithms: { all: ['RS256'], use() {} },
      secretAlgorithm: { clientId: `${CLIENTS.server}-hs256` },
    }
  } catch (error) {
    await close()
    throw error
  }
}

/** The key with the highest number signs. */
function addKey(folder, number) {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  writeFileSync(`${folder}/key-${number}.pem`, privateKey.export({ type: 'pkcs8', format: 'pem' }))
}

function applications(places) {
  const usual = { authorization_grant_type: 'authorization-code', skip_authorization: true, algorithm: 'RS256' }
  const ofPage = (name) => ({
    ...usual,
    name,
    client_id: CLIENTS[name],
    client_type: 'public',
    client_secret: '',
    redirect_uris: `${places[name]}/callback`,
    post_logout_redirect_uris: `${places[name]}/`,
    allowed_origins: places[name],
  })
  const ofServer = {
    ...usual,
    name: 'server',
    client_id: CLIENTS.server,
    client_type: 'confidential',
    client_secret: SECRET,
    redirect_uris: `${places.server}/auth/callback`,
    post_logout_redirect_uris: `${places.server}/`,
  }
  return [
    ofPage('app'),
    ofPage('other'),
    ofServer,
    { ...ofServer, client_id: `${CLIENTS.server}-hs256`, algorithm: 'HS256', hash_client_secret: false },
    {
      name: 'api', client_id: CLIENTS.api, client_type: 'confidential', client_secret: SECRET,
      authorization_grant_type: 'client-credentials',
    },
  ]
}
