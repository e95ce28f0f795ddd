// The row of Aisera: eight fields and no issuer. The user's token goes to the ServiceNow gate.
import { aiseraFetch, fromAisera } from 'countersign/aisera'
import { clientId, clientSecret } from '../../emulators/engine/emulator.js'
import { USER } from '../edge/index.js'
import { auth0 } from '../providers.js'
import { expect, meaningOf } from '../steps.js'
import { openApp, refusalStep, signInStep, signOutStep } from './sessions.js'
import { FAILURE } from './servicenow.js'

const provider = { ...auth0, token: { ...auth0.token, auth: 'client_secret_post' } }

const fieldsAt = ({ authorization_endpoint, token_endpoint }) => ({
  'Authorization URL': authorization_endpoint,
  'Client Id': clientId,
  'Client Secret': clientSecret,
  'Access Token URL': token_endpoint,
  Nonce: '',
  Scope: 'openid email',
  'Response Type': 'code',
  Prompt: 'login',
})

/** Runs the row. */
export async function runAisera({ run, step, origin }) {
  const emulator = await run.emulate(provider)
  const fields = fieldsAt(emulator.metadata)
  const { settings, calls } = await step('Import', async () => {
    const connection = await fromAisera(fields, { integration: 'ServiceNow', origins: [origin], query: { sysparm_limit: '1' } })
    return { answer: { fields: Object.keys(fields).join(', '), token: tokenOf(connection) }, value: connection }
  })
  const other = 'https://elsewhere.example'
  run.apps.set('elsewhere.example', (request) => Response.json({ authorization: request.headers.get('authorization') }))
  const gate = `${origin}/api/now/table/incident`
  const sent = async (session, request) => {
    const to = new URL(request.url).searchParams.get('to')
    const response = await aiseraFetch(session, calls)(to)
    return Response.json({ status: response.status, reason: response.headers.get('demo-reason'), text: await response.text() })
  }
  const app = openApp(run, settings, { routes: { '/call': sent } })
  const call = async (to) => {
    const { body } = await app.ask(`/call?${new URLSearchParams({ to })}`)
    run.requests.push({ method: 'GET', url: to, parameters: [], status: body.status })
    return body
  }
  await signInStep(step, app, 'Sign in', { user: false })
  await step('Call', async () => {
    const { status, text } = await call(gate)
    expect(status === 200 && JSON.parse(text).result.caller === USER.sys_id, `The gate answers ${status} ${text}`)
    return { answer: JSON.parse(text), note: 'The gate in front of ServiceNow verifies the ID token that came along.' }
  })
  await step('Call elsewhere', async () => {
    const { text } = await call(`${other}/`)
    expect(JSON.parse(text).authorization === null, 'Another origin got the token')
    return { answer: JSON.parse(text), note: 'An origin that is not on the list gets no token.' }
  })
  await signOutStep(step, app, emulator, 'The connection has no logout endpoint.')
  await refusalStep(step, app, emulator, { name: 'an ID token that answers another request', idToken: (claims) => { claims.nonce = 'of another request' }, code: 'OIDC_NONCE_MISMATCH' })
  await step('Refusal at the gate', async () => {
    emulator.fault = { idToken: (claims) => { claims.email = 'stranger@example.com' } }
    await app.signIn()
    const { status, text, reason } = await call(gate)
    expect(status === 401 && text === FAILURE, `The gate answers ${status} ${text}`)
    expect(reason === 'OIDC_USER_UNKNOWN', `The reason is ${reason}`)
    return { tried: 'a user whom ServiceNow does not have', answer: text, code: reason, meaning: meaningOf(reason) }
  }, 'edge')
}

const tokenOf = ({ calls: { token, origins } }) => `${token} for ${origins}`
