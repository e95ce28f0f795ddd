// The row of Cognigy.AI: its six keys configure an installation, and sign its users in at Auth0.
import { cognigyUser, fromCognigy, toCognigy } from 'countersign/cognigy'
import { clientId, clientSecret } from '../../emulators/engine/emulator.js'
import { auth0 } from '../providers.js'
import { expect, refused } from '../steps.js'
import { openApp, refusalStep, signInStep, signOutStep } from './sessions.js'

const ROLE = 'https://cognigy.example/role'
const RULES = { roleClaim: ROLE, roles: ['admin', 'editor'] }
const API = 'api.cognigy.example'

/** Auth0 with an Action that adds the role to ID tokens. */
const provider = { ...auth0, idToken: { ...auth0.idToken, add: { ...auth0.idToken.add, [ROLE]: ['editor'] } } }

/** Runs the row. */
export async function runCognigy({ run, step }) {
  const emulator = await run.emulate(provider)
  let configuration
  run.apps.set(API, async (request) => {
    if (new URL(request.url).pathname.endsWith('/configure')) configuration = await request.text()
    return new Response(null, { status: 204 })
  })
  await step('Configure', async () => {
    const { configure } = await toCognigy({ issuer: emulator.issuer, clientId, clientSecret }, API)
    const response = await run.fetch(configure.url, configure)
    expect(response.status === 204, `The installation answers ${response.status}`)
    return { answer: { keys: Object.keys(JSON.parse(configuration)).join(', ') }, note: 'This is the request that Cognigy documents.' }
  })
  const app = openApp(run, await fromCognigy(configuration))
  const user = await signInStep(step, app, 'Sign in at Auth0')
  await step('Call', async () => ({ answer: { ...(await cognigyUser(user, RULES)) }, note: 'The record of the new user. The role comes from a claim.' }))
  await signOutStep(step, app, emulator, 'Auth0’s metadata announces no logout, and the configuration names none.')
  const fault = { name: 'an ID token that is signed with PS256, while the configuration says RS256', idToken: (_, header) => { header.alg = 'PS256' }, code: 'OIDC_ALG_FORBIDDEN' }
  await refusalStep(step, app, emulator, fault)
  await step('Refusal: SAML', () =>
    refused(() => fromCognigy({ ...JSON.parse(configuration), idpType: 'saml2' }), 'a configuration for SAML', 'OIDC_CONFIG_INVALID'))
}
