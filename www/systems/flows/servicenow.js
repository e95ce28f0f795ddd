// The row of the ServiceNow gate: Okta's ID token as Bearer, in front of a table API at the edge.
import { clientId, clientSecret, presetOf } from '../../emulators/engine/emulator.js'
import { USER } from '../edge/index.js'
import { okta } from '../providers.js'
import { expect, meaningOf } from '../steps.js'
import { openApp, signInStep, signOutStep } from './sessions.js'

/** The path of the call in ServiceNow's manual. */
export const INCIDENT = '/api/now/table/incident/897b04f2dbd4a300a135364e9d961952'
/** The documented failure, byte for byte. */
export const FAILURE = '{"error":{"message":"User Not Authenticated","detail":"Required to provide Auth information"},"status":"failure"}'

/** The documented call. */
export const curlOf = (url, token) => `curl -X GET --header "Accept:application/json" ${url} --header "Authorization: Bearer ${token}"`

/** Runs the row. */
export async function runServicenow({ run, step, origin }) {
  const url = origin + INCIDENT
  const call = async (token) => {
    const headers = { accept: 'application/json', ...(token && { authorization: `Bearer ${token}` }) }
    const response = await fetch(url, { headers })
    run.requests.push({ method: 'GET', url, parameters: [], status: response.status })
    return { status: response.status, reason: response.headers.get('demo-reason'), body: await response.text() }
  }
  const emulator = await run.emulate(okta)
  const app = openApp(run, { provider: presetOf(okta), clientId, clientSecret })
  await signInStep(step, app, 'Sign in at Okta')
  const idToken = async () => (await app.ask('/id-token')).body.token
  const token = await idToken()
  await step('Call', async () => {
    const { status, body } = await call(token)
    expect(status === 200, `The gate answers ${status} ${body}`)
    expect(JSON.parse(body).result.caller === USER.sys_id, 'It is another user')
    return { answer: JSON.parse(body), note: 'The gate has found the user with the e-mail address of the token.' }
  }, 'edge')
  const refusal = (name, tried, given, code) => step(name, async () => {
    const { status, body, reason } = await call(given)
    expect(status === 401 && body === FAILURE, `The gate answers ${status} ${body}`)
    expect(reason === code, `The reason is ${reason}`)
    return { tried, answer: body, code: reason, meaning: meaningOf(reason), note: 'The response is the documented one. Only the log of the gate has the code.' }
  }, 'edge')
  await refusal('Refusal: used twice', 'the same token once more', token, 'OIDC_TOKEN_REPLAYED')
  await refusal('Refusal: no token', 'a call without a token', undefined, 'OIDC_CREDENTIAL_MISSING')
  await signOutStep(step, app, emulator)
  await step('Your call', async () => {
    await app.signIn()
    const fresh = await idToken()
    return { answer: 'This token has not been used. Try it in a terminal, twice.', command: curlOf(url, fresh) }
  })
}
