// A provider on this machine that answers for the addresses of a real one: npm's oidc-provider behind a front. The front keeps
// the real issuer and addresses, and has the rules and the faults of the real provider. See ../README.md.
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import * as presets from 'countersign/providers'
import { startProvider } from '../../provider/index.js'
import { defaultSwitches } from '../../provider/settings.js'
import { Front } from './front.js'
import { keyFor } from './tokens.js'

const vector = (name) => readFileSync(new URL(`../../../tests/vectors/providers/${name}.json`, import.meta.url), 'utf8')

/** The origin of an app that has no other. */
export const appOrigin = 'https://app.example'
export const clientId = 'example-client'
export const clientSecret = 'a secret: with +, % and &, of no short length'
export const login = 'alice@example.com'

/** The client with which an API asks about tokens. */
export const apiClient = { clientId: 'example-api', clientSecret: 'a secret of the API: with +, % and &' }

/** The name of the function of a preset, for example `azureAdB2c`. */
export const functionName = (name) => name.replace(/-(.)/g, (_, letter) => letter.toUpperCase())

/** The preset of a system with its options. */
export const presetOf = ({ preset, options }) => presets[functionName(preset)](options)

/** The metadata that a system publishes: a recorded document, or one made up. */
export function metadataOf({ document }) {
  const { file, fill = {}, replaced = [], overlay, metadata } = document
  let text = file ? vector(file) : JSON.stringify(metadata)
  for (const [name, value] of Object.entries(fill)) text = text.replaceAll(`{${name}}`, value)
  for (const [old, value] of replaced) text = text.replaceAll(old, value)
  return { ...JSON.parse(text), ...overlay }
}

/** The address of the metadata. */
export function discoveryOf(system) {
  const preset = presetOf(system)
  const { discoveryUrl, issuer } = preset.page ?? preset.sessions ?? preset.verifier
  return discoveryUrl ?? `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`
}

/**
 * Starts the emulator of a system for the app at `app`, and closes it with `close`. `emulator.fetch` sends requests for real
 * addresses to it; an address of no endpoint is a host that does not answer. `emulator.asked` has each request with the status
 * of its answer, and `emulator.fault` what is wrong with the next tokens.
 */
export async function startEmulator(system, options = {}) {
  const { app = appOrigin, redirectUris = [`${app}/callback`, `${app}/auth/callback`], postLogoutRedirectUri = `${app}/` } = options
  const auth = system.token?.auth ?? (system.serves === 'page' ? 'none' : 'client_secret_basic')
  const engine = await startProvider({
    port: 0,
    appOrigin: app,
    clients: [{
      client_id: clientId,
      ...(auth !== 'none' && { client_secret: clientSecret }),
      token_endpoint_auth_method: auth,
      redirect_uris: redirectUris,
      post_logout_redirect_uris: [postLogoutRedirectUri],
      response_types: ['code'],
      grant_types: ['authorization_code', 'refresh_token', ...(auth === 'none' ? [] : ['client_credentials'])],
      id_token_signed_response_alg: 'RS256',
    }],
    // The front rotates refresh tokens as the real provider does.
    switches: { ...defaultSwitches, rotation: false },
    autoLogin: () => ({ login }),
    keys: [engineKey],
  })
  const emulator = {
    system,
    auth,
    metadata: metadataOf(system),
    issuer: system.issuer ?? metadataOf(system).issuer,
    key: keyFor(system.alg ?? 'RS256'),
    asked: [],
    fault: {},
    fetch: (input, init) => send(server, input, init),
    count: (endpoint, grant) =>
      emulator.asked.filter((one) => one.endpoint === endpoint && (!grant || one.params.get('grant_type') === grant)).length,
  }
  const front = new Front(emulator, engine.issuer, { app, clientId, clientSecret, postLogoutRedirectUri, api: apiClient })
  emulator.front = front
  emulator.addresses = { [discoveryOf(system)]: 'metadata', ...system.addresses }
  const server = createServer((request, response) => serve(front, request, response))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  emulator.close = async () => {
    server.closeAllConnections()
    server.close()
    await engine.close()
  }
  return emulator
}

const engineKey = { ...keyFor('RS256', 'engine').privateKey.export({ format: 'jwk' }), alg: 'RS256', use: 'sig', kid: 'engine' }

/** Sends a request for a real address over loopback. */
async function send(server, input, init) {
  const request = new Request(input, init)
  const headers = new Headers(request.headers)
  headers.set('x-real-url', request.url)
  const body = ['GET', 'HEAD'].includes(request.method) ? undefined : await request.text()
  const { port } = server.address()
  const { method, signal } = request
  const response = await fetch(`http://127.0.0.1:${port}/`, { method, headers, body, redirect: 'manual', signal })
  if (response.headers.get('x-no-host')) throw new TypeError(`fetch failed: nothing answers at ${request.url}`)
  return response
}

async function serve(front, request, response) {
  let body = ''
  for await (const part of request) body += part
  try {
    const url = new URL(request.headers['x-real-url'])
    const { status, headers, cookies = [], text } = await front.answer({ method: request.method, url, headers: request.headers, body })
    if (cookies.length) response.setHeader('set-cookie', cookies)
    response.writeHead(status, headers).end(text)
  } catch (error) {
    console.error(error)
    response.writeHead(500).end(String(error))
  }
}
