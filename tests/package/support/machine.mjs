// A client without users at a provider on this machine: npm's oidc-provider, or a double that answers what a test says.
import { createServer } from 'node:http'
import { once } from 'node:events'
import { startProvider } from '../../../www/provider/index.js'
import { defaultSwitches } from '../../../www/provider/settings.js'
import { json, startDouble } from './double.mjs'
import { load } from './package.mjs'

export const api = 'https://api.example/'
export const clientId = 'machine:1'
export const clientSecret = 'a secret: with +, % and &, of no short length'

const { createMachineClient } = await load('./client-credentials')

/** Starts npm's oidc-provider with a client for this grant, and others. `asked` has the token requests. */
export async function startOp(t, { auth = 'client_secret_basic', client = {}, switches = {}, others = [] } = {}) {
  const asked = []
  const note = async (ctx, next) => {
    await next()
    if (ctx.path !== '/token') return
    asked.push({ params: { ...ctx.oidc?.params }, body: ctx.oidc?.body, authorization: ctx.get('authorization'), status: ctx.status })
  }
  const provider = await startProvider({
    port: 0,
    appOrigin: 'https://app.example',
    apis: { [api]: { scope: 'inbox:read inbox:write' } },
    clients: [{
      client_id: clientId,
      client_secret: clientSecret,
      token_endpoint_auth_method: auth,
      redirect_uris: [],
      response_types: [],
      grant_types: ['client_credentials'],
      ...client,
    }, ...others],
    switches: { ...defaultSwitches, ...switches },
    use: [note],
  })
  t.after(() => provider.close())
  return { ...provider, asked }
}

/** The settings of a client there. */
export const settingsAt = (issuer, more) => ({
  issuer, clientId, clientSecret, scope: 'inbox:read', resource: api, allowLoopbackIssuer: true, ...more,
})

/** Starts a double whose token endpoint answers with `token-1`, `token-2`, and a client there. */
export async function setStage(t, more) {
  const double = await startDouble()
  t.after(() => double.close())
  let count = 0
  double.answers['/token'] = () => {
    count += 1
    return json({ access_token: `token-${count}`, token_type: 'Bearer', expires_in: 3600 })
  }
  const open = (settings) => createMachineClient({ issuer: double.issuer, clientId, clientSecret, allowLoopbackIssuer: true, ...more, ...settings })
  return { double, machine: open(), open, tokenRequests: () => double.asked.filter(({ path }) => path === '/token') }
}

/** Starts an API on this machine that answers with what `answer` returns, and with what it was sent otherwise. */
export async function startApi(t, answer = () => undefined) {
  const asked = []
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const part of request) body += part
    const one = { path: request.url, method: request.method, authorization: request.headers.authorization, body }
    asked.push(one)
    const { status = 200, headers = {} } = answer(one) ?? {}
    response.writeHead(status, headers).end(JSON.stringify(one))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return { origin: `http://127.0.0.1:${server.address().port}`, asked }
}
